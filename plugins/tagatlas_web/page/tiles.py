"""How a map of many images is cut into tiles, so that a page reads what is looked at alone.

Images get their numbers along the map, cluster by cluster: a tile is a range of rows. What is read
at first are the extents of blocks, each of a few neighbouring images, and whole pictures of the map
(:mod:`tagatlas_web.page.overview`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas_web.page.order import curve_places
from tagatlas_web.page.scripts import packed, packed_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    from numpy.typing import NDArray

TILED_FROM = 2_000_000
"""Images of a map from which on it is cut into tiles."""

TILE_ROWS = 1 << 14
"""Images in one file of places."""

TEXT_ROWS = 1 << 10
"""Images in one file of ids and labels, of details, of scores, of neighbours, or of shapes."""

_MOST_BLOCKS = 200_000
_LEAST_IN_BLOCK = 4

_FAR = 16
"""Images that are so many times as far apart as the usual neighbours are not together."""

_FEW = 32
"""Images of a cluster that are together, below which they do not come with the cluster."""


@dataclass(frozen=True)
class Tiling:
    """How the images of a map are cut.

    Attributes:
        tile: images in one file of places; a multiple of ``block``.
        block: images whose extent is known at first.
    """

    tile: int
    block: int

    @classmethod
    def of(cls, images: int, tile: int = TILE_ROWS) -> Tiling:
        """The one for a number of images: at most 200,000 blocks, of a power of four of images."""
        block = _LEAST_IN_BLOCK
        while images > block * _MOST_BLOCKS and 4 * block <= tile:
            block *= 4
        return cls(tile, block)


def along_clusters(images: pl.DataFrame) -> NDArray[np.intp]:
    """The order of images in which those of a cluster, and of its sub-clusters, come together.

    Clusters, sub-clusters and images come as a Hilbert curve passes them. At the end are those far
    from the others of their cluster, along the curve as well: with these, a block would reach over
    half of the map, and a page would read tiles for it wherever one looks.

    Args:
        images: ``x``, ``y``, ``cluster`` and ``subcluster`` of each; one or more.
    """
    points = images.select("x", "y").to_numpy()
    clusters = images["cluster"].to_numpy()
    place = curve_places(points)
    parts = images["subcluster"].fill_null(-1).to_numpy()
    order = np.lexsort((place, _medians(place, parts), _medians(place, clusters)))
    are_astray = _are_astray(points[order], clusters[order])
    astray = order[are_astray]
    return np.concatenate([order[~are_astray], astray[np.argsort(place[astray], kind="stable")]])


def _are_astray(points: NDArray[np.float64], clusters: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether each image is, with few others at most, far from its cluster's images around it.

    Args:
        points: of the images in their order, shape (n, 2).
        clusters: shape (n,).
    """
    steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    begins = steps > _FAR * np.median(steps)
    begins |= np.diff(clusters, prepend=clusters[0] - 1) != 0
    together = np.cumsum(begins) - 1
    are_few: NDArray[np.bool_] = (np.bincount(together) < _FEW)[together]
    return are_few


def _medians(place: NDArray[np.int64], group: NDArray[np.integer]) -> NDArray[np.int64]:
    """For each image a number of its group alone, which rises with the median of its places."""
    order = np.lexsort((place, group))
    firsts = np.flatnonzero(np.diff(group[order], prepend=group[order[0]] - 1))
    middles = (firsts + np.append(firsts[1:], len(group))) // 2
    ranks = np.empty(len(firsts), dtype=np.int64)
    ranks[np.argsort(place[order][middles], kind="stable")] = np.arange(len(firsts))
    return ranks[np.searchsorted(group[order][firsts], group)]


def blocks_of(boxes: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """The extents of so many images each: x and y of the middle, width and height.

    Args:
        boxes: the same of each image, shape (n, 4).
        block: images in a block; the last one may have fewer.
    """
    firsts = np.arange(0, len(boxes), block)
    low = np.minimum.reduceat(boxes[:, :2] - boxes[:, 2:] / 2, firsts)
    high = np.maximum.reduceat(boxes[:, :2] + boxes[:, 2:] / 2, firsts)
    return np.hstack([(low + high) / 2, high - low])


def place_tiles(
    boxes: NDArray[np.float64], quantum: float, tile: int
) -> Iterator[dict[str, object]]:
    """``places/N/M.js``, one after the other, as :func:`packed_places` of some images."""
    for first in range(0, len(boxes), tile):
        yield packed_places(boxes[first : first + tile], quantum)


def runs(numbers: NDArray[np.int32]) -> dict[str, str]:
    """Numbers of which many in a row are the same: each once, and how often it comes."""
    firsts = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    lengths = np.diff(firsts, append=len(numbers)).astype(np.uint32)
    return {"values": packed(numbers[firsts]), "lengths": packed(lengths)}
