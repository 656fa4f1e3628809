r"""Text cells that a spreadsheet program reads as text, never as a formula.

A cell that starts with ``=``, ``+``, ``-``, ``@``, a tab or a line break may be run as a formula
when a CSV file is opened in a spreadsheet (OWASP, "CSV Injection"); so may the full-width forms of
these characters, and blanks before them are passed over. Such a cell gets an apostrophe in front,
which spreadsheets read as "this is text". So does one that starts with apostrophes before such a
character: removing one apostrophe then always gives the text back. Numbers are written as numbers
and need no escaping.

Tables are written with all text in quotes (``quote_style="non_numeric"``): where ``;`` separates
cells, as in many countries, ``x;=1`` would otherwise be two cells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_BLANK = r"\x00-\x20\x7f\u00ad\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2060\u3000\ufeff"
_SIGN = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_REST = rf"(?:[{_BLANK}']*[{_SIGN}]|'*[\t\r\n])"
_FORMULA = f"^{_REST}"
_GUARDED = f"^'{_REST}"


def safe_cell(text: str) -> str:
    """The text as a cell that no spreadsheet evaluates."""
    return f"'{text}" if re.match(_FORMULA, text) else text


def safe_cells(column: pl.Expr) -> pl.Expr:
    """:func:`safe_cell` for a column of text."""
    import polars as pl

    guarded = column.str.replace("^", "'")
    return pl.when(column.str.contains(_FORMULA)).then(guarded).otherwise(column)


def cell_text(cell: str) -> str:
    """The original text of a cell from :func:`safe_cell`."""
    return cell[1:] if re.match(_GUARDED, cell) else cell


def cell_texts(column: pl.Expr) -> pl.Expr:
    """:func:`cell_text` for a column of text."""
    import polars as pl

    return pl.when(column.str.contains(_GUARDED)).then(column.str.slice(1)).otherwise(column)
