"""Annotations in pixels of the poster, y downwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tagatlas_posters.engine.sketches import WHITE, Area, Disc, Stroke, number_size
from tagatlas_posters.engine.text import Block, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.canvas import Canvas
    from tagatlas_posters.engine.labels import Placed
    from tagatlas_posters.engine.look import Look
    from tagatlas_posters.engine.sketches import Shape, Sketch, Words
    from tagatlas_posters.engine.text import Typesetter


@dataclass(frozen=True, eq=False)
class Drawing:
    """One annotation, or a mark of it, in pixels.

    Attributes:
        kind: ``outline``, ``arrow``, ``text`` or ``note``; or ``leader``, a line to a name.
        colour: of its shapes.
        shapes: in painting order.
        texts: above the shapes.
        has_halo: whether the texts have a halo.
    """

    kind: str
    colour: Colour
    shapes: tuple[Shape, ...]
    texts: Placed
    has_halo: bool


def draw_sketch(sketch: Sketch, canvas: Canvas, look: Look, typesetter: Typesetter) -> Drawing:
    """An annotation at its position on the poster."""
    words = sketch.words
    return Drawing(
        kind=sketch.kind,
        colour=sketch.colour,
        shapes=tuple(_in_pixels(shape, canvas) for shape in sketch.shapes),
        texts=[] if words is None else [_block(sketch, words, canvas, look, typesetter)],
        has_halo=words is not None and not words.is_on_mark,
    )


def draw_mark(
    number: int,
    colour: Colour,
    centre: tuple[float, float],
    diameter: float,
    typesetter: Typesetter,
) -> Drawing:
    """The mark of a note outside the map, as in the list of notes.

    Args:
        number: the note's.
        colour: the note's.
        centre: of the mark, in pixels.
        diameter: of the mark, in pixels.
        typesetter: measures the number.
    """
    at = np.array(centre, dtype=np.float64)
    text = _numbered_mark(str(number), number_size(number, diameter), at, colour, typesetter)
    return Drawing("note", colour, (Disc(at, diameter / 2),), [text], has_halo=False)


def drawn_lines(drawings: Sequence[Drawing]) -> shapely.Geometry:
    """The lines and marks of annotations, as wide as they are; not what lies within outlines."""
    parts: list[shapely.Geometry] = []
    for shape in (shape for drawing in drawings for shape in drawing.shapes):
        match shape:
            case Stroke(points=points, width=width, is_closed=is_closed):
                line = shapely.LinearRing(points) if is_closed else shapely.LineString(points)
                parts.append(line.buffer(width / 2))
            case Area(points=points, opacity=1.0):
                parts.append(shapely.Polygon(points).buffer(0))
            case Disc(centre=centre, radius=radius):
                parts.append(shapely.Point(centre).buffer(radius))
    return shapely.union_all(parts)


def _block(
    sketch: Sketch, words: Words, canvas: Canvas, look: Look, typesetter: Typesetter
) -> tuple[Block, int, int]:
    centre, size = canvas.pixels(words.centre), words.size * canvas.scale
    if words.is_on_mark:
        return _numbered_mark(words.lines[0], size, centre, sketch.colour, typesetter)
    pixels = max(1, round(size))
    lines = tuple(Line(line, pixels, sketch.colour, bold=True) for line in words.lines)
    return _centred(Block(lines, look.paper), centre, typesetter)


def _numbered_mark(
    number: str, size: float, centre: NDArray[np.float64], colour: Colour, typesetter: Typesetter
) -> tuple[Block, int, int]:
    line = Line(number, max(1, round(size)), WHITE, bold=True)
    return _centred(Block((line,), colour), centre, typesetter)


def _centred(
    block: Block, centre: NDArray[np.float64], typesetter: Typesetter
) -> tuple[Block, int, int]:
    left, top = np.rint(centre - np.array(typesetter.measure(block)) / 2).astype(int).tolist()
    return block, left, top


def _in_pixels(shape: Shape, canvas: Canvas) -> Shape:
    match shape:
        case Stroke(points=points, width=width, is_closed=is_closed):
            return Stroke(canvas.pixels(points), width * canvas.scale, is_closed)
        case Area(points=points, opacity=opacity):
            return Area(canvas.pixels(points), opacity)
        case Disc(centre=centre, radius=radius):
            return Disc(canvas.pixels(centre), radius * canvas.scale)
