"""Clusters: which images belong together, what their tags call them, where they lie."""

from tagatlas.cluster.naming import name_clusters
from tagatlas.cluster.neighbours import compile_kernels, nearest_among
from tagatlas.cluster.outline import label_place, outlines
from tagatlas.cluster.quantities import cluster_of_tags, cluster_quantities
from tagatlas.cluster.themes import cluster_images
from tagatlas.cluster.vectors import tag_vectors

__all__ = [
    "cluster_images",
    "cluster_of_tags",
    "cluster_quantities",
    "compile_kernels",
    "label_place",
    "name_clusters",
    "nearest_among",
    "outlines",
    "tag_vectors",
]
