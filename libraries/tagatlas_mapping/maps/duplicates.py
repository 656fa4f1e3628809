"""Near duplicates on a map: one image stands for its group, and counts for all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

Level = Literal["copy", "same", "hash"]
"""Similarity of joined images: ``copy``, of one picture, also cropped, framed or with other tones;
``same``, equal except for size and compression; ``hash``, by their perceptual hashes alone, as in
older versions of tagatlas."""

LEVELS: dict[str, Level] = {"join": "copy", "exact": "same", "hash": "hash"}
"""Similarity of joined images, by the setting ``map.duplicates``; ``hash`` is that of maps of an
older tagatlas. With any other setting images are kept apart."""


def join_images(images: pl.DataFrame, representatives: pl.DataFrame) -> pl.DataFrame:
    """One image for each group of near duplicates; records and frequencies summed.

    Args:
        images: ordered by ``id``: ``id``, ``records``, ``frequency`` and further columns.
        representatives: ``image`` and ``representative``, as from
            :meth:`tagatlas.catalog.addresses.AddressTable.representatives`.

    Returns:
        The same columns, ordered by ``id``; the further ones are the representative's own.
    """
    sums = (
        images.join(representatives, left_on="id", right_on="image", maintain_order="left")
        .group_by("representative")
        .agg(pl.col("records", "frequency").sum())
    )
    joined = images.drop("records", "frequency").join(
        sums, left_on="id", right_on="representative", maintain_order="left"
    )
    return joined.select(images.columns)


def join_tags(tags: pl.LazyFrame, representatives: pl.DataFrame) -> pl.LazyFrame:
    """The tags of each group: the representative's, or those of its first image that has any.

    Args:
        tags: ``image``, ``tag``, ``score``, ordered by image, falling score, tag.
        representatives: as for :func:`join_images`.

    Returns:
        The same columns and the same order, by representative.
    """
    tagged = representatives.join(
        tags.select("image").unique().collect(engine="streaming"), on="image", how="semi"
    )
    stands_in = pl.col("image") != pl.col("representative")
    speakers = tagged.sort(stands_in, "image").unique("representative", keep="first")
    joined = tags.join(speakers.lazy(), on="image", how="inner", maintain_order="left").select(
        pl.col("representative").alias("image"), "tag", "score"
    )
    if speakers.filter(stands_in).is_empty():
        return joined
    return joined.sort("image", maintain_order=True)


def join_records(records: pl.DataFrame, representatives: pl.DataFrame | None) -> pl.DataFrame:
    """The records with the representatives of their images.

    Args:
        records: in the order they were added: ``image`` and further columns.
        representatives: as for :func:`join_images`; None where images are kept apart.

    Returns:
        The records in the same order: ``image`` is the representative; a new column ``copy`` has
        the image that the record itself leads to.
    """
    if representatives is None:
        return records.with_columns(copy="image")
    joined = records.join(representatives, on="image", how="left", maintain_order="left")
    own = pl.col("image")
    return joined.with_columns(
        own.alias("copy"), pl.col("representative").fill_null(own).alias("image")
    ).select(*records.columns, "copy")


def with_copies(images: Iterable[str], representatives: pl.DataFrame) -> frozenset[str]:
    """Images with all others of their groups of near duplicates.

    Args:
        images: ids.
        representatives: as for :func:`join_images`.
    """
    images = frozenset(images)
    is_named = representatives["image"].is_in(list(images))
    theirs = representatives["representative"].filter(is_named)
    is_copy = representatives["representative"].is_in(theirs.implode())
    return images.union(representatives["image"].filter(is_copy))


def represented(
    images: pl.Series, theirs: pl.DataFrame | None, own: pl.DataFrame | None
) -> pl.Series:
    """Images of one map as another joins them.

    Args:
        images: ids on the one map.
        theirs: representatives on that map, as for :func:`join_images`; None where it joins none.
        own: likewise, on the other.

    Returns:
        Ids of those that represent any of them on the other map.
    """
    if theirs is not None:
        images = theirs.filter(theirs["representative"].is_in(images.implode()))["image"]
    if own is None:
        return images
    return own.filter(own["image"].is_in(images.implode()))["representative"].unique(
        maintain_order=True
    )
