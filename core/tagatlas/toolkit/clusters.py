"""Clusters of images that are on no map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.cluster import cluster_images as find_clusters
from tagatlas.maps.options import MapOptions

__all__ = ["cluster_images"]


def cluster_images(
    scores: csr_array,
    tags: Sequence[str],
    embeddings: NDArray[np.float16] | None,
    *,
    seed: int,
) -> NDArray[np.int32]:
    """The clusters that a map of these images would have, with its options as they are by default.

    Args:
        scores: of the tags of n images, at least one, above 0, shape (n, t).
        tags: labels of the columns, rising.
        embeddings: shape (n, d), a row of zeros for an image without one; or None.
        seed: of everything random.

    Returns:
        Cluster of each image, numbered from 0 by falling number of images, int32, shape (n,).
    """
    entries = scores.tocoo()
    rows, columns = entries.coords
    ids = pl.Series([f"{row:012}" for row in range(scores.shape[0])])
    table = pl.DataFrame(
        {
            "image": ids.gather(rows),
            "tag": pl.Series(tags, dtype=pl.String).gather(columns),
            "score": entries.data,
        }
    )
    options = MapOptions()
    return find_clusters(
        pl.DataFrame({"id": ids}),
        table.lazy(),
        embeddings=embeddings,
        neighbours=options.neighbours,
        resolution=options.resolution,
        sub_resolution=0,
        sample=options.sample,
        seed=seed,
    ).of_image
