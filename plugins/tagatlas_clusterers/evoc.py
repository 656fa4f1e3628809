"""Clusterer plugin ``evoc``: dense regions of the images' vectors, for comparison.

The package ``evoc`` comes with the extra ``tagatlas[evoc]``, and is imported only when it
clusters. The first time on a machine it compiles itself, which takes minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import Clusterer, ClustererDescription, ClustererSpec, Clusters, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas import ClusterInput, Progress


_FEWEST = 20
"""Vectors that the package's code is compiled with."""


@dataclass(frozen=True)
class EvocOptions:
    """Options of the clusterer; names and values are the package's."""

    noise_level: Annotated[
        float,
        Meta(ge=0, le=1, description="Higher values leave more images in no cluster."),
    ] = 0.5
    base_min_cluster_size: Annotated[
        int, Meta(ge=2, le=10**6, description="Fewest images of a cluster.")
    ] = 5
    n_neighbors: Annotated[
        int, Meta(ge=2, le=1000, description="Most similar images that an image is compared with.")
    ] = 15


class EvocClusterer(Clusterer):
    """EVoC as a clusterer. Threads may share an instance."""

    def __init__(self, options: EvocOptions) -> None:
        self._options = options

    def describe(self) -> ClustererDescription:
        """Describe the method; see :meth:`tagatlas.Clusterer.describe`."""
        from tagatlas_clusterers.citations import EVOC

        return ClustererDescription(
            text="The clusters are dense regions of the images' vectors, of tags and embeddings,"
            f" found by EVoC ({EVOC.short}).",
            sampling="Of images that differ, a random sample was clustered; every other went to"
            " the cluster of most of its nearest neighbours in it.",
            citations=(EVOC,),
        )

    def prepare(self) -> None:
        """Compile the package; see :meth:`tagatlas.Clusterer.prepare`."""
        import numpy as np

        self._find(np.eye(_FEWEST, dtype=np.float32), seed=0)

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """Find the clusters; see :meth:`tagatlas.Clusterer.cluster`."""
        from tagatlas_clusterers.vectors import cluster_vectors

        def find(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
            return self._find(vectors, seed=seed)

        return Clusters(labels=cluster_vectors(images, find, seed=seed, progress=progress))

    def _find(self, vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.int64]:
        from evoc import EVoC

        found: NDArray[np.int64] = EVoC(
            noise_level=self._options.noise_level,
            base_min_cluster_size=self._options.base_min_cluster_size,
            n_neighbors=min(self._options.n_neighbors, len(vectors) - 1),
            random_state=seed % 2**32,
        ).fit_predict(vectors)
        return found.astype("int64")


@hookimpl
def tagatlas_clusterers() -> Iterable[ClustererSpec]:
    """Announce ``evoc``."""
    return [
        ClustererSpec(
            name="evoc",
            summary="Dense regions of the images' vectors, by EVoC; leaves images in no cluster.",
            extra="tagatlas[evoc]",
            needs=("evoc",),
            packages=("evoc",),
            options=EvocOptions,
            factory=EvocClusterer,
        )
    ]
