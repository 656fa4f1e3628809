"""Clusters of images without a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.contracts import Clusterer, ClusterInput, no_progress
from tagatlas.network import IMAGE, TAG, Network
from tagatlas_mapping.cluster import find_themes

if TYPE_CHECKING:
    from tagatlas.plugins import Plugins

__all__ = ["cluster_images", "default_clusterer"]


def default_clusterer(plugins: Plugins) -> Clusterer:
    """The default clusterer of maps, with default options.

    Args:
        plugins: the installed ones.

    Raises:
        UnknownPlugin, MissingDependency, PluginError: it cannot be made.
    """
    from tagatlas.plugins import CLUSTERERS
    from tagatlas_mapping.maps.options import MapOptions

    return plugins.choose(CLUSTERERS, MapOptions().clusterer, {}).product


def cluster_images(
    clusterer: Clusterer,
    scores: csr_array,
    tags: Sequence[str],
    embeddings: NDArray[np.float16] | None,
    *,
    seed: int,
) -> NDArray[np.int32]:
    """The clusters that a map of these images would have, with default options otherwise.

    The clusterer's network links images and tags, weighted by score.

    Args:
        clusterer: finds the clusters.
        scores: of the tags of n images, at least one, above 0, shape (n, t).
        tags: labels of the columns, ascending.
        embeddings: shape (n, d), a row of zeros for an image without one; or None.
        seed: of all random choices.

    Returns:
        Cluster of each image, numbered from 0 by size, the largest first, int32, shape (n,).

    Raises:
        PluginError, UsageError, OptionError: see :meth:`tagatlas.Clusterer.cluster`.
    """
    from tagatlas_mapping.maps.options import MapOptions

    ids = pl.Series("id", [f"{row:012}" for row in range(scores.shape[0])])
    images = ClusterInput(
        ids=ids,
        scores=scores,
        tags=tags,
        embeddings=embeddings,
        network=_network(ids, scores, tags),
        sample=MapOptions().sample,
    )
    return find_themes(clusterer, images, seed=seed, progress=no_progress).of_image


def _network(ids: pl.Series, scores: csr_array, tags: Sequence[str]) -> Network:
    """Network of images and tags, weighted by score."""
    rows, columns = scores.tocoo().coords
    labels = pl.Series("label", tags, dtype=pl.String)
    images = pl.DataFrame({"id": ids, "kind": [IMAGE] * len(ids), "label": ids})
    others = pl.DataFrame({"id": "tag " + labels, "kind": [TAG] * len(labels), "label": labels})
    return Network(
        nodes=pl.concat([images, others]),
        sources=rows.astype(np.int32),
        targets=(columns + len(ids)).astype(np.int32),
        weights=np.maximum(scores.data, np.finfo(np.float32).tiny).astype(np.float32),
    )
