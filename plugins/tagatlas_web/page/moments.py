"""When records are from: the moments of a kept column of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import polars as pl

if TYPE_CHECKING:
    from tagatlas_web.page.columns import Column

_BATCH = 1 << 16
"""Records that are decoded together."""


def with_moments(records: pl.DataFrame, column: Column | None) -> pl.DataFrame:
    """The records with ``date`` (String) and ``moment`` (Int64): what a column says, and when.

    Args:
        records: as in :class:`~tagatlas.Map`.
        column: of dates, as from :func:`~tagatlas_web.page.columns.columns_of` these records.

    Returns:
        The same records; ``moment`` is in milliseconds since 1970, null where the text is no date.
        Both are null throughout without a column.
    """
    if column is None or column.keys is None:
        nothing = pl.lit(None)
        return records.with_columns(date=nothing.cast(pl.String), moment=nothing.cast(pl.Int64))
    decode = msgspec.json.Decoder(dict[str, str | None]).decode
    parts = [pl.Series("date", dtype=pl.String)]
    for some in records.select("columns").iter_slices(_BATCH):
        texts = [decode(each).get(column.name) or None for each in some["columns"]]
        parts.append(pl.Series("date", texts, dtype=pl.String))
    dates = pl.concat(parts)
    moments = pl.Series(column.keys).fill_nan(None).cast(pl.Int64)
    found = dates.replace_strict(column.values, moments, default=None, return_dtype=pl.Int64)
    return records.with_columns(dates, found.alias("moment"))
