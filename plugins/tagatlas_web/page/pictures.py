"""The pictures of the map, packed on square pages, at several resolutions.

A page with cut-outs has a lower half: how transparent each pixel above is, red on light paper,
green on dark, where a dark picture has a white rim along its shape. Pictures are mixed with white
by it.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import simplejpeg
from scipy.ndimage import distance_transform_edt

from tagatlas.toolkit import stands_out
from tagatlas_posters.engine.look import choose_look
from tagatlas_posters.engine.pictures import load_many
from tagatlas_posters.engine.raster.resample import resize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from tagatlas import ImageStore
    from tagatlas_web.page.copies import Copies
    from tagatlas_web.page.scripts import ScriptFolder

    Pixels = NDArray[np.uint8]

BASE_PIXELS = 3 << 20
"""The most pixels of all small pictures together, which must be loaded to show the map."""

MANY = 50_000
"""Images of a collection whose sharpest pages are small: where they are looked at closely, there
are so few in view that each comes by itself."""

_SMALLEST, _LARGEST_BASE, _SHARPEST_OF_MANY = 1, 64, 64
_TILED_CELLS = (4, 16, _SHARPEST_OF_MANY)
_BASE_SIDE = 1024
_SHARP_SIDE = 512
_STEP = 4
_QUALITY = 82
_BLOCK = 16
"""Side of a block whose pixels share their colours in a JPEG file with 4:2:0 subsampling."""
_THREADS = 4
_AT_ONCE = 64
"""Images that a thread takes on: as many cells go along a row of a page, or more, or they fill
whole rows."""
_AHEAD = 8
_BLANK = 224
_FAINT = 239
"""How transparent a pixel is from which on it is no part of a shape: soft shadows and glows are."""
_DARK = choose_look("dark").paper
_RIM = 0.05
"""Width of a white rim, as a share of the picture's longer side."""


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
    """The levels for a number of images: the base, then sharper ones up to ``sharpest`` pixels.

    Of more images than :data:`MANY`, pages end at 64 pixels.
    """
    if images > MANY:
        sharpest = min(sharpest, _SHARPEST_OF_MANY)
    base = _LARGEST_BASE
    while base > _SMALLEST and images * base * base > BASE_PIXELS:
        base //= 2
    sizes = [sharpest] if sharpest > base else []
    cell = _STEP * base
    while cell < sharpest:
        sizes.append(cell)
        cell *= _STEP
    return [
        _level("base", base, _BASE_SIDE, images),
        *(_level(str(n), size, _SHARP_SIDE, images) for n, size in enumerate(sorted(sizes))),
    ]


def tiled_levels(images: int) -> list[Level]:
    """The levels of a map in tiles: none must be loaded to show it."""
    return [
        Level(str(number), cell, _SHARP_SIDE, -(-images // (_SHARP_SIDE // cell) ** 2))
        for number, cell in enumerate(_TILED_CELLS)
    ]


def _level(name: str, cell: int, side: int, images: int) -> Level:
    in_page = (side // cell) ** 2
    while side > cell and images <= in_page // 4:  # a page that few pictures need is smaller
        side //= 2
        in_page //= 4
    return Level(name, cell, side, -(-images // in_page))


def shapes_of(sizes: NDArray[np.float64], cell: int) -> NDArray[np.int64]:
    """Width and height of each picture in its cell, in pixels, shape (n, 2).

    Args:
        sizes: as for :func:`write_pages`.
        cell: side of a cell, in pixels.
    """
    shares = sizes / sizes.max(axis=1, keepdims=True)
    shapes: NDArray[np.int64] = (cell * shares).round().astype(np.int64).clip(min=1)
    return shapes


def write_pages(
    store: ImageStore,
    ids: pl.Series,
    sizes: NDArray[np.float64],
    levels: Sequence[Level],
    scripts: ScriptFolder,
    copies: Copies | None = None,
    means: Pixels | None = None,
) -> bool:
    """Write all pages of all levels; each picture is decoded once, in threads.

    Args:
        store: where the images are.
        ids: of the images (String).
        sizes: width and height of each on the map, shape (n, 2); its picture gets these
            proportions, its longer side the cell's.
        levels: as from :func:`levels_for`.
        scripts: the folder to write to.
        copies: are given the files that the pictures were read from.
        means: gets the mean red, green and blue of each picture, shape (n, 3).

    Returns:
        Whether any page has cut-outs.
    """
    cells = [level.cell for level in levels]

    def cut(first: int) -> list[_Cells]:
        some = slice(first, first + _AT_ONCE)
        found = _cells(store, ids[some].to_list(), sizes[some], cells, copies)
        if means is not None:
            means[some] = found[0].colours.mean(axis=(1, 2)).round()
        return found

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="pictures") as executor:
        pages = [_Pages(level, scripts, executor) for level in levels]
        firsts = range(0, len(ids), _AT_ONCE)
        for some in _in_order(executor, cut, firsts):
            for page, part in zip(pages, some, strict=True):
                page.add(part)
        for page in pages:
            page.finish()
    return any(page.has_cut_outs for page in pages)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Pictures in the upper left of their cells, shape (n, cell, cell, 3).

    The last pixels of a picture are repeated to its cell's end, so that downscaling does not blend
    its edge with the background.

    Attributes:
        colours: red, green and blue.
        clear: how transparent the pixels are; None if all are opaque.
    """

    colours: Pixels
    clear: Pixels | None

    def shrunk(self, cell: int) -> _Cells:
        """The same in smaller cells, of which these are a multiple."""
        clear = None if self.clear is None else _shrunk(self.clear, cell)
        return _Cells(_shrunk(self.colours, cell), clear)


class _Pages:
    """The pages of a level; one is filled at a time, those before are encoded meanwhile."""

    def __init__(self, level: Level, scripts: ScriptFolder, executor: ThreadPoolExecutor) -> None:
        self._level = level
        self._scripts = scripts
        self._executor = executor
        self._writing: deque[Future[None]] = deque()
        self._written = 0
        self._on_page = 0
        self._page = self._blank()
        self._clear: Pixels | None = None
        self.has_cut_outs = False

    def add(self, cells: _Cells) -> None:
        """Put pictures into the next cells."""
        in_page = (self._level.side // self._level.cell) ** 2
        done = 0
        while done < len(cells.colours):
            count = min(in_page - self._on_page, len(cells.colours) - done)
            some = slice(done, done + count)
            self._fill(self._page, cells.colours[some])
            if cells.clear is not None:
                self.has_cut_outs = True
                if self._clear is None:
                    self._clear = np.zeros_like(self._page)
                self._fill(self._clear, cells.clear[some])
            self._on_page += count
            done += count
            if self._on_page == in_page:
                self._write()

    def finish(self) -> None:
        """Write the last page, and wait for those before."""
        if self._on_page:
            self._write()
        while self._writing:
            self._writing.popleft().result()

    def _fill(self, page: Pixels, cells: Pixels) -> None:
        cell, in_row = self._level.cell, self._level.side // self._level.cell
        row, column = np.divmod(np.arange(self._on_page, self._on_page + len(cells)), in_row)
        places = page.reshape(in_row, cell, in_row, cell, 3).swapaxes(1, 2)
        places[row, column] = cells

    def _write(self) -> None:
        halves = [self._page] if self._clear is None else [self._page, self._clear]
        name = f"pages/{self._level.name}-{self._written}"
        shares = self._level.cell % _BLOCK == 0 and self._clear is None
        self._writing.append(self._executor.submit(self._encode, name, halves, shares=shares))
        if len(self._writing) > _THREADS:
            self._writing.popleft().result()
        self._written += 1
        self._on_page = 0
        self._page, self._clear = self._blank(), None

    def _encode(self, name: str, halves: Sequence[Pixels], *, shares: bool) -> None:
        data = simplejpeg.encode_jpeg(
            np.concatenate(halves), quality=_QUALITY, colorsubsampling="420" if shares else "444"
        )
        self._scripts.write_picture(name, data)

    def _blank(self) -> Pixels:
        return np.full((self._level.side, self._level.side, 3), _BLANK, dtype=np.uint8)


def _in_order(
    executor: ThreadPoolExecutor, work: Callable[[int], list[_Cells]], firsts: range
) -> Iterator[list[_Cells]]:
    """What threads make of each part, a few ahead."""
    ahead: deque[Future[list[_Cells]]] = deque()
    for first in firsts:
        ahead.append(executor.submit(work, first))
        if len(ahead) > _AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _cells(
    store: ImageStore,
    ids: Sequence[str],
    sizes: NDArray[np.float64],
    cells: Sequence[int],
    copies: Copies | None,
) -> list[_Cells]:
    """The pictures of some images in cells of each size, from small to large."""
    sharpest = cells[-1]
    wanted = shapes_of(sizes, sharpest).tolist()
    colours = np.empty((len(ids), sharpest, sharpest, 3), dtype=np.uint8)
    clear: Pixels | None = None
    read_each = load_many(store, ids, [(width, height) for width, height in wanted])
    for row, (image_id, read) in enumerate(zip(ids, read_each, strict=True)):
        width, height = wanted[row]
        if read is None:
            colours[row] = _BLANK
            continue
        data, pixels = read
        if copies is not None:
            copies.take(image_id, data)
        on_dark = pixels.shape[2] == 4 and stands_out(pixels[:, :, :3], pixels[:, :, 3], _DARK)
        small = resize(pixels, width, height)
        _put(colours[row], small[:, :, :3])
        if small.shape[2] == 4:
            clear = np.zeros_like(colours) if clear is None else clear
            _put(clear[row], _clearness(small, on_dark=on_dark))
    levels = [_Cells(colours, clear)]
    for cell in reversed(cells[:-1]):
        levels.append(levels[-1].shrunk(cell))
    return levels[::-1]


def _put(cell: Pixels, picture: Pixels) -> None:
    height, width, _ = picture.shape
    cell[:height, :width] = picture
    cell[:height, width:] = picture[:, -1:]
    cell[height:] = cell[height - 1]


def _shrunk(cells: Pixels, cell: int) -> Pixels:
    """The mean of all pixels of larger cells that go into one of these."""
    count, old, _, channels = cells.shape
    step = old // cell
    parts = cells.reshape(count, cell, step, cell, step, channels)
    sums = np.full((count, cell, cell, channels), step * step // 2, dtype=np.uint16)
    for down in range(step):
        for right in range(step):
            sums += parts[:, :, down, :, right]
    means: Pixels = (sums // (step * step)).astype(np.uint8)
    return means


def _clearness(pixels: Pixels, *, on_dark: bool) -> Pixels:
    """How transparent a cut-out's pixels are."""
    clear = np.repeat(255 - pixels[:, :, 3:], 3, axis=2)
    if not on_dark:
        clear[:, :, 1] = _beyond_rim(clear[:, :, 1], _RIM * max(pixels.shape[:2]))
    return clear


def _beyond_rim(clear: Pixels, width: float) -> Pixels:
    """How transparent pixels are with a rim of so many pixels around what is not."""
    if clear.min() > _FAINT:
        return clear
    beyond = np.clip(distance_transform_edt(clear > _FAINT) - width, 0, 1)
    return np.minimum(clear, np.round(255 * beyond).astype(np.uint8))
