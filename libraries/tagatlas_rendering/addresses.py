"""Web addresses of the images of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    import polars as pl


def signed_addresses(records: pl.DataFrame) -> int:
    """The number of addresses whose query has a signature or a key, also in kept columns.

    Args:
        records: as in :class:`~tagatlas.Map`.
    """
    import polars as pl

    from tagatlas.masking import SIGNED

    found = pl.any_horizontal(pl.col("location", "columns").str.contains(SIGNED))
    return records.filter(found)["location"].n_unique()


def web_addresses(records: pl.DataFrame, hidden: AbstractSet[str] = frozenset()) -> pl.DataFrame:
    """The first web address of each image.

    Args:
        records: as in :class:`~tagatlas.Map`.
        hidden: ids of images that get none, since what reads it could show the picture.

    Returns:
        One row per image with an ``http(s)`` address, with columns ``image`` and ``url``, in the
        order of the records. Paths on this machine are private and left out.
    """
    import polars as pl

    return (
        records.lazy()
        .filter(pl.col("location").str.contains(r"^(?i)https?://"))
        .filter(~pl.col("image").is_in(list(hidden)))
        .unique("image", keep="first", maintain_order=True)
        .select("image", url="location")
        .collect()
    )
