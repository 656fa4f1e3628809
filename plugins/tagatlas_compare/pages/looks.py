"""How charts tell backends apart: a look for each, and labels beside what they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas_compare.comparison.report.drawing import short

TEXT = 8
"""Size of the lettering in points: on a telephone, where charts are at full size, 10.7 pixels."""

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#8a4f9e", "#000000", "#b07d00", "#c4487f")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = ("-", (0, (5, 1.5)), (0, (2, 1)), (0, (6, 1, 1, 1)), (0, (1, 1.5)))

Line = str | tuple[int, tuple[float, ...]]


@dataclass(frozen=True)
class Look:
    """How a backend is drawn.

    Attributes:
        colour: those of seven backends can be told apart by people who are colour-blind, as after
            M. Okabe & K. Ito, "Color Universal Design", 2008; the light ones are darker here.
        marker: of its points.
        line: the style of its lines, another for each further seven.
    """

    colour: str
    marker: str
    line: Line


def look(number: int) -> Look:
    """The look of a backend by its place, from 0; the first 35 are all different."""
    turn, place = divmod(number, len(_COLOURS))
    marker = _MARKERS[(place + turn) % len(_MARKERS)]
    return Look(_COLOURS[place], marker, _LINES[turn % len(_LINES)])


def short_names(labels: Sequence[str], length: int) -> list[str]:
    """Names of at most so many characters, which differ as far as the labels do."""
    names = [short(label, length) for label in labels]
    times = Counter(names)
    head = (length - 1) // 2
    for place, name in enumerate(names):
        if times[name] > 1:
            whole = short(labels[place], len(labels[place]) + 1)
            tail = whole[-(length - 1 - head) :]
            names[place] = f"{whole[:head]}…{tail}" if len(whole) > length else whole
    times = Counter(names)
    for place, name in enumerate(names):
        if times[name] > 1:
            number = f" {place + 1}"
            names[place] = f"{name[: length - len(number)]}{number}"
    return names


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Places for labels near those that are wanted, none nearer to another than a gap.

    Args:
        wanted: shape (n,).
        gap: least distance; if there is too little room, as much as there is.
        low: lower end of the room.
        high: its upper end.
    """
    order = np.argsort(wanted, kind="stable")
    gap = min(gap, (high - low) / max(len(order) - 1, 1))
    # Without the gaps, places must not fall: neighbours that would are put at their mean.
    blocks: list[tuple[float, int]] = []
    for rank, place in enumerate(order):
        mean, size = wanted[place] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            other, others = blocks.pop()
            mean = (mean * size + other * others) / (size + others)
            size += others
        blocks.append((mean, size))
    level = np.repeat([mean for mean, _ in blocks], [size for _, size in blocks])
    found = np.empty(len(order))
    room = high - low - gap * max(len(order) - 1, 0)
    found[order] = np.clip(level, low, low + room) + gap * np.arange(len(order))
    return found
