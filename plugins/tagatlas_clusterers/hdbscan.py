"""Clusterer plugin ``hdbscan``: dense regions of the images' vectors, for comparison.

HDBSCAN is scikit-learn's, which comes with the extra ``tagatlas[hdbscan]``, and is imported only
when it clusters.
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


@dataclass(frozen=True)
class HdbscanOptions:
    """Options of the clusterer; names and values are scikit-learn's."""

    min_cluster_size: Annotated[
        int, Meta(ge=2, le=10**6, description="Fewest images of a cluster.")
    ] = 5
    min_samples: Annotated[
        int,
        Meta(ge=1, le=10**6, description="Higher values leave more images in no cluster."),
    ] = 2


class HdbscanClusterer(Clusterer):
    """HDBSCAN as a clusterer. Threads may share an instance."""

    def __init__(self, options: HdbscanOptions) -> None:
        self._options = options

    def describe(self) -> ClustererDescription:
        """Describe the method; see :meth:`tagatlas.Clusterer.describe`."""
        from tagatlas_clusterers.citations import HDBSCAN

        return ClustererDescription(
            text="The clusters are dense regions of the images' vectors, of tags and embeddings,"
            f" found by HDBSCAN ({HDBSCAN.short}).",
            sampling="Of images that differ, a random sample was clustered; every other went to"
            " the cluster of most of its nearest neighbours in it.",
            citations=(HDBSCAN,),
        )

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """Find the clusters; see :meth:`tagatlas.Clusterer.cluster`."""
        from tagatlas_clusterers.vectors import cluster_vectors

        def find(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
            from sklearn.cluster import HDBSCAN

            found: NDArray[np.int64] = HDBSCAN(
                min_cluster_size=self._options.min_cluster_size,
                min_samples=self._options.min_samples,
                copy=True,
            ).fit_predict(vectors)
            return found.astype("int64")

        return Clusters(labels=cluster_vectors(images, find, seed=seed, progress=progress))


@hookimpl
def tagatlas_clusterers() -> Iterable[ClustererSpec]:
    """Announce ``hdbscan``."""
    return [
        ClustererSpec(
            name="hdbscan",
            summary="Dense regions of the images' vectors, by HDBSCAN; leaves many in no cluster.",
            extra="tagatlas[hdbscan]",
            needs=("sklearn",),
            packages=("scikit-learn",),
            options=HdbscanOptions,
            factory=HdbscanClusterer,
        )
    ]
