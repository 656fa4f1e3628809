"""The clusterer plugin's class."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tagatlas import (
    Citation,
    Clusterer,
    ClustererDescription,
    ClusterInput,
    Clusters,
    Progress,
)
from tagatlas_clusterers.leiden.options import LeidenOptions

if TYPE_CHECKING:
    from tagatlas.toolkit import Vectors
    from tagatlas_clusterers.leiden.division import Division

Labels = NDArray[np.int64]

_LEIDEN = Citation(
    "Traag et al., 2019",
    "Traag, V. A., Waltman, L., & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing "
    "well-connected communities. *Scientific Reports*, 9, 5233.",
)
_CONSENSUS = Citation(
    "Tandon et al., 2019",
    "Tandon, A., Albeshri, A., Thayananthan, V., Alhalabi, W., & Fortunato, S. (2019). Fast "
    "consensus clustering in complex networks. *Physical Review E*, 99, 042301.",
)
_STABILITY = Citation(
    "Hennig, 2007",
    "Hennig, C. (2007). Cluster-wise assessment of cluster stability. *Computational Statistics & "
    "Data Analysis*, 52(1), 258-271.",
)
_CENTRING = Citation(
    "Jégou & Chum, 2012",
    "Jégou, H., & Chum, O. (2012). Negative evidences and co-occurrences in image retrieval: the "
    "benefit of PCA and whitening. *ECCV 2012*, 774-787.",
)
_STEPS = 4
"""Links, clusters, sub-clusters, and the images beyond the sample."""


class LeidenClusterer(Clusterer):
    """Communities of a network of similar images. Threads may share an instance."""

    def __init__(self, options: LeidenOptions) -> None:
        self._options = options

    def describe(self) -> ClustererDescription:
        """Describe the method; see :meth:`tagatlas.Clusterer.describe`."""
        options = self._options
        text = (
            "Each image was compared with all others by all its tags, as the cosine of the square"
            " roots of their scores less the collection's mean and, where the backend stores"
            " embeddings of images, in equal parts by the cosine of their principal components"
            f" ({_CENTRING.short}). It was linked to its nearest neighbours ({options.neighbours}"
            " or fewer). The clusters are the communities that several runs of the Leiden"
            f" algorithm at the resolution {options.resolution} agree on ({_LEIDEN.short};"
            f" {_CONSENSUS.short})."
        )
        sampling = (
            "Of images that differ, a random sample was clustered; every other went to the cluster"
            " of most of its nearest neighbours in it."
        )
        stability = (
            "A cluster's stability says how surely a run finds it: it is the mean over the runs of"
            f" its Jaccard similarity with the run's most similar cluster ({_STABILITY.short});"
            " above 0.75 it holds, below 0.6 do not rely on it."
        )
        division = (
            "Sub-clusters are found in the same way among the links within a cluster, at the"
            f" resolution {options.sub_resolution}. A division counts if its modularity is at"
            " least 0.3 and the runs agree on it with an adjusted Rand index of at least 0.6."
        )
        return ClustererDescription(
            text=text,
            sampling=sampling,
            stability=stability,
            division=division if options.sub_resolution else "",
            citations=(_LEIDEN, _CONSENSUS, _STABILITY, _CENTRING),
        )

    def prepare(self) -> None:
        """Load the packages and kernels of clustering."""
        import tagatlas_clusterers.leiden.division  # noqa: F401 - for what it loads

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """Find the clusters; see :meth:`tagatlas.Clusterer.cluster`.

        Images with equal tags and embedding are one node, and so stay together. Images without
        neighbours are in no cluster. Of more than ``images.sample`` distinct ones a random sample
        is clustered; every other image goes to the cluster of most of its nearest neighbours in
        the sample. In small collections an image has fewer links than ``neighbours``: the square
        root of the number of images, at least 3.
        """
        from scipy.sparse import csr_array

        from tagatlas.toolkit import distinct_rows, image_vectors, similar_images
        from tagatlas_clusterers.leiden.division import divide, neighbour_links, subdivide
        from tagatlas_clusterers.leiden.voting import draw_sample

        options, scores, embeddings = self._options, images.scores, images.embeddings
        progress(0, _STEPS)
        first, vector_of_image = distinct_rows(scores, embeddings)
        if len(first) < len(images):  # avoids a copy, which can be gigabytes
            scores = csr_array(scores[first])
            embeddings = None if embeddings is None else embeddings[first]
        vectors = image_vectors(scores, embeddings)
        sampled = draw_sample(len(vectors), images.sample, seed)
        inside, sizes = vectors.take(sampled), np.bincount(vector_of_image)[sampled]
        most = min(options.neighbours, max(3, math.isqrt(len(sampled))))
        links = neighbour_links(similar_images(inside, most))
        progress(1, _STEPS)
        themes = divide(links, sizes, options.resolution, seed)
        progress(2, _STEPS)
        parts = subdivide(themes.labels, links, sizes, options.sub_resolution, seed)
        progress(3, _STEPS)
        labels, sub_labels = _spread(images, vectors, sampled, most, themes, parts)
        progress(_STEPS, _STEPS)
        return Clusters(
            labels=labels[vector_of_image],
            stability=themes.stability,
            agreement=themes.agreement,
            sub_labels=sub_labels[vector_of_image],
            sub_stability=parts.stability,
        )


def _spread(
    images: ClusterInput,
    vectors: Vectors,
    sampled: NDArray[np.intp],
    neighbours: int,
    themes: Division,
    parts: Division,
) -> tuple[Labels, Labels]:
    """Clusters and sub-clusters of all vectors, from those of a sample.

    Vectors without neighbours, or without any in the sample, are in none.
    """
    from tagatlas.toolkit import similar_by_shard
    from tagatlas_clusterers.leiden.voting import votes

    labels = np.empty(len(vectors), dtype=np.int64)
    sub_labels = np.empty(len(vectors), dtype=np.int64)
    labels[sampled], sub_labels[sampled] = themes.labels, parts.labels
    others = np.setdiff1d(np.arange(len(vectors)), sampled, assume_unique=True)
    inside = vectors.take(sampled)
    search = images.search or similar_by_shard
    for rows, found in search(vectors, others, neighbours, among=inside):
        chosen = votes(themes.labels[found], found >= 0)
        alike = (found >= 0) & (themes.labels[found] == chosen[:, None])
        labels[rows] = chosen
        sub_labels[rows] = votes(parts.labels[found], alike)
    return labels, sub_labels
