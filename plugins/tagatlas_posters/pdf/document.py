"""The poster as a PDF document of one page.

Format: ISO 32000-1. Layers are optional content groups (8.11), one for each part of the poster.
Pictures are the JPEG files themselves (7.4.8); cut-outs have a soft mask, and are mixed with white
by it (11.6.5.3).
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pydyf
from PIL import Image

from tagatlas_posters.engine.pictures import Jpeg
from tagatlas_posters.engine.sketches import FILL
from tagatlas_posters.engine.text import clean
from tagatlas_posters.pdf import layers
from tagatlas_posters.pdf.page_fonts import PageFonts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.composition import Composition

_POINTS = 72
"""Per inch."""
_LONGEST_SIDE = 14_400
"""Of a page, in points (ISO 32000-1, annex C)."""


def pdf_document(poster: Composition, detail: float, fonts: PageFonts) -> pydyf.PDF:
    """The document. Its pictures are read while it is written, which can be done once.

    Args:
        poster: what to draw.
        detail: the most pixels of a picture per pixel that it covers.
        fonts: those of its texts.
    """
    pdf = pydyf.PDF()
    if clean(poster.title):
        pdf.info["Title"] = pydyf.String(clean(poster.title))
    pdf.info["Producer"] = pydyf.String("tagatlas")
    width, height = poster.canvas.width, poster.canvas.height
    scale = min(_POINTS / poster.canvas.page.dpi, _LONGEST_SIDE / max(width, height))
    painted = {
        "Paper": layers.paper(poster),
        "Density": layers.density(poster),
        "Outlines": layers.outlines(poster),
        "Pictures": layers.pictures(poster) if poster.opacity else pydyf.Stream(),
        **({"Leaders": layers.leaders(poster, fonts)} if poster.leaders else {}),
        "Halos": layers.halos(poster, fonts),
        "Tags": layers.texts(poster, poster.tags, fonts),
        "Names": layers.texts(poster, poster.names, fonts),
        **({"Annotations": layers.drawings(poster, fonts)} if poster.drawings else {}),
        "Legend": layers.legend(poster, fonts),
        "Title": layers.texts(poster, poster.margins, fonts),
    }
    # In the poster y points down, on the page up.
    turn = f"{scale:f} 0 0 {-scale:f} 0 {height * scale:f} cm".encode()
    groups = _add_layers(pdf, painted, turn)
    look = poster.look
    states = {
        layers.OUTLINE_STATE: pydyf.Dictionary({"ca": look.fill, "CA": look.stroke}),
        layers.FILL_STATE: pydyf.Dictionary({"ca": FILL}),
        layers.PICTURE_STATE: pydyf.Dictionary({"ca": poster.opacity}),
    }
    resources = pydyf.Dictionary(
        {
            "Properties": pydyf.Dictionary(groups),
            "ExtGState": pydyf.Dictionary(states),
            "Font": pydyf.Dictionary(fonts.add_to(pdf)),
            "XObject": pydyf.Dictionary(
                _add_density(pdf, poster)
                | _add_pictures(pdf, poster, detail)
                | fonts.add_pictures_to(pdf)
            ),
        }
    )
    pdf.add_object(resources)
    page = pydyf.Dictionary(
        {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array([0, 0, width * scale, height * scale]),
            "Contents": pydyf.Array([layer.reference for layer in painted.values()]),
            "Resources": resources.reference,
        }
    )
    pdf.add_page(page)
    return pdf


def page_fonts(poster: Composition) -> PageFonts:
    """The fonts that are used."""
    lines = [line for block, _, _ in poster.texts for line in block.lines]
    return PageFonts(lines, poster.typesetter)


def _add_layers(pdf: pydyf.PDF, painted: dict[str, pydyf.Stream], turn: bytes) -> dict[str, bytes]:
    """Make each stream a switchable layer, and return the references to them."""
    groups = {}
    for name, layer in painted.items():
        group = pydyf.Dictionary({"Type": "/OCG", "Name": pydyf.String(name)})
        pdf.add_object(group)
        pdf.add_object(layer)
        groups[name] = group.reference
        layer.stream[:0] = [b"q", turn, f"/OC /{name} BDC".encode()]
        layer.stream += [b"EMC", b"Q"]
    order = pydyf.Array(reversed(groups.values()))  # programs list the topmost layer first
    pdf.catalog["OCProperties"] = pydyf.Dictionary(
        {
            "OCGs": pydyf.Array(groups.values()),
            "D": pydyf.Dictionary({"Order": order, "ON": pydyf.Array(groups.values())}),
        }
    )
    return groups


def _add_pictures(pdf: pydyf.PDF, poster: Composition, detail: float) -> pydyf.Dictionary:
    """Add the pictures, and return the references to them by name."""
    named = pydyf.Dictionary()
    if not poster.opacity:
        return named
    jpegs = poster.jpegs(detail)
    blank = _one_pixel(poster.look.blank)
    for number in range(len(poster.ids)):
        picture = _Picture(jpegs, blank)
        pdf.add_object(picture)
        pdf.add_object(picture.mask)
        named[layers.picture_name(number)] = picture.reference
    return named


def _add_density(pdf: pydyf.PDF, poster: Composition) -> pydyf.Dictionary:
    """Add the density of images, and return the reference to it by name."""
    if poster.density is None:
        return pydyf.Dictionary()
    height, width, _ = poster.density.shape
    facts = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": width,
        "Height": height,
        "ColorSpace": "/DeviceRGB",
        "BitsPerComponent": 8,
        "Interpolate": "true",
    }
    picture = pydyf.Stream([poster.density.tobytes()], facts, compress=True)
    pdf.add_object(picture)
    return pydyf.Dictionary({layers.DENSITY: picture.reference})


class _Picture(pydyf.Object):  # type: ignore[misc] # pydyf has no types
    """The next of some pictures, taken when the document is written, which is in their order.

    Args:
        jpegs: the pictures.
        blank: stands for one that cannot be read.
    """

    def __init__(self, jpegs: Iterator[Jpeg | None], blank: Jpeg) -> None:
        super().__init__()
        self._jpegs = jpegs
        self._blank = blank
        self.mask = _Mask()

    @property
    def data(self) -> bytes:
        """The picture as a PDF stream."""
        jpeg = next(self._jpegs) or self._blank
        facts = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": jpeg.width,
            "Height": jpeg.height,
            "ColorSpace": "/DeviceRGB",
            "BitsPerComponent": 8,
            "Filter": "/DCTDecode",
        }
        if jpeg.alpha is not None:
            self.mask.alpha = jpeg.alpha
            facts["SMask"] = self.mask.reference
        data: bytes = pydyf.Stream([jpeg.data], facts).data
        return data


class _Mask(pydyf.Object):  # type: ignore[misc] # pydyf has no types
    """The opacity of the picture written before it, or an empty object; released when written."""

    def __init__(self) -> None:
        super().__init__()
        self.alpha: NDArray[np.uint8] | None = None

    @property
    def data(self) -> bytes:
        """The opacity as a PDF stream."""
        alpha, self.alpha = self.alpha, None
        if alpha is None:
            return b"<<>>"
        facts = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": alpha.shape[1],
            "Height": alpha.shape[0],
            "ColorSpace": "/DeviceGray",
            "BitsPerComponent": 8,
            "Matte": pydyf.Array([1, 1, 1]),
        }
        data: bytes = pydyf.Stream([alpha.tobytes()], facts, compress=True).data
        return data


def _one_pixel(colour: Colour) -> Jpeg:
    encoded = BytesIO()
    Image.new("RGB", (1, 1), colour).save(encoded, "JPEG", quality=100, subsampling=0)
    return Jpeg(encoded.getvalue(), 1, 1)
