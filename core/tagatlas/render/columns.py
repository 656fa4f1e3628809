"""The columns of the input that were kept, as columns again."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def kept_columns(records: pl.DataFrame, reserved: Collection[str]) -> pl.DataFrame:
    """The kept columns of the first record of each image.

    Args:
        records: as in :class:`~tagatlas.maps.Map`.
        reserved: names that these columns may not have, in whatever case: those of the table
            they are to be put in. Such a column is called ``name (kept)``.

    Returns:
        One row an image, in the order of the records: ``image``, then the kept columns
        (String), in the order they first appear; null where an image's record has none.
    """
    import msgspec
    import polars as pl

    first = records.unique("image", keep="first", maintain_order=True)
    decode = msgspec.json.Decoder(dict[str, str | None]).decode
    rows = [decode(columns) for columns in first["columns"]]
    table = {"image": first["image"]}
    taken = {name.casefold() for name in (*reserved, "image")}
    for name in dict.fromkeys(name for row in rows for name in row):
        free = name
        while free.casefold() in taken:
            free += " (kept)"
        taken.add(free.casefold())
        table[free] = pl.Series([row.get(name) for row in rows], dtype=pl.String)
    return pl.DataFrame(table)
