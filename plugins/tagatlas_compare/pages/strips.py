"""Strips: a figure on a line from 0 to 1, as inline SVG placed in per cent.

Without a view box nothing in it is scaled: a strip is as wide as its column, and its marks keep
their size. Marks differ in shape, so that no strip needs colours to be told apart.
"""

from __future__ import annotations

import math
from html import escape

_LOWEST, _HIGHEST = -0.1, 1.0


def strip(
    value: float | None,
    ends: tuple[float | None, float | None] = (None, None),
    *,
    chance: float | None = None,
    other: float | None = None,
    said: str,
) -> str:
    """A figure as a dot, with its interval as a line, and chance as a tick.

    Args:
        value: from 0 to 1; what lies outside is drawn at the end. None or NaN draws no dot.
        ends: of its interval; None or NaN draws none.
        chance: the level of chance; None or NaN draws none.
        other: a second figure, drawn as a ring.
        said: what it shows, in words.
    """
    low, high = ends
    marks = '<line class="axis" x1="0" x2="100%" y1="50%" y2="50%"/>'
    marks += _tick("zero", 0.0)
    if _known(chance):
        marks += _tick("chance", chance)
    if _known(low) and _known(high):
        marks += (
            f'<line class="interval" x1="{_place(low)}" x2="{_place(high)}" y1="50%" y2="50%"/>'
        )
    if _known(other):
        marks += f'<circle class="ring" cx="{_place(other)}" cy="50%" r="5"/>'
    if _known(value):
        marks += f'<circle class="dot" cx="{_place(value)}" cy="50%" r="4.5"/>'
    return f'<svg class="strip" role="img" aria-label="{escape(said, quote=True)}">{marks}</svg>'


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _place(value: float | None) -> str:
    inside = min(max(_LOWEST if value is None else value, _LOWEST), _HIGHEST)
    return f"{100 * (inside - _LOWEST) / (_HIGHEST - _LOWEST):.2f}%"


def _tick(kind: str, value: float | None) -> str:
    place = _place(value)
    return f'<line class="{kind}" x1="{place}" x2="{place}" y1="15%" y2="85%"/>'
