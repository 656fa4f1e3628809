"""Tables for spreadsheet programs, which run no cell of them."""

from __future__ import annotations

import polars as pl

from tagatlas.toolkit import safe_cells


def csv_of(table: pl.DataFrame) -> bytes:
    """A table as CSV: all text in quotes, and none that a program would run as a formula."""
    safe = table.with_columns(safe_cells(pl.col(pl.String)))
    return safe.write_csv(quote_style="non_numeric").encode()
