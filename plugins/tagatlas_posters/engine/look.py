"""The poster's colours and opacities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tagatlas.toolkit import Colour


@dataclass(frozen=True)
class Look:
    """Colours of the paper and of the contents.

    Attributes:
        paper: the background.
        ink: title and tags.
        name_ink: share of the ink in a name's colour, in [0, 1]; the rest is the cluster's colour.
        soft_ink: small print.
        blank: in place of an unreadable picture.
        fill: opacity of a cluster's area, in [0, 1].
        stroke: opacity of a cluster's outline, in [0, 1].
        relief: share of the clusters' colours at the highest density, in [0, 1].
    """

    paper: Colour
    ink: Colour
    name_ink: float
    soft_ink: Colour
    blank: Colour
    fill: float
    stroke: float
    relief: float


_LIGHT = Look(
    paper=(250, 248, 244),
    ink=(28, 28, 32),
    name_ink=0.55,
    soft_ink=(96, 94, 92),
    blank=(214, 211, 205),
    fill=0.16,
    stroke=0.85,
    relief=0.55,
)
_DARK = Look(
    paper=(22, 23, 27),
    ink=(244, 242, 238),
    name_ink=0.75,
    soft_ink=(168, 166, 162),
    blank=(58, 60, 66),
    fill=0.26,
    stroke=0.9,
    relief=0.6,
)


def choose_look(background: Literal["light", "dark"]) -> Look:
    """The look on light or dark paper."""
    return _LIGHT if background == "light" else _DARK


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """A mixture of two colours, with ``part`` in [0, 1] of the second."""
    red, green, blue = (
        round(one + (other - one) * part) for one, other in zip(first, second, strict=True)
    )
    return red, green, blue
