"""A correct clusterer of a few lines: images go with the first one that has their first tag."""

from __future__ import annotations

from tagatlas.contracts import (
    Citation,
    Clusterer,
    ClustererDescription,
    ClustererSpec,
    ClusterInput,
    Clusters,
    NoOptions,
    Progress,
)
from tagatlas.hookspecs import hookimpl


class LeadersClusterer(Clusterer):
    """Clusters images by the tag that they have the highest score of."""

    def __init__(self, options: NoOptions) -> None:
        self._options = options

    def describe(self) -> ClustererDescription:
        """Leaders have a book, too."""
        return ClustererDescription(
            text="Images go with their highest tag.",
            stability="Chance has no part in it.",
            division="Clusters have two halves.",
            citations=(Citation("Hartigan, 1975", "Hartigan, J. A. (1975). *Clustering*."),),
        )

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """Find the clusters."""
        import numpy as np

        progress(0, 1)
        dice = np.random.default_rng(seed)
        scores = np.column_stack([images.scores.toarray(), np.zeros(len(images))])
        best = scores.argmax(axis=1) // 6
        named = scores.max(axis=1) > 0
        labels = np.where(named, np.unique(best, return_inverse=True)[1], -1)
        halves = 2 * labels + (dice.random(len(images)) < 0.5)
        progress(1, 1)
        return Clusters(
            labels=labels,
            stability=np.ones(labels.max() + 1),
            agreement=1.0,
            sub_labels=np.where(named, halves, -1),
        )


@hookimpl
def tagatlas_clusterers() -> list[ClustererSpec]:
    """Announce the clusterer."""
    return [ClustererSpec(name="leaders", summary="By tag.", factory=LeadersClusterer)]
