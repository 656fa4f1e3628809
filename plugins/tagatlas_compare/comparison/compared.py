"""The results of one backend on a collection, as they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import MapData, Network
from tagatlas.toolkit import cluster_colours


@dataclass(frozen=True, eq=False)
class ComparedMap:
    """A backend's map, as it is compared.

    Attributes:
        name: of the map.
        data: the map.
        images: ids of the collection's n images, in the order of the comparison.
    """

    name: str
    data: MapData
    images: pl.Series

    @cached_property
    def clusters(self) -> NDArray[np.int32]:
        """Cluster of each image, shape (n,); -1 for images that are not on the map."""
        return self._of_images["cluster"].fill_null(-1).cast(pl.Int32).to_numpy()

    @cached_property
    def positions(self) -> NDArray[np.float64]:
        """Places of the images, shape (n, 2); NaN for images that are not on the map."""
        return self._of_images.select(pl.col("x", "y").fill_null(np.nan)).to_numpy()

    @property
    def cluster_names(self) -> Sequence[str]:
        """Names of the clusters, by number."""
        return self.data.clusters["name"].to_list()

    @property
    def colours(self) -> Sequence[str]:
        """Colours of the clusters on the map, by number, as ``#rrggbb``."""
        return ["#{:02x}{:02x}{:02x}".format(*each) for each in cluster_colours(self.data.clusters)]

    @property
    def node_positions(self) -> NDArray[np.float64]:
        """Places of all nodes, shape (nodes, 2)."""
        return self.data.nodes.select("x", "y").to_numpy()

    @cached_property
    def network(self) -> Network:
        """The map's network."""
        data = self.data
        nodes = data.nodes.select("id", "kind", "label")
        return Network(nodes, data.sources, data.targets, data.weights, data.directed)

    @cached_property
    def _of_images(self) -> pl.DataFrame:
        own = self.data.images.select("id", "x", "y", "cluster")
        wanted = self.images.to_frame("id")
        return wanted.join(own, on="id", how="left", maintain_order="left")


@dataclass(frozen=True, eq=False)
class ComparedBackend:
    """The results of one backend for n images.

    Attributes:
        label: its unique name in the comparison.
        name: the tagger's name.
        fingerprint: of everything that changes its answers.
        scores: of all its tags, above 0, shape (n, labels), columns in order.
        labels: of the tags, as the backend writes them, sorted.
        looked: mask of the images that it could tag, shape (n,).
        embeddings: of the images, shape (n, d), a row of zeros if missing; None if the backend
            stores none.
        map: its map; None if it has none.
    """

    label: str
    name: str
    fingerprint: str
    scores: csr_array
    labels: Sequence[str]
    looked: NDArray[np.bool_]
    embeddings: NDArray[np.float16] | None
    map: ComparedMap | None
