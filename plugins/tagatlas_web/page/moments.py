"""When records are from: the moments of the first kept column of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

from tagatlas_web.page.readings import read_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def date_column(columns: Sequence[Mapping[str, object]]) -> str | None:
    """The name of the first column of dates; None if there is none.

    Args:
        columns: ``name`` and ``kind`` of each, as from
            :meth:`tagatlas_web.page.columns.Column.facts`.
    """
    return next((str(each["name"]) for each in columns if each["kind"] == "date"), None)


def with_moments(records: pl.DataFrame, date: str | None) -> pl.DataFrame:
    """The records with ``date`` (String) and ``moment`` (Int64): what a column says, and when.

    Args:
        records: as in :class:`~tagatlas.Map`.
        date: the column.

    Returns:
        The same records; ``moment`` is in milliseconds since 1970, null where the text is no date.
        Both are null throughout without a column.
    """
    decode = msgspec.json.Decoder(dict[str, str | None]).decode
    texts: list[str | None] = [None] * records.height
    if date is not None:
        texts = [decode(each).get(date) or None for each in records["columns"]]
    dates = pl.Series("date", texts, dtype=pl.String)
    values = dates.drop_nulls().unique().sort()
    _, keys = read_values(values)
    moments = pl.Series(dtype=pl.Int64)
    if keys is not None:
        moments = pl.Series(np.where(np.isnan(keys), 0, keys)).cast(pl.Int64)
        moments = moments.set(pl.Series(np.isnan(keys)), None)
    found = dates.replace_strict(
        values if keys is not None else [], moments, default=None, return_dtype=pl.Int64
    )
    return records.with_columns(dates, found.alias("moment"))
