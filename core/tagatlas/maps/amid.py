"""Puts images on the map of a network that has none, amid their tags."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.errors import EmptyMap
from tagatlas.network import IMAGE, TAG, Network


def tie_images(network: Network, images: pl.DataFrame, tags: pl.DataFrame) -> Network:
    """Tie images to those of their tags that are in a network of tags.

    Args:
        network: without images; t nodes, its tags' labels all different.
        images: ordered by ``id``: ``id``, ``label``.
        tags: of the images: ``image``, ``tag``, ``score``.

    Returns:
        A network of other links between the same nodes and, after them, the images that have one
        of their tags; from each image to each such tag, by score.

    Raises:
        EmptyMap: no image has such a tag.
    """
    rows = network.nodes.select("kind", pl.col("label").alias("tag"), pl.row_index("target"))
    links = tags.with_columns(pl.col("score").cast(pl.Float32)).filter(pl.col("score") > 0)
    links = links.join(rows.filter(kind=TAG), on="tag").sort("image", "target")
    if links.is_empty():
        raise EmptyMap("no image has a tag of the network: choose another graph builder")
    tied = images.filter(pl.col("id").is_in(links["image"].unique().implode()))
    nodes = tied.select("id", pl.lit(IMAGE).alias("kind"), "label")
    # Both tables are sorted by image, so a dense rank is the row of an image among its kind.
    sources = links["image"].rank("dense").cast(pl.Int32) - 1 + network.node_count
    return Network(
        nodes=pl.concat([network.nodes.select("id", "kind", "label"), nodes]),
        sources=sources.to_numpy(),
        targets=links["target"].cast(pl.Int32).to_numpy(),
        weights=links["score"].to_numpy(),
    )


def amid_tags(ties: Network, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place each image at the mean place of its tags, weighted by the squares of their scores.

    Args:
        ties: as from :func:`tie_images`, t tags and n images.
        places: of the tags, shape (t, 2).

    Returns:
        Places of tags and images, shape (t + n, 2).
    """
    count = ties.node_count
    pulls = ties.weights.astype(np.float64) ** 2
    total = np.bincount(ties.sources, pulls, count)[len(places) :]
    sums = [np.bincount(ties.sources, pulls * axis[ties.targets], count) for axis in places.T]
    means = np.column_stack(sums)[len(places) :] / total[:, None]
    return np.concatenate([places, means])
