"""Hidden images of an open atlas, for all that shows pictures without a map.

Import the names from here; they are not in ``tagatlas.toolkit``.
"""

from tagatlas.steps.hiding import hidden_images, hide_images, shown_store

__all__ = ["hidden_images", "hide_images", "shown_store"]
