"""Nodes of images and tags, for several builders."""

from __future__ import annotations

import polars as pl

from tagatlas.toolkit import IMAGE, TAG


def image_nodes(images: pl.DataFrame) -> pl.DataFrame:
    """Nodes of images, in their order.

    Args:
        images: as in :meth:`tagatlas.GraphBuilder.build`.
    """
    return images.select("id", pl.lit(IMAGE).alias("kind"), "label")


def tag_nodes(labels: pl.Series) -> pl.DataFrame:
    """Nodes of tags, in their order.

    Args:
        labels: of the tags, named ``label``, each once.
    """
    return labels.to_frame().select(
        ("tag:" + pl.col("label")).alias("id"), pl.lit(TAG).alias("kind"), "label"
    )
