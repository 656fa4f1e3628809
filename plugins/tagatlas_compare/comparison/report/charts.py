"""The charts of a comparison, except the alluvial diagram.

No chart tells backends or pairs apart by colour: each figure has its label beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from tagatlas_compare.comparison.comparison import ALL, Comparison
from tagatlas_compare.comparison.measures import MEASURES
from tagatlas_compare.comparison.report.beyond import FEWEST, THEMES, beyond_chance, of_measure
from tagatlas_compare.comparison.report.drawing import (
    INK,
    LINE,
    NO_CLUSTER,
    SOFT,
    WIDTH,
    Chart,
    drawn_as_svg,
    file_name,
    short,
    without_axes,
)
from tagatlas_compare.comparison.report.verdict import short as in_short
from tagatlas_compare.pages.elements import per_cent

_DOT = "#1f6670"
_RASTER_FROM = 2_000
_NAMED_CLUSTERS = 7
_TAGS = 14
_LETTER, _LINE = 0.085, 0.16
"""Width of a bold letter and height of a line, in inches."""


def draw_measures(comparison: Comparison) -> Chart | None:
    """Every figure above chance, with its interval."""
    table = comparison.measures.filter(pl.col("a") != ALL)
    found = [beyond_chance(row) for row in table.iter_rows(named=True)]
    rows = [
        (MEASURES[row["measure"]].title.format(k=row["k"]), each)
        for row, each in zip(table.iter_rows(named=True), found, strict=True)
        if each is not None
    ]
    if not rows:
        return None
    titles = list(dict.fromkeys(title for title, _ in rows))
    rows.sort(key=lambda row: (titles.index(row[0]), -row[1].value))
    lines = len(rows) + 1.6 * len(titles)
    with drawn_as_svg(WIDTH, 0.7 + 0.165 * lines) as (figure, buffer):
        axes = figure.add_subplot()
        height, ticks = 0.0, []
        for place, (title, each) in enumerate(rows):
            if not place or rows[place - 1][0] != title:
                height -= 1.6
                axes.text(-0.25, height + 0.9, title, weight="bold", size=8, va="center")
            if each.low is not None and each.high is not None:
                ends = np.clip([each.low, each.high], -0.25, 1)
                axes.plot(ends, [height] * 2, color=_DOT, lw=2)
            face = _DOT if each.is_above else "#ffffff"
            value = float(np.clip(each.value, -0.25, 1))
            axes.plot([value], [height], "o", color=_DOT, mfc=face, ms=4)
            ticks.append((height, f"{short(each.a, 14)}, {short(each.b, 14)}"))
            height -= 1
        axes.axvline(0, color=SOFT, lw=1, zorder=0)
        axes.axvline(1, color=LINE, zorder=0)
        axes.set_yticks([place for place, _ in ticks], [label for _, label in ticks], size=8)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(height, 0)
        axes.set_xlim(-0.28, 1.03)
        axes.set_xlabel("above chance (0) to full agreement (1)")
    best = of_measure(comparison, THEMES)
    said = "; ".join(f"{each.a} and {each.b}: {in_short(each)}" for each in best)
    return Chart(
        "measures",
        "How far they agree",
        "Each dot is a figure above chance, the line through it its 95 % interval; a ring is not"
        " above what chance can explain.",
        f"Agreement on themes above chance: {said or 'n/a'}",
        buffer.getvalue(),
        comparison.measures,
    )


def draw_maps(comparison: Comparison) -> Iterator[Chart]:
    """The map of each backend, aligned with the first, in the colours of its clusters."""
    backends = [backend for backend in comparison.backends if backend.map is not None]
    reference = comparison.backends[0].map
    if len(backends) < 2 or reference is None:
        return
    places = comparison.places
    first = places.filter(backend=backends[0].label).select("image", colour="cluster")
    coloured = places.join(first, on="image", how="left", maintain_order="left")
    for backend in backends:
        own = coloured.filter(backend=backend.label)
        with drawn_as_svg(WIDTH, WIDTH) as (figure, buffer):
            axes = figure.add_subplot()
            without_axes(axes)
            _draw_map(axes, own, reference.colours)
        yield Chart(
            f"map-{file_name(backend.label)}",
            backend.label,
            "",
            _explained(comparison, backends[0].label, backend.label),
            buffer.getvalue(),
            own.rename({"colour": "cluster_on_first"}),
        )


def _explained(comparison: Comparison, first: str, label: str) -> str:
    """What a map says of the places on the first."""
    if label == first:
        return f"The map of {first}, in the colours of its clusters."
    own = comparison.measures.filter(a=first, b=label, measure="procrustes").drop_nulls("value")
    row = own.row(0, named=True) if own.height else None
    if row is None or row["images"] < FEWEST:
        return f"The map of {label}."
    share = per_cent(row["value"])
    said = f"The map of {label} explains {share} of the places on that of {first}"
    return f"{said}; by chance {per_cent(row['chance'])}."


def _draw_map(axes: Axes, places: pl.DataFrame, colours: Sequence[str]) -> None:
    points = places.select("x", "y").to_numpy()
    faces = [NO_CLUSTER if each is None else colours[each] for each in places["colour"]]
    axes.scatter(
        points[:, 0],
        points[:, 1],
        s=float(np.clip(5_000 / max(len(points), 1), 0.5, 18)),
        c=faces,
        linewidths=0,
        alpha=0.8,
        rasterized=len(points) > _RASTER_FROM,
    )
    axes.set_aspect("equal")
    named = places.group_by("cluster", "name").agg(
        pl.col("x", "y").median(), pl.len().alias("images")
    )
    largest = named.sort("images", "cluster", descending=[True, False]).head(_NAMED_CLUSTERS)
    # Inches to a unit of the map, which is drawn as wide as the chart.
    scale = WIDTH / max(float(np.ptp(points, axis=0).max()), 1e-9) if len(points) else 1.0
    written: list[tuple[float, float, float]] = []
    for text, x, y in largest.select("name", "x", "y").iter_rows():
        name = short(text, 18)
        half = _LETTER * len(name) / 2
        if any(
            abs(y - other_y) * scale < _LINE and abs(x - other_x) * scale < half + other_half
            for other_x, other_y, other_half in written
        ):
            continue  # it would lie over the name of a larger one
        written.append((x, y, half))
        axes.text(
            x,
            y,
            name,
            ha="center",
            va="center",
            size=8,
            weight="bold",
            bbox={"facecolor": "#ffffffcc", "edgecolor": "none", "pad": 1},
        )


def one_sided(comparison: Comparison, a: str, b: str) -> pl.DataFrame:
    """The tags that one of two backends gives much more often than the other, those of a first."""
    if comparison.prevalence.is_empty():
        return comparison.prevalence
    own = comparison.prevalence.filter(pl.col("a") == a, pl.col("b") == b)
    sides = [
        own.filter(pl.col("z") > 0).head(_TAGS),
        own.filter(pl.col("z") < 0).head(_TAGS).reverse(),
    ]
    return pl.concat(sides)


def draw_one_sided_tags(comparison: Comparison, a: str, b: str) -> Chart | None:
    """The tags that one of two backends gives much more often than the other."""
    shown = one_sided(comparison, a, b)
    if shown.is_empty():
        return None
    with drawn_as_svg(WIDTH, 1.2 + 0.19 * shown.height) as (figure, buffer):
        axes = figure.add_subplot()
        heights = -np.arange(shown.height)
        low, high = (shown[f"share_{side}"].to_numpy() for side in "ab")
        axes.hlines(heights, low, high, color=LINE, lw=1.5, zorder=0)
        for side, face, label in (("a", _DOT, a), ("b", "#ffffff", b)):
            ends = shown[f"share_{side}_low"].to_numpy(), shown[f"share_{side}_high"].to_numpy()
            axes.hlines(heights, *ends, color=_DOT, lw=1.4)
            shares = shown[f"share_{side}"]
            axes.plot(shares, heights, "o", color=_DOT, mfc=face, ms=4.5, label=short(label, 20))
        axes.set_yticks(heights, [short(tag, 20) for tag in shown["tag"]], size=8)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_xlabel("share of the images, with 95 % intervals")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        figure.legend(loc="outside upper left", frameon=False, ncols=2)
    own = comparison.prevalence.filter(pl.col("a") == a, pl.col("b") == b)
    top = own.row(0, named=True)
    return Chart(
        f"tags-{file_name(a)}-{file_name(b)}",
        "The most one-sided tags",
        "Tags that one backend gives to many images to which the other does not, among the"
        f" {comparison.options.top} that each scores highest.",
        f"{top['tag']}: {per_cent(top['share_a'])} of the images by {a},"
        f" {per_cent(top['share_b'])} by {b}.",
        buffer.getvalue(),
        own,
    )
