"""The printed page: its size in pixels, and the smallest type in these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.errors import OptionError

if TYPE_CHECKING:
    from tagatlas_posters.engine.options import PosterOptions

_MILLIMETRES = {
    "A4": (210, 297),
    "A3": (297, 420),
    "A2": (420, 594),
    "A1": (594, 841),
    "A0": (841, 1189),
}
"""Width and height of the formats (ISO 216)."""
_INCH = 25.4
_POINT = 1 / 72
_PRINTED, _ON_SCREEN = 300, 96
"""Pixels per inch on paper of a size, and without one, as in browsers and Inkscape."""
_TYPE_SIZE = 5.0
"""Smallest type on paper of a size, in points."""
_SMALLEST = 7
"""Smallest type without one, in pixels."""
_NARROWEST, _WIDEST = 400, 65_536


@dataclass(frozen=True)
class Page:
    """What a poster is printed on.

    Attributes:
        width: in pixels.
        height: in pixels; None if it follows from the map.
        dpi: pixels per inch.
        smallest: font size of the smallest type, in pixels.
        millimetres: printed width and height; None without a paper.
    """

    width: int
    height: int | None = None
    dpi: int = _ON_SCREEN
    smallest: int = _SMALLEST
    millimetres: tuple[int, int] | None = None


def page_of(options: PosterOptions) -> Page:
    """The page that options ask for.

    Raises:
        OptionError: a page has too few or too many pixels, or is turned without having a size.
    """
    if options.paper is None:
        if options.landscape:
            raise OptionError("only paper of a size is turned: give --paper too, such as A3")
        dpi = options.dpi or _ON_SCREEN
        points = options.type_size
        return Page(options.width, None, dpi, _SMALLEST if points is None else _type(points, dpi))
    dpi = options.dpi or _PRINTED
    short, long = _MILLIMETRES[options.paper]
    size = (long, short) if options.landscape else (short, long)
    width, height = (round(each / _INCH * dpi) for each in size)
    if not _NARROWEST <= width <= _WIDEST:
        raise OptionError(
            f"{options.paper} at {dpi} dpi is {width:,} pixels wide, and posters have"
            f" {_NARROWEST:,} to {_WIDEST:,}; choose another --dpi"
        )
    return Page(width, height, dpi, _type(options.type_size or _TYPE_SIZE, dpi), size)


def _type(points: float, dpi: int) -> int:
    """A type size in pixels, rounded up: it is a minimum."""
    return max(1, -int(-(points * _POINT * dpi) // 1))
