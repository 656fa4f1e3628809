"""The plugins that make a map, by name, and clusters like those of a map, for tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import Clusterer, ClusterInput, no_progress
from tagatlas.network import IMAGE, Network
from tagatlas.plugins import CLUSTERERS, GRAPH_BUILDERS, LAYOUTS, Plugins
from tagatlas.steps.making import MapPlugins
from tagatlas_clusterers.leiden.clusterer import LeidenClusterer
from tagatlas_clusterers.leiden.options import LeidenOptions
from tagatlas_mapping.cluster import Themes, find_themes
from tagatlas_mapping.cluster.scores import score_matrix

LEIDEN = LeidenClusterer(LeidenOptions())


def map_plugins(
    plugins: Plugins,
    builder: str = "bipartite",
    layout: str = "forceatlas2",
    clusterer: str = "leiden",
    *,
    building: Mapping[str, object] | None = None,
    placing: Mapping[str, object] | None = None,
) -> MapPlugins:
    """The plugins of these names, with these options of the builder and of the layout."""
    return MapPlugins(
        plugins.choose(GRAPH_BUILDERS, builder, building or {}),
        plugins.choose(LAYOUTS, layout, placing or {}),
        plugins.choose(CLUSTERERS, clusterer, {}),
    )


def cluster_input(
    images: pl.DataFrame,
    tags: pl.DataFrame,
    *,
    embeddings: NDArray[np.float16] | None = None,
    sample: int = 50_000,
) -> ClusterInput:
    """A clusterer's input from images with ``id``, with a network without links."""
    scores, labels = score_matrix(images, tags.lazy())
    nodes = images.select("id", kind=pl.lit(IMAGE), label="id")
    none = np.zeros(0, dtype=np.int32)
    return ClusterInput(
        ids=images["id"],
        scores=scores,
        tags=labels,
        embeddings=embeddings,
        network=Network(nodes, none, none, np.zeros(0, dtype=np.float32)),
        sample=sample,
    )


def themes_of(
    images: pl.DataFrame,
    tags: pl.DataFrame,
    clusterer: Clusterer = LEIDEN,
    *,
    embeddings: NDArray[np.float16] | None = None,
    sample: int = 50_000,
    seed: int = 0,
) -> Themes:
    """Clusters of a collection, by default those of a map."""
    given = cluster_input(images, tags, embeddings=embeddings, sample=sample)
    return find_themes(clusterer, given, seed=seed, progress=no_progress)
