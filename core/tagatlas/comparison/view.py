"""What one backend makes of a collection: what a comparison compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.network import Network


@dataclass(frozen=True, eq=False)
class Drawn:
    """A backend's map, as far as it is compared.

    Attributes:
        name: of the map.
        clusters: cluster of each of the collection's n images, int32, shape (n,); -1 for images
            that are not on the map.
        cluster_names: their names, by number.
        positions: of the images, shape (n, 2); NaN for images that are not on the map.
        stability: how well several runs of the algorithm agree on the clusters.
        network: what is drawn.
        node_positions: of its nodes, shape (nodes, 2).
    """

    name: str
    clusters: NDArray[np.int32]
    cluster_names: Sequence[str]
    positions: NDArray[np.float64]
    stability: float
    network: Network
    node_positions: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class View:
    """What one backend makes of n images.

    Attributes:
        label: what it is called in the comparison; no two are called alike.
        name: the tagger's name.
        fingerprint: what changes its answers.
        scores: of all its tags, above 0, shape (n, labels), columns in order.
        labels: of the tags, as the backend writes them, sorted.
        looked: which images it could look at, shape (n,).
        embeddings: of the images, shape (n, d), a row of zeros where there is none; None if the
            backend stores none.
        drawn: its map; None if there is none.
    """

    label: str
    name: str
    fingerprint: str
    scores: csr_array
    labels: Sequence[str]
    looked: NDArray[np.bool_]
    embeddings: NDArray[np.float16] | None
    drawn: Drawn | None
