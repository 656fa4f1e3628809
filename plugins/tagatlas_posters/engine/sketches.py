"""Annotations as shapes and words in map units, with the same geometry in every output.

The viewer has the same constants, in ``viewer/src/annotate/sketch.ts`` of the plugin ``web``.
Strokes are a share of the map's extent, so that they look alike on screen and on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas import Arrow, Caption, Note, Outline
from tagatlas.toolkit import map_bounds
from tagatlas_posters.engine.text import HALO, LEADING, lines_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.text import Typesetter

_STROKE, _MARK, _LETTERS = 1 / 300, 1 / 60, 1 / 40
"""Width of lines, height of marks, and of the words of outlines and arrows, as shares of the longer
side of the map's bounds: the words are larger than the names of clusters."""
FILL = 0.15
"""Opacity of the colour within an outline that is filled."""
_HEAD_LENGTH, _HEAD_WIDTH = 6, 5
"""Size of an arrow's head, in widths of its line."""
_GAP = 0.1
"""Distance between a line and its words, in ems."""
_MEASURED = 100
"""Font size at which words are measured, in pixels."""
WHITE = (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Stroke:
    """A line with round joins and ends: its points, shape (k, 2), and its width."""

    points: NDArray[np.float64]
    width: float
    is_closed: bool


@dataclass(frozen=True, eq=False)
class Area:
    """A filled polygon: its corners, shape (k, 2), and its opacity, in [0, 1]."""

    points: NDArray[np.float64]
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Disc:
    """A filled circle: its centre, shape (2,), and its radius."""

    centre: NDArray[np.float64]
    radius: float


Shape = Stroke | Area | Disc


@dataclass(frozen=True, eq=False)
class Words:
    """Lines of text, centred.

    Attributes:
        lines: non-empty lines.
        size: font size.
        centre: of the whole text, shape (2,).
        is_on_mark: whether they are white on a shape of the annotation's colour.
    """

    lines: tuple[str, ...]
    size: float
    centre: NDArray[np.float64]
    is_on_mark: bool = False


@dataclass(frozen=True, eq=False)
class Sketch:
    """One annotation in map units.

    Attributes:
        kind: of the annotation, in a word.
        colour: of its shapes and words.
        shapes: in painting order.
        words: above the shapes; None for none.
        low, high: opposite corners of its bounding box, each of shape (2,).
    """

    kind: str
    colour: Colour
    shapes: tuple[Shape, ...]
    words: Words | None
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def sketch_annotations(map_: Map, typesetter: Typesetter) -> list[Sketch]:
    """The sketches of the map's annotations, in order; names of clusters have none."""
    if not map_.annotations:
        return []
    low, high = map_bounds(map_)
    sketcher = _Sketcher(max(float((high - low).max()), 1e-9), typesetter)
    number_of = {id(note): number for number, note in enumerate(notes_of(map_), start=1)}
    sketches = []
    for annotation in map_.annotations:
        content = annotation.content
        if isinstance(content, Outline | Arrow | Caption | Note):
            sketches.append(sketcher.sketch(content, number_of.get(id(content), 0)))
    return [sketch for sketch in sketches if sketch is not None]


def notes_of(map_: Map) -> list[Note]:
    """The notes on a map; their numbers are their positions in the list, from 1."""
    contents = (annotation.content for annotation in map_.annotations)
    return [content for content in contents if isinstance(content, Note)]


def colour_of(content: Outline | Arrow | Caption | Note) -> Colour:
    """An annotation's colour as three numbers."""
    red, green, blue = bytes.fromhex(content.colour[1:])
    return red, green, blue


def number_size(number: int, diameter: float) -> float:
    """Font size of a number on a disc."""
    return diameter * (0.7 if number < 100 else 0.5 if number < 1000 else 0.35)


class _Sketcher:
    """Sketches annotations of one map.

    Args:
        extent: the longer side of the map's bounds.
        typesetter: measures words.
    """

    def __init__(self, extent: float, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._line = extent * _STROKE
        self._mark = extent * _MARK
        self._letters = extent * _LETTERS

    def sketch(self, content: Outline | Arrow | Caption | Note, number: int) -> Sketch | None:
        """The sketch of an annotation; None if nothing of it is visible. Notes have a number."""
        kind, shapes, words = self._parts(content, number)
        corners = [corner for shape in shapes for corner in _corners(shape)]
        if words is not None:
            half = self._extent(words.lines, words.size) / 2
            corners += [words.centre - half, words.centre + half]
        if not corners:
            return None
        low, high = np.min(corners, axis=0), np.max(corners, axis=0)
        return Sketch(kind, colour_of(content), shapes, words, low, high)

    def _parts(
        self, content: Outline | Arrow | Caption | Note, number: int
    ) -> tuple[str, tuple[Shape, ...], Words | None]:
        match content:
            case Outline():
                return "outline", *self._outline(content)
            case Arrow():
                return "arrow", *self._arrow(content)
            case Caption():
                return "text", *self._caption(content)
            case Note():
                return "note", *self._note(content, number)

    def _outline(self, outline: Outline) -> tuple[tuple[Shape, ...], Words | None]:
        points = np.array(outline.points, dtype=np.float64)
        line, size = self._sizes(outline)
        highest = points[np.argmax(points[:, 1])]
        lines = _written(outline.text)
        rise = line / 2 + (_GAP + len(lines) * LEADING / 2) * size
        words = Words(lines, size, highest + np.array([0.0, rise])) if lines else None
        filled = (Area(points, FILL),) if outline.fill else ()
        return (*filled, Stroke(points, line, is_closed=True)), words

    def _arrow(self, arrow: Arrow) -> tuple[tuple[Shape, ...], Words | None]:
        begin, end = np.array(arrow.begin, dtype=np.float64), np.array(arrow.end, dtype=np.float64)
        line, size = self._sizes(arrow)
        length = float(np.hypot(*(end - begin)))
        along = (end - begin) / length if length else np.array([1.0, 0.0])
        across = np.array([-along[1], along[0]]) * line * _HEAD_WIDTH / 2
        neck = end - along * line * _HEAD_LENGTH
        shapes: list[Shape] = [Area(np.stack([end, neck + across, neck - across]))]
        if length > line * _HEAD_LENGTH:
            shapes.insert(0, Stroke(np.stack([begin, neck]), line, is_closed=False))
        lines = _written(arrow.text)
        if not lines:
            return tuple(shapes), None
        half = self._extent(lines, size) / 2
        away = float(np.abs(along) @ half) + line / 2 + _GAP * size
        return tuple(shapes), Words(lines, size, begin - along * away)

    def _sizes(self, content: Outline | Arrow) -> tuple[float, float]:
        """Width of its line, and size of its letters."""
        return self._line * (content.line_width or 1), self._letters * (content.text_size or 1)

    def _caption(self, caption: Caption) -> tuple[tuple[Shape, ...], Words | None]:
        lines = _written(caption.text)
        if not lines:
            return (), None
        fall = (len(lines) - 1) * LEADING / 2 * caption.size
        return (), Words(lines, caption.size, caption.place - np.array([0.0, fall]))

    def _note(self, note: Note, number: int) -> tuple[tuple[Shape, ...], Words]:
        centre = np.array(note.place, dtype=np.float64)
        size = number_size(number, self._mark)
        words = Words((str(number),), size, centre, is_on_mark=True)
        return (Disc(centre, self._mark / 2),), words

    def _extent(self, lines: tuple[str, ...], size: float) -> NDArray[np.float64]:
        """Width and height of words with their halo."""
        widths = [self._typesetter.length(line, _MEASURED, bold=True) for line in lines]
        edge = 2 * HALO
        return np.array([max(widths) / _MEASURED + edge, len(lines) * LEADING + edge]) * size


def _corners(shape: Shape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower left and upper right corner of a shape."""
    match shape:
        case Stroke(points=points, width=width):
            return points.min(axis=0) - width / 2, points.max(axis=0) + width / 2
        case Area(points=points):
            return points.min(axis=0), points.max(axis=0)
        case Disc(centre=centre, radius=radius):
            return centre - radius, centre + radius


def _written(text: str) -> tuple[str, ...]:
    """The lines of a text; none if nothing is visible."""
    lines = lines_of(text)
    return tuple(lines) if any(lines) else ()
