"""How often an image was seen, as cells say it.

Whole numbers may have marks between their thousands: ``1,234``, ``1.234``, ``1 234``, ``1'234``.
Which mark is which, a column decides as a whole: one cell of ``1.5`` and a dot is no such mark.
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
    """Each cell's frequency as Int64; null where it is no whole number from 1 up to 10^12.

    All are null where a column can be read in two ways: ``1.000`` and ``2.000``, alone, are
    thousands or ones.
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
