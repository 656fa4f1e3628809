"""Puts images on the map of a network without images, among the nodes they are tied to."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.errors import EmptyMap
from tagatlas.network import IMAGE, Network


def tie_images(network: Network, images: pl.DataFrame, ties: pl.DataFrame) -> Network:
    """Tie images to nodes of a network that has no images.

    Args:
        network: without images; t nodes.
        images: ordered by ``id``: ``id``, ``label``.
        ties: as from :meth:`tagatlas.contracts.GraphBuilder.ties`.

    Returns:
        A network of the same nodes and, after them, the images that are tied to at least one.
        Its links are the ties, from image to node, with their weights.

    Raises:
        EmptyMap: no image is tied to a node.
    """
    rows = network.nodes.select(pl.col("id").alias("node"), pl.row_index("target"))
    links = (
        ties.with_columns(pl.col("weight").cast(pl.Float32))
        .filter(pl.col("weight") > 0, pl.col("image").is_in(images["id"].implode()))
        .join(rows, on="node")
        .sort("image", "target")
    )
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
        weights=links["weight"].to_numpy(),
    )


def place_among_nodes(ties: Network, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place each image at the mean place of its nodes, weighted by the squares of the ties.

    Args:
        ties: as from :func:`tie_images`, t nodes and n images.
        places: of the nodes, shape (t, 2).

    Returns:
        Places of nodes and images, shape (t + n, 2).
    """
    count = ties.node_count
    pulls = ties.weights.astype(np.float64) ** 2
    total = np.bincount(ties.sources, pulls, count)[len(places) :]
    sums = [np.bincount(ties.sources, pulls * axis[ties.targets], count) for axis in places.T]
    means = np.column_stack(sums)[len(places) :] / total[:, None]
    return np.concatenate([places, means])
