"""The charts of a comparison, except the alluvial diagram."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from tagatlas_compare.comparison.comparison import ALL, Comparison
from tagatlas_compare.comparison.measures import MEASURES
from tagatlas_compare.comparison.report.drawing import (
    INK,
    LINE,
    SOFT,
    Chart,
    colour,
    drawn_as_svg,
    short,
    without_axes,
)
from tagatlas_compare.comparison.report.verdict import FEWEST

_PAIR_COLOURS = ("#c8553d", "#2f7f86", "#d9a227", "#5b5ea6", "#6a994e", "#b0477c")
_RASTER_FROM = 2_000
_NAMED_CLUSTERS = 10
_TAGS = 14
_HEAT_CLUSTERS = 24


def draw_measures(comparison: Comparison) -> Chart | None:
    """Every figure with its interval and its level of chance."""
    table = comparison.measures.filter(
        pl.col("a") != ALL, pl.col("measure") != "moved", pl.col("value").is_not_null()
    )
    if table.is_empty():
        return None
    pairs = table.select("a", "b").unique(maintain_order=True).rows()
    kinds = table.select("measure", "k").unique(maintain_order=True).rows()
    row_of = {kind: -place for place, kind in enumerate(kinds)}
    with drawn_as_svg(9, 1.2 + 0.24 * len(kinds) + 0.12 * len(pairs) * len(kinds)) as (
        figure,
        buffer,
    ):
        axes = figure.add_subplot()
        axes.axvline(0, color=LINE, zorder=0)
        axes.axvline(1, color=LINE, zorder=0)
        for number, (a, b) in enumerate(pairs):
            face = _PAIR_COLOURS[number % len(_PAIR_COLOURS)]
            own = table.filter(pl.col("a") == a, pl.col("b") == b)
            offset = 0.7 * ((number + 0.5) / len(pairs) - 0.5)
            for row in own.iter_rows(named=True):
                height = row_of[row["measure"], row["k"]] - offset
                if row["chance"] is not None:
                    axes.plot([row["chance"]], [height], "|", color=SOFT, ms=7, mew=1.5)
                axes.plot([row["low"], row["high"]], [height] * 2, color=face, lw=2.2)
                axes.plot([row["value"]], [height], "o", color=face, ms=4.5)
            axes.plot([], [], "o-", color=face, label=f"{short(a)} and {short(b)}")
        axes.plot([], [], "|", color=SOFT, ms=7, mew=1.5, label="images shuffled: chance alone")
        axes.set_yticks(list(row_of.values()), [_title(*kind) for kind in kinds])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(0.6 - len(kinds), 0.6)
        axes.set_xlabel("agreement, with the interval that holds it 95 times out of 100")
        figure.legend(loc="outside upper left", frameon=False, ncols=2)
    best = table.filter(pl.col("images") >= FEWEST, measure="mutual_information")
    best = best.sort("value", descending=True)
    said = "; ".join(
        f"{row['a']} and {row['b']}: {row['value']:z.2f}" for row in best.iter_rows(named=True)
    )
    return Chart(
        "measures",
        "How far they agree",
        "A dot is a figure, the line through it its 95 % interval, the grey tick what the same"
        " figure is where the images are shuffled. Agreement is what lies to the right of the"
        " tick.",
        f"Agreement on clusters, by information: {said or 'n/a'}",
        buffer.getvalue(),
        comparison.measures,
        section="agreement",
    )


def _title(measure: str, k: int | None) -> str:
    return MEASURES[measure].title.format(k=k)


def draw_maps(comparison: Comparison) -> Chart | None:
    """The maps of all backends, aligned with the first, in the colours of its clusters."""
    backends = [backend for backend in comparison.backends if backend.map is not None]
    if len(backends) < 2 or backends[0] is not comparison.backends[0]:
        return None
    places = comparison.places
    first = places.filter(backend=backends[0].label).select("image", colour="cluster")
    coloured = places.join(first, on="image", how="left", maintain_order="left")
    columns = 2
    lines = -(-len(backends) // columns)
    with drawn_as_svg(5.2 * columns, 4.3 * lines + 0.3) as (figure, buffer):
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes in panels:
            without_axes(axes)
        for axes, backend in zip(panels, backends, strict=False):
            own = coloured.filter(backend=backend.label)
            _draw_map(axes, own)
            axes.set_title(short(backend.label))
    moved = comparison.measures.filter(
        pl.col("measure") == "procrustes", pl.col("a") == backends[0].label
    )
    said = "; ".join(
        f"{row['b']}'s map explains {row['value']:.0%} of the places on {row['a']}'s"
        for row in moved.iter_rows(named=True)
        if row["value"] is not None and row["images"] >= FEWEST
    )
    return Chart(
        "maps",
        "The maps side by side",
        f"Every image keeps the colour of its cluster on the map of {backends[0].label}. Each"
        " further map is turned, mirrored and scaled to lie on the first as well as it can; the"
        " names are its own clusters. Where colours stay together, the backends see the same"
        " themes.",
        said,
        buffer.getvalue(),
        coloured.rename({"colour": "cluster_on_first"}),
        section="themes",
    )


def _draw_map(axes: Axes, places: pl.DataFrame) -> None:
    points = places.select("x", "y").to_numpy()
    faces = [colour(-1 if each is None else each) for each in places["colour"]]
    size = float(np.clip(9_000 / max(len(points), 1), 0.6, 26))
    axes.scatter(
        points[:, 0],
        points[:, 1],
        s=size,
        c=faces,
        linewidths=0,
        alpha=0.8,
        rasterized=len(points) > _RASTER_FROM,
    )
    axes.set_aspect("equal")
    named = places.group_by("cluster", "name").agg(
        pl.col("x", "y").median(), pl.len().alias("images")
    )
    for name, x, y in (
        named.sort("images", "cluster", descending=[True, False])
        .head(_NAMED_CLUSTERS)
        .select("name", "x", "y")
        .iter_rows()
    ):
        axes.text(
            x,
            y,
            short(name, 26),
            ha="center",
            va="center",
            size=7.5,
            weight="bold",
            bbox={"facecolor": "#ffffffcc", "edgecolor": "none", "pad": 1.2},
        )


def draw_heat_maps(comparison: Comparison) -> Iterator[Chart]:
    """For each pair, the share of each cluster of the first that is in each of the second."""
    for a, b in comparison.flows.select("a", "b").unique(maintain_order=True).iter_rows():
        own = comparison.flows.filter(pl.col("a") == a, pl.col("b") == b)
        rows = _largest(own, "cluster_a", "name_a")
        columns = _largest(own, "cluster_b", "name_b")
        row_of = {cluster: place for place, (cluster, _) in enumerate(rows)}
        middle = own.filter(pl.col("cluster_a").is_in(list(row_of)))
        order = {
            cluster: sum(
                row_of[source] * share
                for source, share in middle.filter(cluster_b=cluster)
                .select("cluster_a", "share_of_b")
                .iter_rows()
            )
            for cluster, _ in columns
        }
        columns.sort(key=lambda column: order[column[0]])
        column_of = {cluster: place for place, (cluster, _) in enumerate(columns)}
        shares = np.zeros((len(rows), len(columns)))
        for source, target, share in own.select("cluster_a", "cluster_b", "share_of_a").iter_rows():
            if source in row_of and target in column_of:
                shares[row_of[source], column_of[target]] = share
        with drawn_as_svg(3.4 + 0.36 * len(columns), 2.6 + 0.26 * len(rows)) as (figure, buffer):
            axes = figure.add_subplot()
            picture = axes.imshow(shares, cmap="BuPu", vmin=0, vmax=1, aspect="auto")
            axes.set_yticks(range(len(rows)), [short(name) for _, name in rows], size=8)
            axes.set_xticks(
                range(len(columns)),
                [short(name) for _, name in columns],
                size=8,
                rotation=45,
                ha="right",
                rotation_mode="anchor",
            )
            axes.set_ylabel(short(a))
            axes.set_xlabel(short(b))
            bar = figure.colorbar(picture, ax=axes, fraction=0.05, pad=0.02)
            bar.ax.set_title("share", size=8, weight="normal")
        best = own.sort("share_of_a", "images", descending=True).row(0, named=True)
        yield Chart(
            f"clusters-{file_name(a)}-{file_name(b)}",
            f"Clusters of {a} in clusters of {b}",
            f"Each row is a cluster of {a}; the darker a field, the more of its images are in"
            f" the cluster of {b} below. A row with one dark field is one theme for both.",
            f"{best['share_of_a']:.0%} of {best['name_a']} is in {best['name_b']}.",
            buffer.getvalue(),
            own,
            section="themes",
        )


def file_name(label: str) -> str:
    """A backend's label as a part of a file's name."""
    return "".join(char if char.isalnum() and char.isascii() else "-" for char in label)


def _largest(flows: pl.DataFrame, cluster: str, name: str) -> list[tuple[int, str]]:
    """The largest clusters, by number, with their names."""
    sizes = flows.group_by(cluster, name).agg(pl.col("images").sum())
    largest = sizes.sort("images", cluster, descending=[True, False]).head(_HEAT_CLUSTERS)
    return [(number, text) for number, text, _ in largest.sort(cluster).iter_rows()]


def draw_one_sided_tags(comparison: Comparison) -> Iterator[Chart]:
    """For each pair the tags that one gives much more often than the other."""
    for a, b in comparison.prevalence.select("a", "b").unique(maintain_order=True).iter_rows():
        own = comparison.prevalence.filter(pl.col("a") == a, pl.col("b") == b)
        sides = [
            own.filter(pl.col("z") > 0).head(_TAGS),
            own.filter(pl.col("z") < 0).head(_TAGS).reverse(),
        ]
        shown = pl.concat(sides)
        if shown.is_empty():
            continue
        with drawn_as_svg(8.4, 1.4 + 0.24 * shown.height) as (figure, buffer):
            axes = figure.add_subplot()
            heights = -np.arange(shown.height)
            low, high = (shown[f"share_{side}"].to_numpy() for side in "ab")
            axes.hlines(heights, low, high, color=LINE, lw=1.5, zorder=0)
            for side, face, label in (("a", _PAIR_COLOURS[0], a), ("b", _PAIR_COLOURS[1], b)):
                ends = shown[f"share_{side}_low"].to_numpy(), shown[f"share_{side}_high"].to_numpy()
                axes.hlines(heights, *ends, color=face, lw=2.4)
                axes.plot(
                    shown[f"share_{side}"], heights, "o", color=face, ms=5, label=short(label)
                )
            axes.set_yticks(heights, [short(tag) for tag in shown["tag"]])
            axes.tick_params(axis="y", length=0, labelcolor=INK)
            axes.set_xlabel("share of the images that have the tag, with 95 % intervals")
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
            figure.legend(loc="outside upper left", frameon=False, ncols=2)
        top = own.row(0, named=True)
        yield Chart(
            f"tags-{file_name(a)}-{file_name(b)}",
            f"The most one-sided tags of {a} and {b}",
            "Tags that one backend gives to many images to which the other does not, among the"
            f" {comparison.options.top} that each scores highest.",
            f"{top['tag']}: {top['share_a']:.0%} of the images by {a},"
            f" {top['share_b']:.0%} by {b}.",
            buffer.getvalue(),
            own,
            section="tags",
        )


def draw_calibration(comparison: Comparison) -> Chart | None:
    """Share of a backend's tags that another gives too, by score."""
    table = comparison.calibration
    if table.is_empty():
        return None
    pairs = table.select("a", "b").unique(maintain_order=True).rows()
    with drawn_as_svg(8.4, 4) as (figure, buffer):
        axes = figure.add_subplot()
        for number, (a, b) in enumerate(pairs):
            own = table.filter(pl.col("a") == a, pl.col("b") == b)
            face = _PAIR_COLOURS[number % len(_PAIR_COLOURS)]
            label = f"tags of {short(a)} that {short(b)} gives too"
            axes.plot(own["part"], own["share"], "o-", color=face, ms=4, label=label)
            axes.fill_between(own["part"], own["low"], own["high"], color=face, alpha=0.15, lw=0)
            axes.plot(own["part"], own["chance"], ":", color=face, lw=1)
        axes.set_ylim(0, 1)
        axes.set_xticks(range(1, 11))
        axes.set_xlabel(
            "the first backend's tags, from its lowest to its highest scores, in tenths"
        )
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        figure.legend(loc="outside upper left", frameon=False, ncols=2)
    last = table.filter(pl.col("part") == table["part"].max()).row(0, named=True)
    return Chart(
        "calibration",
        "What scores are worth",
        "Scores of different backends have different units and are not compared. Here each"
        " backend's tags are put in order of its own scores; the lines show how many of them the"
        " other backend gives as well, the dotted lines how many it would by chance. A line that"
        " rises means that the score says something.",
        f"Of {last['a']}'s surest tags {last['b']} gives {last['share']:.0%} as well.",
        buffer.getvalue(),
        table,
        section="tags",
    )
