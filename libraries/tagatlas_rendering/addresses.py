"""Web addresses of the images of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def web_addresses(records: pl.DataFrame) -> pl.DataFrame:
    """The first web address of each image.

    Args:
        records: as in :class:`~tagatlas.Map`.

    Returns:
        One row per image with an ``http(s)`` address, with columns ``image`` and ``url``, in the
        order of the records. Paths on this machine are private and left out.
    """
    import polars as pl

    return (
        records.lazy()
        .filter(pl.col("location").str.contains(r"^(?i)https?://"))
        .unique("image", keep="first", maintain_order=True)
        .select("image", url="location")
        .collect()
    )
