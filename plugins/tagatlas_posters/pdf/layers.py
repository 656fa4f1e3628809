"""The layers of the page, in pixels of the poster with y downwards.

The light edge around text is drawn as the outlines of its letters, not as text, so that text is
found and selected only once.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pydyf

from tagatlas_posters.engine.outlines import curves
from tagatlas_posters.engine.sketches import Area, Disc, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.composition import Composition
    from tagatlas_posters.engine.drawings import Drawing
    from tagatlas_posters.engine.labels import Placed
    from tagatlas_posters.engine.sketches import Shape
    from tagatlas_posters.engine.text import Line
    from tagatlas_posters.pdf.page_fonts import PageFonts

DENSITY = "Density"
"""Name of the picture of the density."""
OUTLINE_STATE, PICTURE_STATE, FILL_STATE = "Outlines", "Pictures", "Filled"
"""Names of the graphics states with the opacity of outlines, pictures and filled annotations."""

_ARC = 0.5523
"""Distance of the control points of a quarter circle from its ends, in radii."""


def picture_name(number: int) -> str:
    """Name of a picture on the page."""
    return f"Picture{number}"


def paper(poster: Composition) -> pydyf.Stream:
    """The background."""
    layer = pydyf.Stream(compress=True)
    layer.set_color_rgb(*_parts(poster.look.paper))
    layer.rectangle(0, 0, poster.canvas.width, poster.canvas.height)
    layer.fill()
    return layer


def density(poster: Composition) -> pydyf.Stream:
    """The density of images."""
    layer = pydyf.Stream(compress=True)
    if poster.density is not None:
        width, height = poster.canvas.width, poster.canvas.height
        layer.push_state()
        layer.set_matrix(width, 0, 0, -height, 0, height)
        layer.draw_x_object(DENSITY)
        layer.pop_state()
    return layer


def outlines(poster: Composition) -> pydyf.Stream:
    """Areas and lines of the clusters."""
    layer = pydyf.Stream(compress=True)
    layer.set_state(OUTLINE_STATE)
    layer.set_line_join(1)
    for ring in poster.rings:
        layer.set_line_width(round(ring.line, 3))
        layer.set_color_rgb(*_parts(ring.colour))
        layer.set_color_rgb(*_parts(ring.colour), stroke=True)
        pieces = curves(ring.points)
        layer.move_to(*pieces[0, 0].round(2))
        for first, control, last in pieces:
            # A quadratic piece as a cubic one: its control points lie on two thirds of the way.
            one, two = first + (control - first) * 2 / 3, last + (control - last) * 2 / 3
            layer.curve_to(*one.round(2), *two.round(2), *last.round(2))
        layer.close()
        layer.fill_and_stroke() if ring.is_filled else layer.stroke()
    return layer


def pictures(poster: Composition) -> pydyf.Stream:
    """The map's pictures in their boxes."""
    layer = pydyf.Stream(compress=True)
    layer.set_state(PICTURE_STATE)
    _add_pictures(layer, poster, range(poster.on_map))
    return layer


def halos(poster: Composition, fonts: PageFonts) -> pydyf.Stream:
    """The edges around tags and names."""
    layer = pydyf.Stream(compress=True)
    layer.set_line_join(1)
    _add_halos(layer, poster, [*poster.tags, *poster.names], fonts)
    return layer


def drawings(poster: Composition, fonts: PageFonts) -> pydyf.Stream:
    """The annotations."""
    layer = pydyf.Stream(compress=True)
    _add_drawings(layer, poster, poster.drawings, fonts)
    return layer


def leaders(poster: Composition, fonts: PageFonts) -> pydyf.Stream:
    """The lines that lead to names."""
    layer = pydyf.Stream(compress=True)
    _add_drawings(layer, poster, poster.leaders, fonts)
    return layer


def legend(poster: Composition, fonts: PageFonts) -> pydyf.Stream:
    """Colours, pictures, sizes and texts below the map."""
    layer = pydyf.Stream(compress=True)
    for patch in poster.legend.patches:
        left, top, right, bottom = patch.box
        layer.set_color_rgb(*_parts(patch.colour))
        layer.rectangle(left, top, right - left, bottom - top)
        layer.fill()
    layer.push_state()
    layer.set_state(PICTURE_STATE)
    _add_pictures(layer, poster, range(poster.on_map, len(poster.ids)))
    layer.pop_state()
    _add_drawings(layer, poster, poster.legend.marks, fonts)
    layer.stream += texts(poster, poster.legend.texts, fonts).stream
    return layer


def texts(poster: Composition, blocks: Placed, fonts: PageFonts) -> pydyf.Stream:
    """Blocks of text."""
    layer = pydyf.Stream(compress=True)
    for line, x, y in _lines(poster, blocks):
        layer.set_color_rgb(*_parts(line.ink))
        fonts.show(line, x, y, layer)
    return layer


def _add_pictures(layer: pydyf.Stream, poster: Composition, numbers: range) -> None:
    for number in numbers:
        left, top, right, bottom = poster.boxes[number].tolist()
        layer.push_state()
        layer.set_matrix(right - left, 0, 0, top - bottom, left, bottom)
        layer.draw_x_object(picture_name(number))
        layer.pop_state()


def _add_drawings(
    layer: pydyf.Stream,
    poster: Composition,
    drawings: Sequence[Drawing],
    fonts: PageFonts,
) -> None:
    for drawing in drawings:
        for shape in drawing.shapes:
            _add_shape(layer, shape, _parts(drawing.colour))
        if drawing.has_halo:
            layer.set_line_join(1)
            _add_halos(layer, poster, drawing.texts, fonts)
        layer.stream += texts(poster, drawing.texts, fonts).stream


def _add_shape(layer: pydyf.Stream, shape: Shape, colour: tuple[float, float, float]) -> None:
    layer.set_color_rgb(*colour)
    match shape:
        case Stroke(points=points, width=width, is_closed=is_closed):
            layer.set_color_rgb(*colour, stroke=True)
            layer.set_line_width(round(width, 3))
            layer.set_line_join(1)
            layer.set_line_cap(1)
            _add_polygon(layer, points)
            if is_closed:
                layer.close()
            layer.stroke()
        case Area(points=points, opacity=opacity):
            layer.push_state()
            if opacity < 1:
                layer.set_state(FILL_STATE)
            _add_polygon(layer, points)
            layer.fill()
            layer.pop_state()
        case Disc(centre=centre, radius=radius):
            x, y = centre.tolist()
            _add_circle(layer, x, y, radius)
            layer.fill()


def _add_polygon(layer: pydyf.Stream, points: NDArray[np.float64]) -> None:
    first, *others = points.round(2).tolist()
    layer.move_to(*first)
    for point in others:
        layer.line_to(*point)


def _add_circle(layer: pydyf.Stream, x: float, y: float, radius: float) -> None:
    """A circle as four cubic pieces, exact to a thousandth of its radius."""
    corners = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]
    layer.move_to(round(x + radius, 2), round(y, 2))
    for (x0, y0), (x1, y1) in pairwise(corners):
        unit = ((x0 + _ARC * x1, y0 + _ARC * y1), (x1 + _ARC * x0, y1 + _ARC * y0), (x1, y1))
        layer.curve_to(*(round(at, 2) for u, v in unit for at in (x + radius * u, y + radius * v)))


def _add_halos(layer: pydyf.Stream, poster: Composition, blocks: Placed, fonts: PageFonts) -> None:
    for block, left, top in blocks:
        layer.set_color_rgb(*_parts(block.halo), stroke=True)
        for line, x, y in _lines(poster, [(block, left, top)]):
            layer.push_state()
            layer.set_matrix(line.size, 0, 0, -line.size, round(x, 2), round(y, 2))
            layer.set_line_width(round(2 * block.halo_width / line.size, 4))
            fonts.draw(line, layer)
            layer.stroke()
            layer.pop_state()


def _lines(poster: Composition, blocks: Placed) -> Iterator[tuple[Line, float, float]]:
    """Each line with the left end of its baseline."""
    for block, left, top in blocks:
        for line, x, y in poster.typesetter.placed(block):
            yield line, left + x, top + y


def _parts(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (round(part / 255, 4) for part in colour)
    return red, green, blue
