"""The builder: embeddings, each compared with all others or, of many, with the likely nearest."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas import GraphBuilder, Network, NetworkDescription
from tagatlas.errors import EmptyMap
from tagatlas.toolkit import (
    EXACT_IMAGES,
    Neighbours,
    backbone,
    describe_likely,
    likely_nearest_rows,
    link_neighbours,
    with_backbone,
)
from tagatlas_builders.knn import KnnOptions
from tagatlas_builders.knn.search import nearest_rows
from tagatlas_builders.nodes import image_nodes


class KnnBuilder(GraphBuilder):
    """Links each image to those with the most similar embeddings.

    The weight of a link is the cosine of both embeddings, in float32. Nodes are the images with
    at least one link, in their order in the table; images without an embedding have none. Links
    go from the earlier image to the later and are ordered by these ends. The network is
    undirected.
    """

    reads = frozenset({"embedding"})

    def __init__(self, options: KnnOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """Describe the network; see :meth:`tagatlas.GraphBuilder.describe`."""
        text = (
            "A link weighs as much as the cosine of the embeddings that the backend gave both"
            " images."
        )
        if self._options.search != "exact":
            many = f"Of more than {EXACT_IMAGES:,} images, the" if self._is_auto else "The"
            text += f" {many} nearest are approximate, found by {describe_likely()}."
        described = NetworkDescription(
            placed_by="the likeness of their embeddings",
            text=text,
            by_likeness=True,
        )
        return with_backbone(described, self._options.backbone)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:  # noqa: ARG002
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`."""
        options = self._options
        seen = images.filter(pl.col("embedding").is_not_null())
        count = min(options.links_per_node, max(seen.height - 1, 1))
        found, cosines = self._nearest(seen["embedding"], count)
        made = (found >= 0) & (cosines >= options.minimum_cosine)
        nodes = image_nodes(seen)
        network = link_neighbours(nodes, found, cosines, made, mutual=options.mutual)
        if network.edge_count == 0:
            raise EmptyMap(
                f"no two images with an embedding are linked (of {seen.height:,}): lower the"
                " minimum cosine, allow links that are not mutual, or choose another graph builder"
            )
        return backbone(network, options.backbone)

    @property
    def _is_auto(self) -> bool:
        return self._options.search == "auto"

    def _nearest(self, embeddings: pl.Series, count: int) -> Neighbours:
        """The images with the most similar embeddings; -1 where no cosine is above 0."""
        size = len(embeddings)
        is_exact = size <= EXACT_IMAGES if self._is_auto else self._options.search == "exact"
        if is_exact or size == 0:
            return nearest_rows(_unit_rows(embeddings), count)
        rows, cosines = likely_nearest_rows(embeddings.to_numpy(), count)
        return np.where(cosines > 0, rows, -1), np.maximum(cosines, 0)


def _unit_rows(embeddings: pl.Series) -> NDArray[np.float32]:
    """The embeddings, each of length 1; shape (n, d)."""
    if len(embeddings) == 0:
        return np.empty((0, 1), dtype=np.float32)
    vectors: NDArray[np.float32] = embeddings.to_numpy()
    units: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units
