"""A map's nodes as a table for other programs, the map's bounds, and pieces of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_rendering import cluster_pieces, node_table, web_addresses, with_cluster_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.contracts import Map

__all__ = ["cluster_pieces", "map_bounds", "node_table", "web_addresses", "with_cluster_names"]


def map_bounds(map_: Map) -> NDArray[np.float64]:
    """Lower left and upper right corner of all images' boxes and all outlines, shape (2, 2)."""
    import numpy as np  # renderers are listed without it

    images = map_.images
    centres = images.select("x", "y").to_numpy()
    halves = images.select("width", "height").to_numpy() / 2
    rings = [np.asarray(ring) for rings in map_.outlines.values() for ring in rings if len(ring)]
    every = np.concatenate([centres - halves, centres + halves, *rings])
    return np.stack([every.min(axis=0), every.max(axis=0)])
