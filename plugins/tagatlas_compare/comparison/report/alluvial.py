"""The alluvial diagram: flows from the clusters of one backend to those of the next.

M. Rosvall & C. Bergstrom, "Mapping Change in Large Networks", PLoS ONE 5(1), 2010. The order within
a column is found by the barycentre method, which keeps crossings few (K. Sugiyama, S. Tagawa & M.
Toda, IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from tagatlas.toolkit import count
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.comparison.report.beyond import FEWEST
from tagatlas_compare.comparison.report.drawing import (
    INK,
    NO_CLUSTER,
    SOFT,
    WIDTH,
    Chart,
    drawn_as_svg,
    file_name,
    short,
    without_axes,
)

MOST_CLUSTERS = 16
"""Maximum number of clusters in a column; of more, the smallest ones are drawn as one."""

OTHERS = -1
_SWEEPS = 8
_GAP = 0.012
_BAR = 0.035
_LETTERS = 19
_LINE = 0.155
"""Height of a line of lettering, in inches."""


@dataclass(frozen=True, eq=False)
class Column:
    """The clusters of one backend as bars, from top to bottom.

    Attributes:
        clusters: of the bars, shape (bars,); :data:`OTHERS` for the small ones together.
        tops, bottoms: ends of each bar, shape (bars,); 1 is the top of the chart.
    """

    clusters: NDArray[np.int64]
    tops: NDArray[np.float64]
    bottoms: NDArray[np.float64]


def alluvial_columns(members: Sequence[NDArray[np.int64]]) -> list[Column]:
    """Place the bars.

    Args:
        members: for each backend, the cluster of each of n images, shape (n,); n at least 1.
    """
    orders = [
        np.unique(each)[np.argsort(-np.unique(each, return_counts=True)[1], kind="stable")]
        for each in members
    ]
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        steps = range(1, len(members)) if forward else range(len(members) - 2, -1, -1)
        for column in steps:
            beside = column - 1 if forward else column + 1
            places = _centres(members[beside], orders[beside])
            means = [float(places[members[column] == cluster].mean()) for cluster in orders[column]]
            orders[column] = orders[column][np.argsort(means, kind="stable")]
    return [_column(each, order) for each, order in zip(members, orders, strict=True)]


def _centres(members: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rank of each image's cluster from the top, shape (n,)."""
    sizes = np.array([(members == cluster).sum() for cluster in order])
    middles = np.cumsum(sizes) - sizes / 2
    rank = {int(cluster): place for place, cluster in enumerate(order)}
    return np.asarray(middles[[rank[int(cluster)] for cluster in members]], dtype=np.float64)


def _column(members: NDArray[np.int64], order: NDArray[np.int64]) -> Column:
    shares = np.array([(members == cluster).mean() for cluster in order])
    room = 1 - _GAP * (len(order) - 1)
    heights = shares * room
    tops = 1 - np.concatenate([[0.0], np.cumsum(heights + _GAP)[:-1]])
    return Column(order, tops, tops - heights)


def draw_alluvial(comparison: Comparison, a: str, b: str) -> Chart | None:
    """The flows between two backends; None if one has no map, or too few images are on both."""
    maps = {backend.label: backend.map for backend in comparison.backends}
    first, second = maps[a], maps[b]
    if first is None or second is None:
        return None
    on_both = (first.clusters >= 0) & (second.clusters >= 0)
    if on_both.sum() < FEWEST:
        return None
    members = [_grouped(each.clusters[on_both]) for each in (first, second)]
    columns = alluvial_columns(members)
    names = first.cluster_names, second.cluster_names
    colours = [{**dict(enumerate(each.colours)), OTHERS: NO_CLUSTER} for each in (first, second)]
    height = max(3.2, 0.24 * max(len(column.clusters) for column in columns) + 0.4)
    data = []
    with drawn_as_svg(WIDTH, height) as (figure, buffer):
        axes = figure.add_subplot()
        without_axes(axes)
        axes.set_xlim(-_BAR, 1 + _BAR)
        axes.set_ylim(-0.02, 1 + 0.35 / height)
        pair = (columns[0], columns[1]), (members[0], members[1])
        for source, target, images, top, target_top, share in _ribbons(*pair):
            axes.add_patch(_ribbon(0, top, target_top, share, colours[0][source]))
            data.append(_flow(((a, source), (b, target)), names, images))
        for place, (label, column) in enumerate(zip((a, b), columns, strict=True)):
            side = "left" if place == 0 else "right"
            title = short(label, _LETTERS)
            axes.text(place, 1.02, title, ha=side, va="bottom", weight="bold", size=9)
            middles = (column.tops + column.bottoms) / 2
            heights = apart(middles, _LINE / height)
            for number, cluster in enumerate(column.clusters.tolist()):
                bottom, size = column.bottoms[number], column.tops[number] - column.bottoms[number]
                corner = (place - _BAR / 2, bottom)
                face = colours[place][cluster]
                axes.add_patch(Rectangle(corner, _BAR, size, facecolor=face))
                images = int((members[place] == cluster).sum())
                axes.text(
                    place + (_BAR if place == 0 else -_BAR),
                    heights[number],
                    f"{short(_name(cluster, names[place]), _LETTERS)} · {images:,}",
                    ha=side,
                    va="center",
                    size=8,
                    color=SOFT if cluster == OTHERS else INK,
                    bbox={"facecolor": "#ffffffa0", "edgecolor": "none", "pad": 0.3},
                )
    table = pl.DataFrame(data)
    largest = table.sort("images", descending=True).row(0, named=True)
    return Chart(
        f"flows-{file_name(a)}-{file_name(b)}",
        "What becomes of the themes",
        "Each bar is a cluster, as high as it has images; a band joins the images that two clusters"
        " share, in the colour of the cluster at its left. A band that is as wide as both its bars"
        " is a theme that both see.",
        f"The widest band joins {largest['name_a']} and {largest['name_b']},"
        f" {count(largest['images'], 'image')}.",
        buffer.getvalue(),
        table,
    )


def apart(places: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Places from the top down, moved as little as is needed to be a distance apart.

    Args:
        places: falling, shape (n,), in [0, 1].
        distance: least distance of two that follow each other.

    Returns:
        Shape (n,), falling; from 0 to 1 as far as there is room.
    """
    moved = places.copy()
    for place in range(1, len(moved)):
        moved[place] = min(moved[place], moved[place - 1] - distance)
    lowest = 0.0
    for place in range(len(moved) - 1, -1, -1):
        moved[place] = max(moved[place], lowest)
        lowest = moved[place] + distance
    return moved


def _grouped(clusters: NDArray[np.int32]) -> NDArray[np.int64]:
    """The clusters, with the smallest ones merged if there are many."""
    found, counts = np.unique(clusters, return_counts=True)
    if len(found) <= MOST_CLUSTERS:
        return clusters.astype(np.int64)
    kept = found[np.argsort(-counts, kind="stable")[: MOST_CLUSTERS - 1]]
    return np.where(np.isin(clusters, kept), clusters, OTHERS).astype(np.int64)


def _ribbons(
    columns: tuple[Column, Column], members: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> list[tuple[int, int, int, float, float, tuple[float, float]]]:
    """The bands between two columns: clusters, images, positions, heights."""
    left, right = columns
    free = dict(zip(left.clusters.tolist(), left.tops, strict=True))
    other_free = dict(zip(right.clusters.tolist(), right.tops, strict=True))
    found = []
    total = len(members[0])
    scales = [float((each.tops - each.bottoms).sum()) / total for each in columns]
    for source in left.clusters.tolist():
        for target in right.clusters.tolist():
            images = int(((members[0] == source) & (members[1] == target)).sum())
            if images == 0:
                continue
            heights = images * scales[0], images * scales[1]
            found.append((source, target, images, free[source], other_free[target], heights))
            free[source] -= heights[0]
            other_free[target] -= heights[1]
    return found


def _ribbon(
    left: int, top: float, target_top: float, heights: tuple[float, float], face: str
) -> PathPatch:
    """A band with smooth sides."""
    start, end = left + _BAR / 2, left + 1 - _BAR / 2
    middle = left + 0.5
    bottom, target_bottom = top - heights[0], target_top - heights[1]
    points = [
        (start, top),
        (middle, top),
        (middle, target_top),
        (end, target_top),
        (end, target_bottom),
        (middle, target_bottom),
        (middle, bottom),
        (start, bottom),
        (start, top),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(points, codes), facecolor=face, alpha=0.45, linewidth=0)


def _flow(
    ends: tuple[tuple[str, int], tuple[str, int]],
    names: tuple[Sequence[str], Sequence[str]],
    images: int,
) -> dict[str, object]:
    (a, source), (b, target) = ends
    return {
        "a": a,
        "b": b,
        "cluster_a": source,
        "name_a": _name(source, names[0]),
        "cluster_b": target,
        "name_b": _name(target, names[1]),
        "images": images,
    }


def _name(cluster: int, names: Sequence[str]) -> str:
    return "smaller clusters" if cluster == OTHERS else names[cluster]
