"""Clusters: which images belong together, what their tags call them, where they lie."""

from tagatlas.cluster.naming import name_clusters, name_subclusters
from tagatlas.cluster.neighbours import compile_kernels
from tagatlas.cluster.outline import label_place, outlines
from tagatlas.cluster.quantities import cluster_of_tags, cluster_quantities
from tagatlas.cluster.themes import Themes, find_themes
from tagatlas.cluster.typicality import typical_images

__all__ = [
    "Themes",
    "cluster_of_tags",
    "cluster_quantities",
    "compile_kernels",
    "find_themes",
    "label_place",
    "name_clusters",
    "name_subclusters",
    "outlines",
    "typical_images",
]
