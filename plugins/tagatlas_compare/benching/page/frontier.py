"""Charts of quality against cost and against speed, with the frontier marked.

On the frontier are the backends of which no other is at least as good and as cheap (or fast), and
better in one of the two: the efficient choices, after V. Pareto. What is no better than chance is
no choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.page.leading import is_above_chance
from tagatlas_compare.benching.results.document import EntrantRow, FigureCells
from tagatlas_compare.comparison.report.drawing import (
    INK,
    LINE,
    SOFT,
    WIDTH,
    Chart,
    drawn_as_svg,
)
from tagatlas_compare.pages.looks import TEXT, look, short_names, spread

_NAME = 14
_ROW, _HEADING = 0.19, 0.22
"""Heights of a backend's row and of a line of words, in inches."""

_SCALE = 1.1
"""Least height of the logarithmic scale, in inches."""

_TICKS = ((1, 2, 5), (1, 3), (1,))
"""First digits of the numbers on a scale, from the most of them to the fewest."""


@dataclass(frozen=True)
class Axis:
    """What quality is set against.

    Attributes:
        name: of the chart.
        title: of the chart.
        best: words for what is best, as on the frontier: cheap, fast.
        scale: heading of the logarithmic scale.
        free: heading of the lane of backends that cost nothing; empty if there is no such lane.
        unknown: heading of the lane of those for which it is not known.
        amount: of an entrant, 0 for nothing; None if it is not known.
        tick: text of a number on the scale.
        less_is_better: whether the lowest is the best.
    """

    name: str
    title: str
    best: str
    scale: str
    free: str
    unknown: str
    amount: Callable[[EntrantRow], float | None]
    tick: Callable[[float], str]
    less_is_better: bool


def _dollars(entrant: EntrantRow) -> float | None:
    if entrant.cost is None or entrant.cost.kind == "imported":
        return None
    dollars = 0.0 if entrant.cost.kind == "free" else entrant.cost.dollars_per_1000
    return 0.0 if dollars == 0 else _plausible(dollars)


def _speed(entrant: EntrantRow) -> float | None:
    return None if entrant.speed is None else _plausible(entrant.speed.images_per_second)


def _plausible(amount: float | None) -> float | None:
    """An amount that a scale can show; None for others, which documents of others may have."""
    return amount if amount is not None and 1e-6 <= amount <= 1e9 else None


COST = Axis(
    "quality-cost",
    "Quality and cost",
    "cheap",
    "US dollars for 1,000 images",
    "free",
    "cost not known: imported or coded",
    _dollars,
    lambda amount: f"${amount:,.10g}",
    less_is_better=True,
)
SPEED = Axis(
    "quality-speed",
    "Quality and speed",
    "fast",
    "images per second",
    "",
    "speed not measured",
    _speed,
    lambda amount: f"{amount:,.10g}",
    less_is_better=False,
)


@dataclass(frozen=True)
class _Point:
    """An entrant on a chart: its number, name, figure and amount."""

    number: int
    name: str
    figure: FigureCells
    value: float
    amount: float | None


def draw_frontiers(entrants: Sequence[EntrantRow], measure: str) -> list[Chart]:
    """Quality against cost and against speed; none if fewer than two entrants have the measure.

    Args:
        entrants: of one document, in its order, by which they have their looks.
        measure: of quality, of :data:`~tagatlas_compare.benching.measures.MEASURES`.
    """
    charts = [_chart(entrants, measure, axis) for axis in (COST, SPEED)]
    return [chart for chart in charts if chart is not None]


def frontier(points: Sequence[tuple[float, float | None]], *, less_is_better: bool) -> list[int]:
    """The places of the efficient ones, by rising quality.

    Args:
        points: quality, and cost or speed; None for unknown, which is never efficient.
        less_is_better: whether a lower cost or speed is better.
    """
    sign = -1 if less_is_better else 1
    known = [
        (value, sign * amount, place)
        for place, (value, amount) in enumerate(points)
        if amount is not None
    ]
    found = [
        (value, place)
        for value, good, place in known
        if not any(
            other >= value and better >= good and (other, better) != (value, good)
            for other, better, _ in known
        )
    ]
    return [place for _, place in sorted(found)]


def _chart(entrants: Sequence[EntrantRow], measure: str, axis: Axis) -> Chart | None:
    names = short_names([each.backend for each in entrants], _NAME)
    points = [
        _Point(number, names[number], found, found.value, axis.amount(entrant))
        for number, entrant in enumerate(entrants)
        if (found := entrant.figures.get(measure)) is not None and found.value is not None
    ]
    if len(points) < 2 or all(point.amount is None for point in points):
        return None
    choices = [
        (point.value, point.amount if is_above_chance(point.figure) else None) for point in points
    ]
    efficient = frontier(choices, less_is_better=axis.less_is_better)
    best = [points[place] for place in efficient]
    title = MEASURES[measure].title if measure in MEASURES else measure
    with drawn_as_svg(WIDTH, _height(points) + 0.62) as (figure, buffer):
        axes = figure.add_subplot()
        _draw(axes, points, best, axis, _height(points))
        axes.set_title(axis.title, size=9.5)
        axes.set_xlabel(title, size=TEXT, labelpad=2)
    said = ", then ".join(entrants[point.number].backend for point in best)
    on_it = f"on the frontier, from the {axis.best}est on: {said}" if best else "none above chance"
    return Chart(
        axis.name,
        axis.title,
        "To the right is better, with 95 % intervals; further up is"
        f" {'cheaper' if axis.less_is_better else 'faster'}. Filled, and joined by the line, are"
        f" those of which no other is both as good and as {axis.best}; the grey ticks are what"
        " shuffled labels give.",
        f"{title}: {on_it}.",
        buffer.getvalue(),
        _data(entrants, points, best),
    )


def _lanes(points: Sequence[_Point]) -> tuple[list[_Point], list[_Point], list[_Point]]:
    """Those that are free, those on the scale, and those that are not known; the best first."""
    ordered = sorted(points, key=lambda point: -point.value)
    return (
        [point for point in ordered if point.amount == 0],
        [point for point in ordered if point.amount],
        [point for point in ordered if point.amount is None],
    )


def _height(points: Sequence[_Point]) -> float:
    """Height of the axes in inches."""
    free, scaled, unknown = _lanes(points)
    lanes = sum(_HEADING + _ROW * len(lane) for lane in (free, unknown) if lane)
    return lanes + (_HEADING + max(_SCALE, _ROW * (len(scaled) + 1)) if scaled else 0.0)


def _draw(
    axes: Axes, points: Sequence[_Point], best: Sequence[_Point], axis: Axis, height: float
) -> None:
    """All lanes from the top, in inches below it."""
    heights: dict[int, float] = {}
    top = 0.0
    free, scaled, unknown = _lanes(points)
    for lane, heading in ((free, axis.free), (scaled, axis.scale), (unknown, axis.unknown)):
        if not lane:
            continue
        axes.text(_LEFT, top - _HEADING / 2, heading, size=TEXT, weight="bold", va="center")
        top -= _HEADING
        if lane is scaled:
            room = max(_SCALE, _ROW * (len(lane) + 1))
            heights |= _draw_scale(axes, lane, axis, top, room)
            top -= room
        else:
            for point in lane:
                heights[point.number] = top - _ROW / 2
                _draw_name(axes, point, top - _ROW / 2, top - _ROW / 2)
                top -= _ROW
        axes.plot([_LEFT, 1.0], [top] * 2, color=LINE, lw=0.8, zorder=0)
    for point in points:
        _draw_point(axes, point, heights[point.number], is_best=point in best)
    steps = sorted(best, key=lambda point: -heights[point.number])
    places = [_on_scale(point.value) for point in steps], [heights[point.number] for point in steps]
    axes.step(*places, where="post", color=SOFT, lw=0.8, zorder=0.5)
    axes.set_xlim(_LEFT, 1.0)
    axes.set_ylim(-height, 0)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], size=TEXT)
    axes.set_yticks([])
    axes.tick_params(length=0, labelcolor=INK)
    axes.spines[["left", "bottom"]].set_visible(False)
    for level in (0, 0.5, 1):
        axes.plot([level] * 2, [-height, 0], color=LINE, lw=0.6, zorder=0)


_LEFT = -0.62
"""Where names begin, left of the scale of quality from 0 to 1."""


def _draw_scale(
    axes: Axes, lane: Sequence[_Point], axis: Axis, top: float, room: float
) -> dict[int, float]:
    """The logarithmic scale, with the names of its entrants; returns their heights by number."""
    amounts = [point.amount for point in lane if point.amount]
    low, high = log10(min(amounts)), log10(max(amounts))
    around = max(0.35 - (high - low) / 2, 0.08 * (high - low))
    low, high = low - around, high + around

    def at(amount: float) -> float:
        share = (log10(amount) - low) / (high - low)
        return top - room * (share if axis.less_is_better else 1 - share)

    for amount in ticks(10**low, 10**high, most=int(room / 0.2)):
        axes.plot([0.99, 1.01], [at(amount)] * 2, color=SOFT, lw=0.8, clip_on=False)
        axes.text(1.03, at(amount), axis.tick(amount), size=TEXT, va="center", color=SOFT)
    heights = {point.number: at(point.amount) for point in lane if point.amount}
    wanted = [heights[point.number] for point in lane]
    beside = spread(wanted, _ROW * 0.8, top - room + _ROW / 2, top - _ROW / 2)
    for point, level in zip(lane, beside, strict=True):
        _draw_name(axes, point, float(level), heights[point.number])
    return heights


def ticks(low: float, high: float, *, most: int) -> list[float]:
    """Round numbers from ``low`` to ``high``, above 0: 1, 2, 5, 10, 20, …, or less of them."""
    decades = range(int(np.floor(log10(low))), int(np.ceil(log10(high))) + 1)
    within: list[float] = []
    for steps in _TICKS:
        found = [float(f"{step}e{decade}") for decade in decades for step in steps]
        within = [number for number in found if low <= number <= high]
        if len(within) <= most:
            return within
    return within[:: -(-len(within) // max(most, 1))]


def _draw_name(axes: Axes, point: _Point, level: float, height: float) -> None:
    """The name at the left, and a line to where the entrant is."""
    face = look(point.number).colour
    axes.text(_LEFT, level, point.name, color=face, size=TEXT, va="center")
    axes.plot(
        [-0.07, -0.02, _on_scale(point.value)],
        [level, height, height],
        color=face,
        lw=0.4,
        zorder=0.6,
    )


def _draw_point(axes: Axes, point: _Point, height: float, *, is_best: bool) -> None:
    own, figure = look(point.number), point.figure
    if figure.chance is not None:
        axes.plot([_on_scale(figure.chance)], [height], "|", color=SOFT, ms=5, mew=1.2)
    if figure.low is not None and figure.high is not None:
        ends = [_on_scale(figure.low), _on_scale(figure.high)]
        axes.plot(ends, [height] * 2, color=own.colour, lw=1.6)
    axes.plot(
        [_on_scale(point.value)],
        [height],
        own.marker,
        color=own.colour,
        mfc=own.colour if is_best else "#ffffff",
        ms=5,
        clip_on=False,
    )


def _on_scale(value: float) -> float:
    """Figures adjusted for chance may be a little below 0."""
    return min(max(value, 0.0), 1.0)


def _data(
    entrants: Sequence[EntrantRow], points: Sequence[_Point], best: Sequence[_Point]
) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "backend": entrants[point.number].backend,
                "value": point.value,
                "low": point.figure.low,
                "high": point.figure.high,
                "amount": point.amount,
                "on_the_frontier": point in best,
            }
            for point in points
        ],
        infer_schema_length=None,
    )
