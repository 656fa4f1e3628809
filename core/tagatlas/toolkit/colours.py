"""The colours of clusters, the same in every output."""

from tagatlas_rendering.palette import Colour, cluster_colours

__all__ = ["Colour", "cluster_colours"]
