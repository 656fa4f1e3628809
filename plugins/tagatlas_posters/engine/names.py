"""Names of clusters at their places on the poster."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tagatlas.toolkit import cluster_colours, cluster_pieces
from tagatlas_posters.engine.drawings import Drawing, drawn_lines
from tagatlas_posters.engine.labels import many, pixels, text_box
from tagatlas_posters.engine.look import mix
from tagatlas_posters.engine.placement import LabelPlacer
from tagatlas_posters.engine.sketches import Stroke
from tagatlas_posters.engine.text import Block, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.canvas import Canvas
    from tagatlas_posters.engine.labels import Placed
    from tagatlas_posters.engine.look import Look
    from tagatlas_posters.engine.placement import Box
    from tagatlas_posters.engine.text import Typesetter

# Font sizes as shares of the drawn map's longer side, or of the poster's width if that is less, and
# the width of a line that leads to a name as a share of the latter.
_LEAST, _MOST = 0.0115, 0.021
_LEADER = 0.0006
_COUNT = 0.62
"""Size of the number of images, in sizes of the name."""
_WIDTH = 11
"""The longest line of a name, in ems."""
_MARGIN = 0.25
"""Room that outlines need around pictures, in their median sides."""
_SHRINK = (1.0, 0.8, 0.6)
_MANY_CLUSTERS = 16
_FAR = -1
"""Instead of their cluster for images far from its main pieces: no name belongs beside them."""


@dataclass(frozen=True)
class Names:
    """Names with their numbers of images, by cluster, and the lines that lead to some of them."""

    blocks: Placed
    leaders: list[Drawing]


@dataclass(frozen=True)
class _Cluster:
    number: int
    name: str
    automatic_name: str
    count: str
    anchor: tuple[float, float]
    size: float


_Found: TypeAlias = "dict[int, tuple[Block, Box]]"
"""Names that have a place, by cluster."""


def place_names(
    map_: Map,
    boxes: NDArray[np.int64],
    canvas: Canvas,
    look: Look,
    typesetter: Typesetter,
    others: Placed,
    drawings: Sequence[Drawing] = (),
) -> Names:
    """Place the clusters' names within or beside their main pieces, or lead lines to them.

    The largest cluster comes first. A name without free space is tried smaller, then also where it
    touches pictures of other clusters, and left out if that fails. Names avoid other texts and
    what is drawn by hand.

    Automatic names find their places first, and then names that were given replace theirs: so these
    move no other, unless they have no place otherwise.

    Args:
        map_: the map.
        boxes: of the images that it shows, as drawn, shape (n, 4).
        canvas: of the poster.
        look: its colours.
        typesetter: measures the names.
        others: texts to avoid.
        drawings: whose lines to avoid.
    """
    images = map_.images.filter("shown")
    of_image = images["cluster"].to_numpy().copy()
    for cluster, pieces in cluster_pieces(map_).items():
        is_far = of_image == cluster
        is_far[pieces.main_images] = False
        of_image[is_far] = _FAR
    clusters = _clusters(map_, canvas, boxes)
    taken = [text_box(each, typesetter) for each in others]
    margin = round(_MARGIN * float(np.median(boxes[:, 2:] - boxes[:, :2]))) if len(boxes) else 0
    namer = _Namer(canvas, look, typesetter, cluster_colours(map_.clusters))
    lines_drawn = drawn_lines(drawings)
    placer = LabelPlacer(canvas.area, boxes, of_image, taken, margin, lines_drawn)
    found, lacking = namer.place(placer, clusters)
    if lacking:
        placer = LabelPlacer(canvas.area, boxes, of_image, taken, margin, lines_drawn)
        found, _ = namer.place(placer, clusters, first=lacking)
    ordered = [(number, *found[number]) for number in sorted(found)]
    lines = [(number, placer.lines.get(box)) for number, _, box in ordered]
    return Names(
        [(block, box[0], box[1]) for _, block, box in ordered],
        [namer.leader(number, line) for number, line in lines if line is not None],
    )


def _clusters(map_: Map, canvas: Canvas, boxes: NDArray[np.int64]) -> list[_Cluster]:
    """The clusters in order, with the sizes of their names as shares of the poster's width."""
    table = map_.clusters
    anchors = canvas.pixels(table.select("x", "y").to_numpy())
    shares = np.sqrt(table["share"].to_numpy())
    crowd = min(1.0, (_MANY_CLUSTERS / max(table.height, 1)) ** 0.5)
    least, most = (size * crowd * _drawn(canvas, boxes) for size in (_LEAST, _MOST))
    sizes = (most * shares / max(shares.max(), 1e-9)).clip(least)
    names = table.select("cluster", "name", "automatic_name", "images").iter_rows()
    return [
        _Cluster(cluster, name, automatic, many(images, "image"), (float(x), float(y)), float(size))
        for (cluster, name, automatic, images), (x, y), size in zip(
            names, anchors, sizes, strict=True
        )
    ]


def _drawn(canvas: Canvas, boxes: NDArray[np.int64]) -> float:
    """Longer side of the drawn map, in widths of the map's area, at most 1.

    On a page of another shape the map is small, and so are its names.
    """
    left, _, right, _ = canvas.area
    if not len(boxes):
        return 1.0
    sides = boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)
    return min(1.0, float(sides.max()) / (right - left))


class _Namer:
    """Places names on a poster."""

    def __init__(
        self, canvas: Canvas, look: Look, typesetter: Typesetter, colours: list[Colour]
    ) -> None:
        self._canvas, self._look, self._typesetter = canvas, look, typesetter
        self._colours = colours

    def place(
        self, placer: LabelPlacer, clusters: Sequence[_Cluster], first: Sequence[_Cluster] = ()
    ) -> tuple[_Found, list[_Cluster]]:
        """Places of names, and the clusters whose given name has none.

        Args:
            placer: without names so far.
            clusters: all, the largest first.
            first: those whose names come before all others.
        """
        found: _Found = {}

        def put(cluster: _Cluster, name: str) -> None:
            placed = self._put(placer, cluster, name)
            if placed is not None:
                found[cluster.number] = placed

        for cluster in first:
            put(cluster, cluster.name)
        later = [cluster for cluster in clusters if cluster not in first]
        for cluster in later:
            put(cluster, cluster.automatic_name)
        given = [cluster for cluster in later if cluster.name != cluster.automatic_name]
        for cluster in given:
            if cluster.number in found:
                placer.give_back(found.pop(cluster.number)[1])
            put(cluster, cluster.name)
        return found, [cluster for cluster in given if cluster.number not in found]

    def _put(self, placer: LabelPlacer, cluster: _Cluster, name: str) -> tuple[Block, Box] | None:
        sizes = dict.fromkeys(pixels(self._canvas, cluster.size * shrink) for shrink in _SHRINK)
        blocks = [self._block(cluster, name, size) for size in sizes]
        for is_alone, block in product((True, False), blocks):
            size = self._typesetter.measure(block)
            box = placer.place(size, cluster.anchor, cluster.number, is_alone=is_alone)
            if box is not None:
                return block, box
        return None

    def _block(self, cluster: _Cluster, name: str, size: int) -> Block:
        ink = self._ink(cluster.number)
        lines = self._typesetter.wrap(name, size, bold=True, width=_WIDTH * size, most=3)
        small = max(self._canvas.page.smallest, round(size * _COUNT))
        named = (Line(line, size, ink, bold=True) for line in lines)
        return Block((*named, Line(cluster.count, small, ink)), self._look.paper)

    def leader(self, cluster: int, line: NDArray[np.float64]) -> Drawing:
        """A line of shape (2, 2) that leads to a cluster's name."""
        stroke = Stroke(line, max(1.0, _LEADER * self._canvas.width), is_closed=False)
        return Drawing("leader", self._ink(cluster), (stroke,), [], has_halo=False)

    def _ink(self, cluster: int) -> Colour:
        return mix(self._colours[cluster], self._look.ink, self._look.name_ink)
