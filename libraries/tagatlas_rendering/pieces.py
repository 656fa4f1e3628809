"""The main pieces of clusters on a map, and the pieces that lie far from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.contracts import Map

_MAIN_SHARE, _MAIN_IMAGES = 0.1, 3
"""Least share and least number of a cluster's images in a main piece.

On maps of 440 to 1,150 photographs and drawings, 97 to 100 % of images lie in these, 1.0 to 1.5 to
a cluster. Pieces of a twentieth add one image in a hundred; without those below a fifth, up to
seven in a hundred are lost.
"""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The rings of a cluster, each around a piece of it.

    Attributes:
        main: rings around its main pieces, in the map's order, each of shape (k, 2).
        others: rings around its other images, in the map's order.
        images: how many of its images are drawn as pictures.
        main_images: which of all images drawn as pictures lie in these, as rows in the map's
            order, ascending.
    """

    main: list[NDArray[np.float64]]
    others: list[NDArray[np.float64]]
    images: int
    main_images: NDArray[np.int64]


def cluster_pieces(map_: Map) -> dict[int, Pieces]:
    """The pieces of each cluster with outlines, ordered by cluster.

    A piece is main if at least a tenth of its cluster's images, and three, lie in it; so is the one
    with most images. An image lies in a ring if its centre does, and those drawn as pictures count.
    A ring without an image of its cluster is in neither list.
    """
    import numpy as np
    import shapely

    shown = map_.images.filter("shown")
    of_image = shown["cluster"].to_numpy()
    every = [
        (cluster, np.asarray(ring, dtype=np.float64))
        for cluster, rings in sorted(map_.outlines.items())
        for ring in rings
        if len(ring) > 2
    ]
    of_ring = np.array([cluster for cluster, _ in every], dtype=np.int64)
    areas = shapely.STRtree([shapely.Polygon(ring) for _, ring in every])
    at = shapely.points(shown.select("x", "y").to_numpy())
    image, ring = areas.query(at, predicate="intersects")
    is_own = of_image[image] == of_ring[ring]
    image, ring = image[is_own], ring[is_own]
    counts = np.bincount(ring, minlength=len(every))
    found = {}
    for cluster in map_.outlines.keys() & set(of_ring.tolist()):
        rows = np.flatnonzero(of_ring == cluster)
        inside, images = counts[rows], int((of_image == cluster).sum())
        is_main = inside >= max(_MAIN_SHARE * images, _MAIN_IMAGES)
        is_main[inside.argmax()] = inside.max() > 0
        found[cluster] = Pieces(
            main=[every[row][1] for row in rows[is_main]],
            others=[every[row][1] for row in rows[~is_main & (inside > 0)]],
            images=images,
            main_images=np.unique(image[np.isin(ring, rows[is_main])]),
        )
    return dict(sorted(found.items()))
