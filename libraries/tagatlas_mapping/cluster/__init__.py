"""Clusters: their images, their names from tags, and their outlines."""

from tagatlas_mapping.cluster.colouring import colour_clusters
from tagatlas_mapping.cluster.naming import name_clusters, name_subclusters
from tagatlas_mapping.cluster.neighbours import compile_kernels
from tagatlas_mapping.cluster.outline import label_place, outlines
from tagatlas_mapping.cluster.quantities import cluster_of_tags, cluster_quantities
from tagatlas_mapping.cluster.themes import Themes, find_themes
from tagatlas_mapping.cluster.typicality import typical_images

__all__ = [
    "Themes",
    "cluster_of_tags",
    "cluster_quantities",
    "colour_clusters",
    "compile_kernels",
    "find_themes",
    "label_place",
    "name_clusters",
    "name_subclusters",
    "outlines",
    "typical_images",
]
