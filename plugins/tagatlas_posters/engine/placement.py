"""Places labels: near their points, without overlaps, and off pictures if a spot is close.

A label is within or beside its own pictures, or a line leads to it from these where there is no
room. It is never nearer to the pictures of other clusters.
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
_AT_ONCE = 64
"""Number of places whose nearest pictures are found together."""
_FARTHEST = 1.5
"""Greatest distance from own pictures, in heights of the label."""
_SHORTEST, _LONGEST = 0.5, 12.0
"""Length of a line that leads to a label, in heights of the label."""


class LabelPlacer:
    """Places labels one after the other; place important ones first.

    Args:
        area: area of the labels.
        pictures: boxes of the pictures, in pixels, shape (n, 4).
        clusters: cluster of each picture, shape (n,).
        taken: boxes to avoid.
        margin: room around pictures that labels had better leave free, in pixels.
        lines_drawn: lines by hand to avoid, in pixels.

    Attributes:
        lines: from labels that are not beside their pictures to these, each of shape (2, 2), by
            the label's box.
    """

    def __init__(
        self,
        area: Box,
        pictures: NDArray[np.int64],
        clusters: NDArray[np.int32],
        taken: Sequence[Box] = (),
        margin: int = 0,
        lines_drawn: shapely.Geometry | None = None,
    ) -> None:
        self._area, self._margin = area, margin
        self._lines_drawn = shapely.GeometryCollection() if lines_drawn is None else lines_drawn
        shapely.prepare(self._lines_drawn)
        self._pictures = pictures
        self._clusters = clusters
        self._covered = self._cover_table(pictures)
        self._tree = shapely.STRtree(shapely.box(*pictures.T))
        self._taken = list(taken)
        self.lines: dict[Box, NDArray[np.float64]] = {}

    def place(
        self,
        size: tuple[int, int],
        anchor: tuple[float, float],
        cluster: int,
        *,
        is_alone: bool = False,
    ) -> Box | None:
        """Take the best free place for a label.

        The best touch, and are beside, pictures of the cluster alone. Then come those off all
        pictures that a line leads to, and those that touch pictures of other clusters, too.

        Args:
            size: width and height of the label.
            anchor: preferred position of its centre.
            cluster: the cluster it names.
            is_alone: whether it must not touch pictures of other clusters.

        Returns:
            Its box; None if there is no free one near pictures of its cluster.
        """
        is_own_picture = self._clusters == cluster
        around = self._candidates(size, anchor)
        boxes = self._free(np.concatenate([around, self._beside(size, is_own_picture)]))
        own_table = self._cover_table(self._pictures[is_own_picture])
        if is_own_picture.any():
            boxes = self._near(boxes, own_table, math.ceil(_FARTHEST * size[1]))
        moved = _distances(boxes, anchor) / size[1]
        own, every = self._cover(own_table, boxes), self._cover(self._covered, boxes)
        cost = moved + _OWN_COST * own + _FOREIGN_COST * (every - own)
        boxes = boxes[np.argsort(cost, kind="stable")]
        if is_own_picture.any():
            only, shared = self._best(boxes, cluster, _FARTHEST * size[1])
        else:
            only, shared = boxes[:1], boxes[:0]
        if not len(only):
            led = self._led(self._free(around), size, anchor, cluster)
            if led is not None:
                box, line = led
                self.lines[box] = line
                self._taken.append(box)
                return box
        chosen = only if len(only) or is_alone else shared
        if not len(chosen):
            return None
        self._taken.append(_box(chosen[0]))
        return self._taken[-1]

    def _best(
        self, boxes: NDArray[np.int64], cluster: int, farthest: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first box with only own pictures nearest, and the first with some; at most one each.

        Boxes are looked at few at a time, since mostly one of the first will do.
        """
        shared = boxes[:0]
        for begin in range(0, len(boxes), _AT_ONCE):
            some = boxes[begin : begin + _AT_ONCE]
            is_own, is_only = self._nearest(some, cluster, farthest)
            if is_only.any():
                return some[is_only][:1], shared
            shared = shared if len(shared) else some[is_own][:1]
        return boxes[:0], shared

    def give_back(self, box: Box) -> None:
        """Make the place of a label free again."""
        self._taken.remove(box)
        self.lines.pop(box, None)

    def _led(
        self,
        boxes: NDArray[np.int64],
        size: tuple[int, int],
        anchor: tuple[float, float],
        cluster: int,
    ) -> tuple[Box, NDArray[np.float64]] | None:
        """The box nearest to the anchor that a line leads to from a picture of its own."""
        if not len(boxes):
            return None
        longest = _LONGEST * size[1]
        _, is_only = self._nearest(boxes, cluster, longest)
        boxes = boxes[is_only]
        for box in boxes[np.argsort(_distances(boxes, anchor), kind="stable")]:
            picture = self._pictures[self._tree.nearest(shapely.box(*box))]
            line = _line_between(box, picture)
            drawn = shapely.LineString(line)
            is_long = drawn.length >= _SHORTEST * size[1]
            if is_long and not shapely.intersects(drawn, self._drawn()).any():
                return _box(box), line
        return None

    def _drawn(self) -> NDArray[np.object_]:
        """All labels, and the lines to them."""
        labels = [shapely.box(*box) for box in self._taken]
        return np.array([*labels, *map(shapely.LineString, self.lines.values())], dtype=object)

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

    def _beside(
        self, size: tuple[int, int], is_own_picture: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Candidate positions on, above, below, left and right of some own pictures."""
        left, top, right, bottom = self._area
        pictures = self._pictures[is_own_picture]
        width, height = size
        if not len(pictures) or width > right - left or height > bottom - top:
            return np.empty((0, 4), dtype=np.int64)
        some = pictures[np.linspace(0, len(pictures) - 1, _MOST_SPOTS).astype(int)]
        some = np.unique(some, axis=0)
        x0, y0, x1, y1 = some.T
        x, y = (x0 + x1 - width) // 2, (y0 + y1 - height) // 2
        places = [(x, y)]
        for off in sorted({0, self._margin}):
            places += [(x, y0 - height - off), (x, y1 + off), (x0 - width - off, y), (x1 + off, y)]
        first = np.concatenate([np.stack(place, axis=1) for place in places])
        first = first.clip((left, top), (right - width, bottom - height))
        return np.concatenate([first, first + np.array(size)], axis=1)

    def _near(
        self, boxes: NDArray[np.int64], table: NDArray[np.float64], farthest: int
    ) -> NDArray[np.int64]:
        """The different boxes that are about so near to what a table says is covered, or nearer."""
        left, top, right, bottom = self._area
        reach = farthest + max(right - left, bottom - top) // _CELLS + 1
        boxes = np.unique(boxes, axis=0)
        return boxes[self._cover(table, boxes + np.array([-reach, -reach, reach, reach])) > 0]

    def _nearest(
        self, boxes: NDArray[np.int64], cluster: int, farthest: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether a picture of the cluster is nearest to a box, and whether only such are."""
        box, picture = self._tree.query_nearest(
            shapely.box(*boxes.T), max_distance=farthest, all_matches=True
        )
        is_own = self._clusters[picture] == cluster
        own = np.bincount(box[is_own], minlength=len(boxes)) > 0
        other = np.bincount(box[~is_own], minlength=len(boxes)) > 0
        return own, own & ~other

    def _free(self, boxes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those that meet no label and no line to one."""
        for left, top, right, bottom in self._taken:
            apart = (
                (boxes[:, 0] >= right)
                | (boxes[:, 2] <= left)
                | (boxes[:, 1] >= bottom)
                | (boxes[:, 3] <= top)
            )
            boxes = boxes[apart]
        boxes = boxes[~shapely.intersects(shapely.box(*boxes.T), self._lines_drawn)]
        for line in self.lines.values():
            boxes = boxes[~shapely.intersects(shapely.box(*boxes.T), shapely.LineString(line))]
        return boxes

    def _cover_table(self, pictures: NDArray[np.int64]) -> NDArray[np.float64]:
        """Summed-area table (F. Crow, 1984) of the grid's cells that pictures and margins cover."""
        around = np.array([-self._margin, -self._margin, self._margin, self._margin])
        x0, y0, x1, y1 = self._cells(pictures + around).T
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


def _distances(boxes: NDArray[np.int64], point: tuple[float, float]) -> NDArray[np.float64]:
    """Distance of each box's centre from a point."""
    away: NDArray[np.float64] = (boxes[:, :2] + boxes[:, 2:]) / 2 - np.array(point)
    return np.asarray(np.hypot(*away.T))


def _box(numbers: NDArray[np.int64]) -> Box:
    left, top, right, bottom = numbers.tolist()
    return left, top, right, bottom


def _line_between(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """The shortest line between two boxes, in the middle of where they face each other."""
    line = np.empty((2, 2))
    for axis in range(2):
        (low, high), (first, last) = one[axis::2], other[axis::2]
        if max(low, first) <= min(high, last):
            line[:, axis] = (max(low, first) + min(high, last)) / 2
        else:
            line[:, axis] = (high, first) if high < first else (low, last)
    return line
