"""Layout plugin ``umap``: images by the similarity of their tags, for comparison.

L. McInnes, J. Healy, J. Melville: UMAP: Uniform Manifold Approximation and Projection for
Dimension Reduction, 2018 (arXiv 1802.03426). The package ``umap-learn`` comes with the extra
``tagatlas[umap]``, and is imported only when the layout runs.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import Layout, LayoutSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas import LayoutDescription, Network, Progress

_EXTENT = 10.0
"""Extent that the start is scaled to: that of the package's own starts."""

_FEWEST = 4
"""UMAP needs this number of nodes; fewer keep their start."""


@dataclass(frozen=True)
class UmapOptions:
    """Options of the layout; names and values are the package's."""

    n_neighbors: Annotated[
        int,
        Meta(
            ge=2, le=1000, description="Neighbours that count: few for detail, many for the whole."
        ),
    ] = 15
    min_dist: Annotated[
        float, Meta(ge=0, le=1, description="Least distance: lower is denser groups.")
    ] = 0.1


class UmapLayout(Layout):
    """UMAP as a layout. Threads may share an instance."""

    def __init__(self, options: UmapOptions) -> None:
        self._options = options

    def describe(self) -> LayoutDescription:
        """Describe the method; see :meth:`tagatlas.Layout.describe`."""
        from tagatlas import LayoutDescription
        from tagatlas_layouts.citations import UMAP

        return LayoutDescription(citations=(UMAP,))

    def place(
        self,
        network: Network,
        *,
        start: NDArray[np.float64],
        seed: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        """Place the nodes; see :meth:`tagatlas.Layout.place`.

        Where each edge joins an image and a tag, an image is the vector of its weights, images
        with a like direction come to lie together, and a tag lies at the weighted mean of its
        images. Of any other network, a node is the vector of its weights to all nodes.
        """
        with warnings.catch_warnings():
            # On import the package warns of what it could do with TensorFlow.
            warnings.simplefilter("ignore", ImportWarning)
            import umap
        import numpy as np
        from scipy.sparse import csr_matrix, eye_array

        from tagatlas.toolkit import IMAGE
        from tagatlas_layouts.start import scaled_start

        progress(0, 1)
        adjacency = network.adjacency().astype(np.float64)
        images = network.is_kind(IMAGE)
        if _joins_images_and_tags(network, images):
            vectors, embedded = adjacency[images][:, ~images], images
        else:
            # A node resembles its neighbours only if it counts as its own neighbour.
            strongest = adjacency.max() if network.edge_count else 1.0
            vectors = adjacency + strongest * eye_array(network.node_count)
            embedded = np.ones(network.node_count, dtype=np.bool_)
        placed = scaled_start(start, seed, _EXTENT)
        count = int(embedded.sum())
        if count >= _FEWEST:
            reducer = umap.UMAP(
                n_neighbors=min(self._options.n_neighbors, count - 1),
                min_dist=self._options.min_dist,
                metric="cosine",
                init=placed[embedded].astype(np.float32),
                random_state=seed,
                n_jobs=1,  # more threads would give other positions each time
            )
            placed[embedded] = reducer.fit_transform(csr_matrix(vectors))
            others = ~embedded
            weights = adjacency[others]
            tied = np.asarray(weights.sum(axis=1))
            placed[others] = (weights @ placed) / np.maximum(tied, np.finfo(float).tiny)[:, None]
        progress(1, 1)
        return placed


def _joins_images_and_tags(network: Network, images: NDArray[np.bool_]) -> bool:
    """Whether there are edges, each between an image and a tag, and every node has one."""
    from tagatlas.toolkit import TAG

    between = images[network.sources] != images[network.targets]
    known = images | network.is_kind(TAG)
    tied = network.in_degrees() + network.out_degrees() > 0
    return bool(between.any() and between.all() and known.all() and tied.all())


@hookimpl
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce ``umap``."""
    return [
        LayoutSpec(
            name="umap",
            summary="UMAP of the images' tags, slower than the default; tags among their images.",
            extra="tagatlas[umap]",
            needs=("umap",),
            packages=("umap-learn",),
            options=UmapOptions,
            factory=UmapLayout,
        )
    ]
