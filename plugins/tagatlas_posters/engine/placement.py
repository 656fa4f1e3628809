"""Places labels: near their points, without overlaps, and off pictures if a spot is close.

A label is within or beside its own pictures, never nearer to those of other clusters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""

_CELLS = 512
_RINGS = 32
_DIRECTIONS = 24
# Cost of a label that fully covers pictures of its own cluster, in heights of the label away from
# its point; and the cost for pictures of other clusters.
_OWN_COST, _FOREIGN_COST = 9.0, 20.0
_MOST_SPOTS = 64
"""The most own pictures around which places are tried, beside those around the point."""
_FARTHEST = 1.5
"""Greatest distance from own pictures, in heights of the label."""


class LabelPlacer:
    """Places labels one after the other; place important ones first.

    Args:
        area: area of the labels.
        pictures: boxes of the pictures, in pixels, shape (n, 4).
        clusters: cluster of each picture, shape (n,).
        taken: boxes to avoid.
    """

    def __init__(
        self,
        area: Box,
        pictures: NDArray[np.int64],
        clusters: NDArray[np.int32],
        taken: Sequence[Box] = (),
    ) -> None:
        self._area = area
        self._pictures = pictures
        self._clusters = clusters
        self._covered = self._cover_table(pictures)
        self._tree = shapely.STRtree(shapely.box(*pictures.T))
        self._taken = list(taken)

    def place(self, size: tuple[int, int], anchor: tuple[float, float], cluster: int) -> Box | None:
        """Take the best free box for a label.

        Args:
            size: width and height of the label.
            anchor: preferred position of its centre.
            cluster: the cluster it names.

        Returns:
            Its box; None if there is no free one beside pictures of its cluster.
        """
        own_pictures = self._pictures[self._clusters == cluster]
        around, beside = self._candidates(size, anchor), self._beside(size, own_pictures)
        boxes = self._free(np.concatenate([around, beside]))
        if len(own_pictures) and len(boxes):
            boxes = boxes[self._is_own(boxes, cluster, _FARTHEST * size[1])]
        if not len(boxes):
            return None
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        moved = np.hypot(*(centres - np.array(anchor)).T) / size[1]
        own_table = self._cover_table(own_pictures)
        own, every = self._cover(own_table, boxes), self._cover(self._covered, boxes)
        cost = moved + _OWN_COST * own + _FOREIGN_COST * (every - own)
        left, top, right, bottom = boxes[np.argmin(cost)].tolist()
        self._taken.append((left, top, right, bottom))
        return left, top, right, bottom

    def _candidates(self, size: tuple[int, int], anchor: tuple[float, float]) -> NDArray[np.int64]:
        """Candidate positions around the anchor, on rings up to the farthest corner."""
        left, top, right, bottom = self._area
        width, height = size
        if width > right - left or height > bottom - top:
            return np.empty((0, 4), dtype=np.int64)
        reach = math.hypot(right - left, bottom - top)
        near = np.arange(_RINGS // 2) * 0.5 * height
        far = np.geomspace(max(near[-1], 1.0), max(reach, near[-1] + 1.0), _RINGS // 2)
        radius = np.concatenate([near, far])[:, None]
        angle = np.arange(_DIRECTIONS) * (2 * math.pi / _DIRECTIONS)
        x = (anchor[0] + radius * np.cos(angle) - width / 2).clip(left, right - width)
        y = (anchor[1] + radius * np.sin(angle) - height / 2).clip(top, bottom - height)
        first = np.rint(np.stack([x.ravel(), y.ravel()], axis=1)).astype(np.int64)
        return np.concatenate([first, first + np.array(size)], axis=1)

    def _beside(self, size: tuple[int, int], pictures: NDArray[np.int64]) -> NDArray[np.int64]:
        """Candidate positions on, above, below, left and right of some own pictures."""
        left, top, right, bottom = self._area
        width, height = size
        if not len(pictures) or width > right - left or height > bottom - top:
            return np.empty((0, 4), dtype=np.int64)
        some = pictures[np.linspace(0, len(pictures) - 1, _MOST_SPOTS).astype(int)]
        some = np.unique(some, axis=0)
        x0, y0, x1, y1 = some.T
        x, y = (x0 + x1 - width) // 2, (y0 + y1 - height) // 2
        places = [(x, y), (x, y0 - height), (x, y1), (x0 - width, y), (x1, y)]
        first = np.concatenate([np.stack(place, axis=1) for place in places])
        first = first.clip((left, top), (right - width, bottom - height))
        return np.concatenate([first, first + np.array(size)], axis=1)

    def _is_own(self, boxes: NDArray[np.int64], cluster: int, farthest: float) -> NDArray[np.bool_]:
        """Whether no picture is nearer to a box than the nearest of the cluster."""
        found = self._tree.query_nearest(
            shapely.box(*boxes.T), max_distance=farthest, all_matches=True
        )
        is_own = self._clusters[found[1]] == cluster
        return np.bincount(found[0][is_own], minlength=len(boxes)) > 0

    def _free(self, boxes: NDArray[np.int64]) -> NDArray[np.int64]:
        for left, top, right, bottom in self._taken:
            apart = (
                (boxes[:, 0] >= right)
                | (boxes[:, 2] <= left)
                | (boxes[:, 1] >= bottom)
                | (boxes[:, 3] <= top)
            )
            boxes = boxes[apart]
        return boxes

    def _cover_table(self, pictures: NDArray[np.int64]) -> NDArray[np.float64]:
        """Summed-area table (F. Crow, 1984) of the grid's cells that pictures cover."""
        x0, y0, x1, y1 = self._cells(pictures).T
        steps = np.zeros((_CELLS + 1, _CELLS + 1))
        for x, y, step in ((x0, y0, 1), (x1, y1, 1), (x0, y1, -1), (x1, y0, -1)):
            np.add.at(steps, (x, y), step)
        is_covered = steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
        table = np.zeros((_CELLS + 1, _CELLS + 1))
        table[1:, 1:] = is_covered.cumsum(axis=0).cumsum(axis=1)
        return table

    def _cover(self, table: NDArray[np.float64], boxes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Approximate covered share of each box, in [0, 1]."""
        x0, y0, x1, y1 = self._cells(boxes).T
        covered = table[x1, y1] - table[x0, y1] - table[x1, y0] + table[x0, y0]
        part: NDArray[np.float64] = covered / np.maximum((x1 - x0) * (y1 - y0), 1)
        return part

    def _cells(self, boxes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The boxes' edges in cells of the grid."""
        left, top, right, bottom = self._area
        cell = np.array([right - left, bottom - top] * 2) / _CELLS
        edges: NDArray[np.int64] = np.rint((boxes - np.array([left, top] * 2)) / cell).astype(int)
        return edges.clip(0, _CELLS)
