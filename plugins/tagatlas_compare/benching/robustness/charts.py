"""Charts of robustness: one for each kind of perturbation, a line for each backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from tagatlas.toolkit import count
from tagatlas_compare.benching.results.document import EntrantRow, Robustness
from tagatlas_compare.benching.robustness.perturbations import PERTURBATIONS
from tagatlas_compare.comparison.report.drawing import (
    INK,
    LINE,
    SOFT,
    WIDTH,
    Chart,
    drawn_as_svg,
)
from tagatlas_compare.pages.elements import listed, per_cent
from tagatlas_compare.pages.looks import TEXT, Look, look, short_names, spread

_NAME = 14
"""Most characters of a backend's name."""

_LABEL_GAP = 10.5 / 72
"""Inches from one label to the next."""

_PLOT = 1.45
"""Least height of the axes, in inches."""

_DODGE = 0.05
"""By how much the intervals of two backends are apart, in steps of strength."""

_ROOM_BELOW = 0.12
"""Level above which a line of letters fits below it."""

_NOTHING = "none"

Curve = Mapping[float, Robustness]
"""The rows of a backend for one kind, by strength."""


@dataclass(frozen=True)
class Kept:
    """What stays of an answer.

    Attributes:
        name: of the charts' files.
        text: how it is measured.
        sentence: that says it, with ``backend``, ``value`` and ``per_cent`` to fill in.
        levels: lettering of the values 0, 0.5 and 1.
    """

    name: str
    text: str
    sentence: str
    levels: Sequence[str]


TAGS = Kept(
    "robustness",
    "The share of the best tags that stays",
    "{backend} keeps {per_cent} of its best tags",
    ("0", "50 %", "100 %"),
)
EMBEDDINGS = Kept(
    "robustness-embeddings",
    "The cosine of embeddings before and after, for which words do not matter",
    "{backend}'s embeddings keep a cosine of {value:z.2f}",
    ("0", "0.5", "1"),
)


def draw_robustness(entrants: Sequence[EntrantRow], kept: Kept = TAGS) -> list[Chart]:
    """A chart for each kind of perturbation that was measured, in the order of the kinds.

    Args:
        entrants: of one document, in its order, by which they have their looks.
        kept: whether tags or embeddings are meant.
    """
    charts = []
    for kind in PERTURBATIONS:
        curves: dict[int, Curve] = {}
        for number, entrant in enumerate(entrants):
            rows = {
                row.strength: _within_range(row if kept is TAGS else _of_embeddings(row))
                for row in entrant.robustness
                if row.perturbation == kind
            }
            if any(row.value is not None for row in rows.values()):
                curves[number] = rows
        if curves:
            charts.append(_chart(kind, kept, entrants, curves))
    return charts


def who_was_shown_what(entrants: Sequence[EntrantRow]) -> list[str]:
    """How many images entrants were shown, and how many of them do not count, in sentences."""
    said: dict[str, list[str]] = {}
    for entrant in entrants:
        rows = entrant.robustness
        if not rows:
            continue
        shown = max(_shown(row) + row.too_small for row in rows)
        small, silent = (
            max(getattr(row, name) for row in rows) for name in ("too_small", "silent")
        )
        left = [
            f"up to {small:,} of them were too small or damaged" if small else "",
            f"for up to {silent:,} it had no tag before" if silent else "",
        ]
        what = "; ".join(filter(None, left))
        facts = f"{count(shown, 'image')}{what and f', but {what}'}"
        said.setdefault(facts, []).append(entrant.backend)
    return [f"{listed(names)}: {facts}." for facts, names in said.items()]


def what_was_changed(entrants: Sequence[EntrantRow]) -> list[str]:
    """A sentence on images of which no original is kept; none if there is no such image."""
    rows = [row for entrant in entrants for row in entrant.robustness]
    if all(row.originals is None or row.originals >= _shown(row) for row in rows):
        return []
    return [
        (
            "Of images without a stored original, the stored copy was changed, which had lost a"
            " little already: being encoded a second time is part of all these falls, and of"
            " “none”. With --keep-original, originals are changed."
        )
    ]


def _shown(row: Robustness) -> int:
    return row.images + row.silent


def _of_embeddings(row: Robustness) -> Robustness:
    return replace(
        row,
        value=row.embedding_value,
        low=row.embedding_low,
        high=row.embedding_high,
        control=row.embedding_control,
        chance=row.embedding_chance,
        images=row.embedding_images,
    )


def _within_range(row: Robustness) -> Robustness:
    """The row with values from -1 to 1; in documents of others there may be any."""

    def within(value: float | None) -> float | None:
        return None if value is None else min(max(value, -1.0), 1.0)

    return replace(
        row,
        value=within(row.value),
        low=within(row.low),
        high=within(row.high),
        control=within(row.control),
        chance=within(row.chance),
    )


def _chart(
    kind: str, kept: Kept, entrants: Sequence[EntrantRow], curves: Mapping[int, Curve]
) -> Chart:
    perturbation = PERTURBATIONS[kind]
    steps = _steps(kind, curves)
    names = short_names([each.backend for each in entrants], _NAME)
    height = max(_PLOT, _LABEL_GAP * (len(curves) + 1))
    with drawn_as_svg(WIDTH, height + 0.62) as (figure, buffer):
        axes = figure.add_subplot()
        _frame(axes, steps, kept.levels)
        ends = []
        for place, (number, curve) in enumerate(curves.items()):
            shift = _DODGE * (place - (len(curves) - 1) / 2)
            ends.append(_draw(axes, curve, steps, look(number), shift))
        _draw_chance(axes, curves, len(steps))
        heights = spread([end[1] for end in ends], _LABEL_GAP / height, 0.03, 0.97)
        for (number, _), end, level in zip(curves.items(), ends, heights, strict=True):
            face = look(number).colour
            beside = len(steps) - 0.78
            axes.plot([end[0] + 0.06, beside], [end[1], level], color=face, lw=0.6, clip_on=False)
            axes.text(beside + 0.05, level, names[number], color=face, size=TEXT, va="center")
        axes.set_ylim(min(-0.02, axes.dataLim.y0), 1.03)  # cosines may be below 0
        axes.set_title(perturbation.title, size=9.5)
        axes.set_xlabel(perturbation.unit, size=TEXT, loc="left", labelpad=2)
    return Chart(
        f"{kept.name}-{kind}",
        perturbation.title,
        f"{kept.text}, with its 95 % interval, from the mildest to the"
        f" strongest; “{_NOTHING}”: the picture is encoded again only; dotted: what the answers"
        " for other images share with these by chance.",
        _summary(kind, kept, entrants, curves),
        buffer.getvalue(),
        _data(entrants, curves),
    )


def _steps(kind: str, curves: Mapping[int, Curve]) -> list[float | None]:
    """The strengths in the order of the chart; None where nothing is changed."""
    nothing = PERTURBATIONS[kind].nothing
    found = {strength for curve in curves.values() for strength in curve}
    below = sorted(strength for strength in found if strength < nothing)
    above = sorted(strength for strength in found if strength >= nothing)
    if below and not above:
        return [None, *reversed(below)]
    return [*below, None, *above]


def _frame(axes: Axes, steps: Sequence[float | None], levels: Sequence[str]) -> None:
    last = len(steps) - 1
    for level in (0, 0.5, 1):
        axes.plot([-0.3, last + 0.1], [level] * 2, color=LINE, lw=0.8, zorder=0)
    texts = [
        _NOTHING if step is None else f"{step:g}".replace("-", "\N{MINUS SIGN}") for step in steps
    ]
    axes.set_xticks(range(len(steps)), texts, size=TEXT)
    axes.set_yticks([0, 0.5, 1], levels, size=TEXT)
    axes.tick_params(length=0, labelcolor=INK)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xlim(-0.3, last + 0.3 + 0.62 * len(steps))  # the names are in the last third


def _draw(
    axes: Axes, curve: Curve, steps: Sequence[float | None], own: Look, shift: float
) -> tuple[float, float]:
    """Draw a backend's line; returns its end."""
    places, values = [], []
    control = next((row.control for row in curve.values() if row.control is not None), None)
    for place, step in enumerate(steps):
        row = None if step is None else curve.get(step)
        value = control if step is None else None if row is None else row.value
        if value is None:
            continue
        places.append(place + shift)
        values.append(value)
        if row is not None and row.low is not None and row.high is not None:
            axes.plot([place + shift] * 2, [row.low, row.high], color=own.colour, lw=1)
    axes.plot(places, values, color=own.colour, ls=own.line, lw=1.4, marker=own.marker, ms=3.6)
    return places[-1], values[-1]


def _draw_chance(axes: Axes, curves: Mapping[int, Curve], steps: int) -> None:
    """The level of chance of each backend, as a dotted line."""
    levels = {}
    for number, curve in curves.items():
        chances = [row.chance for row in curve.values() if row.chance is not None]
        if chances:
            levels[number] = float(np.mean(chances))
    for number, level in levels.items():
        ends, face = [-0.2, steps - 0.9], look(number).colour
        axes.plot(ends, [level] * 2, color=face, ls=(0, (1, 2)), lw=1)
    lowest = min(levels.values(), default=0.0)
    if lowest > _ROOM_BELOW:
        axes.text(-0.25, lowest - 0.02, "by chance", size=TEXT, va="top", color=SOFT)


def _summary(
    kind: str, kept: Kept, entrants: Sequence[EntrantRow], curves: Mapping[int, Curve]
) -> str:
    perturbation = PERTURBATIONS[kind]
    # A document of somebody else may have other strengths.
    place_of = {strength: place for place, strength in enumerate(perturbation.strengths)}
    said = []
    for number, curve in curves.items():
        known = [row for row in curve.values() if row.value is not None]
        strongest = max(known, key=lambda row: place_of.get(row.strength, -1))
        said.append(
            kept.sentence.format(
                backend=entrants[number].backend,
                value=strongest.value,
                per_cent=per_cent(strongest.value),
            )
            + f" at {perturbation.in_words(strongest.strength)}"
        )
    return f"{perturbation.title}: {'; '.join(said)}."


def _data(entrants: Sequence[EntrantRow], curves: Mapping[int, Curve]) -> pl.DataFrame:
    rows = [
        {"backend": entrants[number].backend, **vars(row)}
        for number, curve in curves.items()
        for row in curve.values()
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
