"""How often an image was seen, as cells say it."""

from __future__ import annotations

import polars as pl

_WHOLE_NUMBER = r"^\s*0*[1-9][0-9]{0,11}(\.0+)?\s*$"  # 3.0 is how some programs write 3


def is_frequency(cells: pl.Series) -> pl.Series:
    """Whether each cell is a whole number of 1 or more, below a million million."""
    return cells.str.contains(_WHOLE_NUMBER)


def to_frequency(cells: pl.Series) -> pl.Series:
    """Cells that are all frequencies, as Int64."""
    return cells.str.strip_chars().str.replace(r"\..*$", "").cast(pl.Int64)
