"""The poster as an SVG document.

Format: W3C, *Scalable Vector Graphics (SVG) 1.1*, which every program reads. A layer is a group
with an id, which Inkscape treats as a layer. Text is text. The light edge around it is a clone
of it with a stroke, on a separate layer below: unlike ``paint-order``, all programs support that,
and a name's edge follows when the name is edited.
"""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from tagatlas.toolkit import escape_xml
from tagatlas_posters.engine.bidi import is_rtl
from tagatlas_posters.engine.outlines import curves
from tagatlas_posters.engine.sketches import Area, Disc, Stroke
from tagatlas_posters.engine.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.composition import Composition
    from tagatlas_posters.engine.drawings import Drawing
    from tagatlas_posters.engine.labels import Placed
    from tagatlas_posters.engine.outlines import Ring
    from tagatlas_posters.engine.sketches import Shape
    from tagatlas_posters.engine.text import Block, Typesetter

_FONTS = (
    "'DejaVu Sans Condensed', 'DejaVu Sans', 'Arial Narrow', 'Liberation Sans Narrow',"
    " 'Helvetica Neue', Arial, sans-serif"
)


def svg_document(poster: Composition, addresses: Iterator[str | None]) -> Iterator[str]:
    """The document, piece by piece.

    Args:
        poster: what to draw.
        addresses: of its pictures, in their order; None for one that cannot be read.
    """
    width, height = poster.canvas.width, poster.canvas.height
    printed = poster.canvas.page.millimetres
    across, down = (f"{each}mm" for each in printed) if printed else (str(width), str(height))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" version="1.1"'
        f' width="{across}" height="{down}" viewBox="0 0 {width} {height}">\n'
        f"<title>{escape_xml(clean(poster.title))}</title>\n"
    )
    paper = _colour(poster.look.paper)
    yield from _layer("Paper", [f'<rect width="{width}" height="{height}" fill="{paper}"/>\n'])
    yield from _layer("Density", _density(poster))
    yield from _layer("Outlines", _outlines(poster))
    yield from _layer("Pictures", _pictures(poster, slice(poster.on_map), addresses))
    texts = {"tag": poster.tags, "name": poster.names}
    if poster.leaders:
        yield from _layer("Leaders", _drawings("leader", poster.leaders, poster))
    yield from _layer("Halos", (halo for each in texts.items() for halo in _halos(*each)))
    yield from _layer("Tags", _texts("tag", poster.tags, poster.typesetter))
    yield from _layer("Names", _texts("name", poster.names, poster.typesetter))
    if poster.drawings:
        yield from _layer("Annotations", _drawings("annotation", poster.drawings, poster))
    yield from _layer("Legend", _legend(poster, addresses))
    yield from _layer("Title", _texts("title", poster.margins, poster.typesetter))
    yield "</svg>\n"


def _layer(name: str, elements: Iterable[str]) -> Iterator[str]:
    yield f'<g id="{name.lower()}" inkscape:groupmode="layer" inkscape:label="{name}">\n'
    yield from elements
    yield "</g>\n"


def _density(poster: Composition) -> Iterator[str]:
    if poster.density is None:
        return
    encoded = BytesIO()
    Image.fromarray(poster.density).save(encoded, "PNG")
    width, height = poster.canvas.width, poster.canvas.height
    yield (
        f'<image x="0" y="0" width="{width}" height="{height}" preserveAspectRatio="none"'
        f' xlink:href="data:image/png;base64,{b64encode(encoded.getvalue()).decode()}"/>\n'
    )


def _outlines(poster: Composition) -> Iterator[str]:
    look = poster.look
    for number, ring in enumerate(poster.rings):
        colour = _colour(ring.colour)
        area = f'"{colour}" fill-opacity="{look.fill}"' if ring.is_filled else '"none"'
        yield (
            f'<path id="outline-{number}" class="cluster-{ring.cluster}" d="{_path(ring)}"'
            f' fill={area} stroke="{colour}"'
            f' stroke-opacity="{look.stroke}" stroke-width="{_number(ring.line)}"'
            ' stroke-linejoin="round"/>\n'
        )


def _path(ring: Ring) -> str:
    pieces = curves(ring.points)
    start = " ".join(_number(part) for part in pieces[0, 0])
    steps = (" ".join(_number(part) for part in piece[1:].ravel()) for piece in pieces)
    return f"M{start}" + "".join(f"Q{step}" for step in steps) + "Z"


def _pictures(poster: Composition, some: slice, addresses: Iterator[str | None]) -> Iterator[str]:
    """Some pictures in their boxes, a plain rectangle for each that cannot be read.

    Their addresses are the next ones.
    """
    if not poster.opacity:
        return
    opacity = f' opacity="{poster.opacity}"' if poster.opacity < 1 else ""
    blank = _colour(poster.look.blank)
    for left, top, right, bottom in poster.boxes[some].tolist():
        address = next(addresses)
        box = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"{opacity}'
        if address is None:
            yield f'<rect {box} fill="{blank}"/>\n'
        else:
            yield f'<image {box} preserveAspectRatio="none" xlink:href="{escape_xml(address)}"/>\n'


def _legend(poster: Composition, addresses: Iterator[str | None]) -> Iterator[str]:
    for patch in poster.legend.patches:
        left, top, right, bottom = patch.box
        box = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'
        yield f'<rect {box} fill="{_colour(patch.colour)}"/>\n'
    yield from _pictures(poster, slice(poster.on_map, None), addresses)
    yield from _drawings("mark", poster.legend.marks, poster)
    yield from _texts("legend", poster.legend.texts, poster.typesetter)


def _drawings(kind: str, drawings: Sequence[Drawing], poster: Composition) -> Iterator[str]:
    """Annotations, each a group that can be moved as a whole."""
    for number, drawing in enumerate(drawings):
        name = f"{kind}-{number}"
        yield f'<g id="{name}" class="{drawing.kind}">\n'
        for shape in drawing.shapes:
            yield _shape(shape, _colour(drawing.colour))
        if drawing.has_halo:
            yield from _halos(f"{name}-text", drawing.texts)
        yield from _texts(f"{name}-text", drawing.texts, poster.typesetter)
        yield "</g>\n"


def _shape(shape: Shape, colour: str) -> str:
    match shape:
        case Stroke(points=points, width=width, is_closed=is_closed):
            return (
                f'<path d="{_polygon(points, is_closed=is_closed)}" fill="none" stroke="{colour}"'
                f' stroke-width="{_number(width)}" stroke-linejoin="round"'
                ' stroke-linecap="round"/>\n'
            )
        case Area(points=points, opacity=opacity):
            thin = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
            return f'<path d="{_polygon(points, is_closed=True)}" fill="{colour}"{thin}/>\n'
        case Disc(centre=centre, radius=radius):
            x, y = (_number(each) for each in centre)
            place = f'cx="{x}" cy="{y}" r="{_number(radius)}"'
            return f'<circle {place} fill="{colour}"/>\n'


def _polygon(points: NDArray[np.float64], *, is_closed: bool) -> str:
    steps = (f"{_number(x)} {_number(y)}" for x, y in points.tolist())
    return f"M{'L'.join(steps)}{'Z' if is_closed else ''}"


def _halos(kind: str, blocks: Placed) -> Iterator[str]:
    for number, (block, _, _) in enumerate(blocks):
        yield (
            f'<use xlink:href="#{kind}-{number}" stroke="{_colour(block.halo)}"'
            f' stroke-width="{2 * block.halo_width}" stroke-linejoin="round"/>\n'
        )


def _texts(kind: str, blocks: Placed, typesetter: Typesetter) -> Iterator[str]:
    for number, (block, left, top) in enumerate(blocks):
        anchor = "middle" if block.centred else "start"
        lines = "".join(_lines(block, left, top, typesetter))
        yield (
            f'<text id="{kind}-{number}" font-family="{_families(block, typesetter)}"'
            f' font-stretch="condensed" text-anchor="{anchor}">{lines}</text>\n'
        )


def _families(block: Block, typesetter: Typesetter) -> str:
    """The families of a block's letters: that of the built-in font, then others it needs."""
    needed = typesetter.families(block)
    others = "".join(f", '{escape_xml(each)}'" for each in needed if "'" not in each)
    first, _, last = _FONTS.rpartition(", ")
    return f"{first}{others}, {last}"


def _lines(block: Block, left: int, top: int, typesetter: Typesetter) -> Iterator[str]:
    for line, x, y in typesetter.set_lines(block):
        weight = ' font-weight="bold"' if line.bold else ""
        if is_rtl(line.text):
            weight += ' direction="rtl" unicode-bidi="embed"'
            weight += "" if block.centred else ' text-anchor="end"'
        yield (
            f'<tspan x="{_number(left + x)}" y="{_number(top + y)}" font-size="{line.size}"'
            f'{weight} fill="{_colour(line.ink)}">{escape_xml(line.text)}</tspan>'
        )


def _colour(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _number(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
