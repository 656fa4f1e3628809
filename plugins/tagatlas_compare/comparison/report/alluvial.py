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
from tagatlas_compare.comparison.report.drawing import (
    INK,
    SOFT,
    Chart,
    colour,
    drawn_as_svg,
    short,
    without_axes,
)

MOST_CLUSTERS = 16
"""Maximum number of clusters in a column; of more, the smallest ones are drawn as one."""

OTHERS = -1
_SWEEPS = 8
_GAP = 0.012
_BAR = 0.035


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


def draw_alluvial(comparison: Comparison) -> Chart | None:
    """The flows between all backends that have a map, in their order; None for fewer than two."""
    backends = [backend for backend in comparison.backends if backend.map is not None]
    drawn = [backend.map for backend in backends if backend.map is not None]
    on_all = np.all([each.clusters >= 0 for each in drawn], axis=0) if drawn else np.zeros(0)
    if len(drawn) < 2 or not on_all.any():
        return None
    members = [_grouped(each.clusters[on_all]) for each in drawn]
    columns = alluvial_columns(members)
    names = [each.cluster_names for each in drawn]
    height = max(5.0, 0.34 * max(len(column.clusters) for column in columns))
    with drawn_as_svg(3.2 + 3.6 * (len(columns) - 1), height) as (figure, buffer):
        axes = figure.add_subplot()
        without_axes(axes)
        axes.set_xlim(-0.62, len(columns) - 1 + 0.62)
        axes.set_ylim(-0.02, 1.07)
        data = []
        for left in range(len(columns) - 1):
            pair = (columns[left], columns[left + 1]), (members[left], members[left + 1])
            for source, target, images, top, target_top, share in _ribbons(*pair):
                axes.add_patch(_ribbon(left, top, target_top, share, colour(source)))
                ends = (backends[left].label, source), (backends[left + 1].label, target)
                data.append(_flow(ends, (names[left], names[left + 1]), images))
        for place, (backend, column) in enumerate(zip(backends, columns, strict=True)):
            axes.text(
                place, 1.03, short(backend.label), ha="center", va="bottom", weight="bold", size=11
            )
            side = -1 if place == 0 else 1
            for cluster, top, bottom in zip(
                column.clusters.tolist(), column.tops, column.bottoms, strict=True
            ):
                corner = (place - _BAR / 2, bottom)
                axes.add_patch(Rectangle(corner, _BAR, top - bottom, facecolor=colour(cluster)))
                images = int((members[place] == cluster).sum())
                label = f"{short(_name(cluster, names[place]))} · {images:,}"
                axes.text(
                    place + side * 0.03,
                    (top + bottom) / 2,
                    label,
                    ha="right" if side < 0 else "left",
                    va="center",
                    size=8,
                    color=SOFT if cluster == OTHERS else INK,
                    bbox={"facecolor": "#ffffffa0", "edgecolor": "none", "pad": 0.6},
                )
    table = pl.DataFrame(data)
    largest = table.sort("images", descending=True).row(0, named=True)
    return Chart(
        "flows",
        "What becomes of the themes",
        "Each column is a backend, each bar one of its clusters, as high as it has images. A band"
        " joins the images that two clusters share: bands that stay together are themes that both"
        " backends see, bands that part are themes that the next backend divides.",
        f"Bands between the clusters of {', '.join(backend.label for backend in backends)};"
        f" the widest joins {largest['name_a']} and {largest['name_b']},"
        f" {count(largest['images'], 'image')}.",
        buffer.getvalue(),
        table,
        section="themes",
    )


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
