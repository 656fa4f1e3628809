"""Links between images, or tags, by the tags or images that they share."""

from tagatlas_mapping.network.projection import Likeness, link_neighbours, project

__all__ = ["Likeness", "link_neighbours", "project"]
