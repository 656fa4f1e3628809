"""The tags of a range of images, with their texts, from the database."""

from __future__ import annotations

import polars as pl

from tagatlas_parts.files import damaged
from tagatlas_parts.kinds import LONGEST_LABEL
from tagatlas_parts.tables import Tables

_COLLECTED = (
    "AND EXISTS (SELECT 1 FROM addresses JOIN records ON records.address = addresses.id "
    "WHERE addresses.image = images.id)"
)


def tag_rows(
    database: Tables, backend: int, first: str, end: str, *, collected: bool
) -> pl.DataFrame:
    """The tags of images from the id ``first`` on, and before ``end``.

    Args:
        database: with them.
        backend: the backend's number.
        first: the lower end.
        end: the upper end.
        collected: only of images that a record leads to.

    Returns:
        ``image``, ``tag`` (String), ``score`` (Float64), ordered by image, falling score, tag.

    Raises:
        AtlasDamaged: a label is longer than any that is kept.
    """
    # The long table is read and sorted as numbers; its texts are shared by its rows.
    images = database.frame(
        f"SELECT id, sha256 FROM images WHERE sha256 >= ? AND sha256 < ? "  # noqa: S608 - our own
        f"{_COLLECTED if collected else ''} ORDER BY sha256",
        {"number": pl.Int64, "text": pl.String},
        [first, end],
    )
    labels = database.frame(
        "SELECT id, label FROM labels ORDER BY label", {"number": pl.Int64, "text": pl.String}
    )
    if (labels["text"].str.len_bytes() > LONGEST_LABEL).any():
        raise damaged(database.path, f"a label has over {LONGEST_LABEL:,} bytes")
    tags = database.frame(
        "SELECT tags.image, tags.label, score FROM images "
        "CROSS JOIN tags ON tags.backend = ? AND tags.image = images.id "
        "WHERE sha256 >= ? AND sha256 < ?",
        {"image": pl.Int64, "label": pl.Int64, "score": pl.Float64},
        [backend, first, end],
    )
    ordered = (
        tags.join(_ranks(images, "image"), on="image")
        .join(_ranks(labels, "label"), on="label")
        .sort("image rank", "score", "label rank", descending=[False, True, False])
    )
    return pl.DataFrame(
        {
            "image": images["text"].gather(ordered["image rank"]),
            "tag": labels["text"].gather(ordered["label rank"]),
            "score": ordered["score"],
        }
    )


def _ranks(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    """The row of each number in a table of texts, which is ordered by text."""
    return texts.with_row_index(f"{name} rank").select(pl.col("number").alias(name), f"{name} rank")
