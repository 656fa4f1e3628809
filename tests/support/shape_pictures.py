"""Pictures of coloured shapes, with captions, for the small CLIP model of the tests."""

from __future__ import annotations

import colorsys
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from PIL import Image, ImageDraw

NUMBERS = ("one", "two", "three")
COLOURS = {
    "red": 0.0,
    "yellow": 1 / 6,
    "green": 1 / 3,
    "blue": 0.62,
    "pink": 0.86,
}
"""Colours by hue."""
SHAPES = ("circle", "square", "triangle", "star")


@dataclass(frozen=True)
class Motif:
    """Content of a picture: a number of shapes of one kind and colour."""

    number: str
    colour: str
    shape: str

    def __str__(self) -> str:
        return f"{self.number} {self.colour} {self.things}"

    @property
    def things(self) -> str:
        """The shape, in the plural where there are more."""
        return self.shape if self.number == "one" else f"{self.shape}s"


def motifs() -> list[Motif]:
    """All 60."""
    return [Motif(*each) for each in product(NUMBERS, COLOURS, SHAPES)]


def held_out() -> list[Motif]:
    """Every fifth, which is never trained on; each pair of its words is, in other motifs."""
    places = product(range(len(NUMBERS)), range(len(COLOURS)), range(len(SHAPES)))
    return [motif for motif, place in zip(motifs(), places, strict=True) if sum(place) % 5 == 0]


def draw(motif: Motif, seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture of a motif on a ground of some grey; the same arguments give the same picture."""
    dice = random.Random(f"{motif} {seed}")  # noqa: S311 - no secret
    ground = dice.choice([dice.randint(0, 90), dice.randint(170, 255)])
    picture = Image.new("RGB", size, (ground, ground, ground))
    pen = ImageDraw.Draw(picture)
    for x, y, radius in _places(NUMBERS.index(motif.number) + 1, size, dice):
        hue = (COLOURS[motif.colour] + dice.uniform(-0.02, 0.02)) % 1
        red, green, blue = colorsys.hsv_to_rgb(hue, dice.uniform(0.75, 1), dice.uniform(0.75, 1))
        fill = (round(255 * red), round(255 * green), round(255 * blue))
        pen.polygon(_outline(motif.shape, x, y, radius, dice.uniform(-0.25, 0.25)), fill=fill)
    return picture


def _places(
    count: int, size: tuple[int, int], dice: random.Random
) -> list[tuple[float, float, float]]:
    """Centres and radii of shapes that do not touch, in the square that models look at."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    found: list[tuple[float, float, float]] = []
    while len(found) < count:
        radius = side * dice.uniform(0.14, 0.2)
        x = left + dice.uniform(radius, side - radius)
        y = top + dice.uniform(radius, side - radius)
        if all(math.hypot(x - a, y - b) > 1.1 * (radius + r) for a, b, r in found):
            found.append((x, y, radius))
    return found


def _outline(
    shape: str, x: float, y: float, radius: float, turn: float
) -> list[tuple[float, float]]:
    corners = {"circle": 48, "square": 4, "triangle": 3, "star": 10}[shape]
    offset = math.pi / 4 if shape == "square" else 0.0
    points = []
    for corner in range(corners):
        reach = radius * (0.42 if shape == "star" and corner % 2 else 1.0)
        angle = turn + offset + 2 * math.pi * corner / corners - math.pi / 2
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points


def captions(motif: Motif) -> Iterator[str]:
    """Captions that are true of a motif, from the most to the least specific."""
    yield f"a photo of {motif}."
    yield str(motif)
    yield f"a photo of {motif.colour} {motif.things}."
    yield f"a picture of {motif.number} {motif.things}."
    yield f"a photo of {motif.things}."
    yield f"something {motif.colour}"
    yield "a photo of something."
    yield "a picture."
