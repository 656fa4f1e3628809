"""The pictures of the map, packed on square pages, at several resolutions.

A page with cut-outs has a lower half: how transparent each pixel above is, red on light paper,
green on dark, where a dark picture is shown on white. Pictures are mixed with white by it.
"""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg

from tagatlas.toolkit import stands_out
from tagatlas_posters.engine.look import choose_look
from tagatlas_posters.engine.pictures import load_pixels
from tagatlas_posters.engine.raster.resample import resize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tagatlas import ImageStore
    from tagatlas_web.page.scripts import ScriptFolder

    Pixels = NDArray[np.uint8]
    Picture = tuple[Pixels, Pixels | None]
    """Pixels of a picture, and how transparent they are; None if all are opaque."""

BASE_PIXELS = 1 << 22
"""The most pixels of all small pictures together, which must be loaded to show the map."""

_SMALLEST, _LARGEST_BASE = 4, 64
_BASE_SIDE = 1024
_SHARP_SIDE = 512
_STEP = 4
_QUALITY = 82
_THREADS = 4
_AHEAD = 64
_BLANK = 224
_DARK = choose_look("dark").paper


@dataclass(frozen=True)
class Level:
    """Pictures of one size.

    Attributes:
        name: of its files.
        cell: side of a picture's cell, in pixels.
        side: of a page, in pixels.
        pages: how many there are.
    """

    name: str
    cell: int
    side: int
    pages: int

    def facts(self) -> dict[str, int]:
        """The level's description for the viewer."""
        return {"cell": self.cell, "side": self.side, "pages": self.pages}


def levels_for(images: int, sharpest: int) -> list[Level]:
    """The levels for a number of images: the base, then sharper ones up to ``sharpest`` pixels."""
    base = _LARGEST_BASE
    while base > _SMALLEST and images * base * base > BASE_PIXELS:
        base //= 2
    sizes = sorted({min(_STEP * base, sharpest), sharpest} - {base})
    return [
        _level("base", base, _BASE_SIDE, images),
        *(_level(str(n), size, _SHARP_SIDE, images) for n, size in enumerate(sizes)),
    ]


def _level(name: str, cell: int, side: int, images: int) -> Level:
    in_page = (side // cell) ** 2
    while side > cell and images <= in_page // 4:  # a page that few pictures need is smaller
        side //= 2
        in_page //= 4
    return Level(name, cell, side, -(-images // in_page))


def write_pages(
    store: ImageStore,
    ids: Sequence[str],
    sizes: NDArray[np.float64],
    levels: Sequence[Level],
    scripts: ScriptFolder,
) -> bool:
    """Write all pages of all levels; each picture is decoded once.

    Args:
        store: where the images are.
        ids: of the images.
        sizes: width and height of each on the map, shape (n, 2); its picture gets these
            proportions, its longer side the cell's.
        levels: as from :func:`levels_for`.
        scripts: the folder to write to.

    Returns:
        Whether any page has cut-outs.
    """
    pages = [_Pages(level, scripts) for level in levels]
    for pictures in _in_order(store, ids, sizes, levels):
        for page, picture in zip(pages, pictures, strict=True):
            page.add(picture)
    for page in pages:
        page.finish()
    return any(page.has_cut_outs for page in pages)


class _Pages:
    """The pages of a level; one is in memory at a time."""

    def __init__(self, level: Level, scripts: ScriptFolder) -> None:
        self._level = level
        self._scripts = scripts
        self._written = 0
        self._on_page = 0
        self._page = self._blank()
        self._clear: Pixels | None = None
        self.has_cut_outs = False

    def add(self, picture: Picture) -> None:
        """Put a picture into the next cell."""
        cell, in_row = self._level.cell, self._level.side // self._level.cell
        row, column = divmod(self._on_page, in_row)
        colours, clear = picture
        _fill(self._page, colours, row * cell, column * cell, cell)
        if clear is not None:
            self.has_cut_outs = True
            if self._clear is None:
                self._clear = np.zeros_like(self._page)
            _fill(self._clear, clear, row * cell, column * cell, cell)
        self._on_page += 1
        if self._on_page == in_row * in_row:
            self.finish()

    def finish(self) -> None:
        """Write the page that is being filled, if it has a picture."""
        if not self._on_page:
            return
        halves = [self._page] if self._clear is None else [self._page, self._clear]
        data = simplejpeg.encode_jpeg(
            np.concatenate(halves), quality=_QUALITY, colorsubsampling="444"
        )
        name = f"pages/{self._level.name}-{self._written}"
        self._scripts.write(name, b64encode(data).decode())
        self._written += 1
        self._on_page = 0
        self._page, self._clear = self._blank(), None

    def _blank(self) -> Pixels:
        return np.full((self._level.side, self._level.side, 3), _BLANK, dtype=np.uint8)


def _fill(page: Pixels, picture: Pixels, top: int, left: int, cell: int) -> None:
    """Put a picture into a cell.

    Its last pixels are repeated to the cell's end, so that downscaling the page does not blend its
    edge with the background.
    """
    height, width, _ = picture.shape
    page[top : top + height, left : left + width] = picture
    page[top : top + height, left + width : left + cell] = picture[:, -1:]
    page[top + height : top + cell, left : left + cell] = page[top + height - 1, left : left + cell]


def _in_order(
    store: ImageStore,
    ids: Sequence[str],
    sizes: NDArray[np.float64],
    levels: Sequence[Level],
) -> Iterator[list[Picture]]:
    """The pictures of each image, one for each level; threads make a few of them ahead."""
    cells = [level.cell for level in levels]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="pictures") as executor:
        ahead: deque[Future[list[Picture]]] = deque()
        for image_id, size in zip(ids, sizes, strict=True):
            ahead.append(executor.submit(_pictures, store, image_id, size, cells))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _pictures(
    store: ImageStore, image_id: str, size: NDArray[np.float64], cells: Sequence[int]
) -> list[Picture]:
    width, height = size / max(size)
    wanted = [(max(1, round(cell * width)), max(1, round(cell * height))) for cell in cells]
    pixels = load_pixels(store, image_id, max(wanted))
    if pixels is None:
        pixels = np.full((1, 1, 3), _BLANK, dtype=np.uint8)
    if pixels.shape[2] == 3:
        return [(resize(pixels, *each), None) for each in wanted]
    is_clear = stands_out(pixels[:, :, :3], pixels[:, :, 3], _DARK)
    return [_cut_out(resize(pixels, *each), on_dark=is_clear) for each in wanted]


def _cut_out(pixels: Pixels, *, on_dark: bool) -> Picture:
    """The colours on white of a cut-out, and how transparent they are."""
    clear = np.repeat(255 - pixels[:, :, 3:], 3, axis=2)
    clear[:, :, 1] *= on_dark
    return np.ascontiguousarray(pixels[:, :, :3]), clear
