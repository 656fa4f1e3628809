"""Reads frequencies: the number of times an image was seen.

Whole numbers may have thousands separators: ``1,234``, ``1.234``, ``1 234``, ``1'234``. The column
as a whole decides: with one cell of ``1.5``, the dot is not a thousands separator.
"""

from __future__ import annotations

import polars as pl

_PLAIN = r"^[0-9]{1,15}([.,]0+)?$"  # 3.0 is how some programs write 3
_MARKS = {
    ",": r"^[0-9]{1,3}(,[0-9]{3})+(\.0+)?$",
    ".": r"^[0-9]{1,3}(\.[0-9]{3})+(,0+)?$",
}
_BLANKS = r"[ \u00a0\u202f\u2009'\u2019]"
_BLANKS_BETWEEN = rf"^[0-9]{{1,3}}({_BLANKS}[0-9]{{3}})+([.,]0+)?$"
_MOST = 999_999_999_999


def to_frequencies(cells: pl.Series) -> pl.Series:
    """Each cell's frequency as Int64; null if it is not a whole number from 1 to 10^12.

    All are null if a column is ambiguous: ``1.000`` and ``2.000``, alone, may be thousands or ones.
    """
    text = cells.str.strip_chars()
    text = pl.select(
        pl.when(text.str.contains(_BLANKS_BETWEEN))
        .then(text.str.replace_all(_BLANKS, ""))
        .otherwise(text)
    ).to_series()
    for mark, pattern in _MARKS.items():
        marked = text.filter(text.str.contains(mark, literal=True))
        if len(marked) and marked.str.contains(pattern).all():
            if len(marked) == len(text) and marked.str.contains(rf"^[0-9]{{1,3}}\{mark}0+$").all():
                return pl.repeat(None, len(text), dtype=pl.Int64, eager=True)
            text = text.str.replace_all(mark, "", literal=True)
    numbers = text.str.extract(_PLAIN.replace("[0-9]{1,15}", "([0-9]{1,15})"), 1)
    whole = numbers.cast(pl.Int64, strict=False)
    return pl.select(pl.when((whole >= 1) & (whole <= _MOST)).then(whole)).to_series()
