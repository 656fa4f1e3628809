"""The posters against Pillow with one large canvas: time, peak memory and size of files.

All draw the same pictures from the same store at the same places. The poster and the reference
resize them with the same filter and write a PNG, and the tiles are JPEG files; SVG and PDF embed
the pictures as JPEG files. The reference is Pillow alone, in one thread: it decodes with ``draft``,
pastes into a canvas of the poster's size and saves that with ``compress_level=1``. ``decode`` is
the decoding alone of all pictures in one thread, by the poster's decoder.

Every run is a process of its own; runs take turns; medians are printed. Pictures are drawn, not
photographed, so files are smaller than with photographs. There are a few hundred of them, which
come again in turn; every image is decoded on its own all the same, in all that is measured::

    python benchmarks/render.py --images 10000 --width 16384
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from tagatlas.contracts import Map, Provenance, Variant
from tagatlas.testing import MemoryStore
from tagatlas_posters.deepzoom import DeepZoomOptions
from tagatlas_posters.deepzoom.renderer import DeepZoomRenderer
from tagatlas_posters.engine import PosterOptions, VectorOptions
from tagatlas_posters.engine.canvas import fit_canvas
from tagatlas_posters.engine.page import Page
from tagatlas_posters.engine.pictures import load_pixels
from tagatlas_posters.pdf.renderer import PdfRenderer
from tagatlas_posters.poster import PosterRenderer
from tagatlas_posters.svg import SvgOptions, SvgRenderer

DISTINCT = 400


def pictures() -> list[bytes]:
    """Thumbnails of noise and gradients, 256 pixels on the longer side."""
    made = []
    for number in range(DISTINCT):
        dice = np.random.default_rng(number)
        height, width = (256, 192) if number % 3 == 0 else (192, 256)
        coarse = dice.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        noise = dice.normal(0, 8, (height, width, 3))
        noisy = Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
        encoded = BytesIO()
        noisy.save(encoded, "JPEG", quality=85)
        made.append(encoded.getvalue())
    return made


def grid_map(images: int) -> Map:
    """Pictures on a loose grid, without overlaps, clusters, tags or edges."""
    store, thumbnails = MemoryStore(), pictures()
    ids = [sha256(str(row).encode()).hexdigest() for row in range(images)]
    for row, image_id in enumerate(ids):
        store.put(image_id, Variant.THUMBNAIL, thumbnails[row % DISTINCT])
    side = int(np.ceil(np.sqrt(images)))
    rows = np.arange(images)
    is_upright = rows % DISTINCT % 3 == 0
    nodes = pl.DataFrame(
        {
            "id": ids,
            "kind": ["image"] * images,
            "label": ids,
            "x": (rows % side).astype(float),
            "y": (rows // side).astype(float),
            "width": np.where(is_upright, 0.675, 0.9),
            "height": np.where(is_upright, 0.9, 0.675),
            "cluster": np.zeros(images, dtype=np.int32),
            "shown": np.ones(images, dtype=np.bool_),
        }
    )
    clusters = pl.DataFrame(
        {
            "cluster": [0],
            "name": ["all"],
            "images": [images],
            "share": [1.0],
            "x": [0.0],
            "y": [0.0],
        }
    )
    none = np.empty(0, dtype=np.int32)
    return Map(
        name="grid",
        collection="grid",
        nodes=nodes,
        sources=none,
        targets=none,
        weights=none.astype(np.float32),
        directed=True,
        clusters=clusters,
        subclusters=pl.DataFrame(),
        stability=1.0,
        outlines={},
        tags=pl.LazyFrame(),
        records=pl.DataFrame(),
        provenance=Provenance([], {}, None, images, {}, "none", "none", {}, {}),
        store=store,
    )


def poster(map_: Map, width: int, folder: Path) -> None:
    """What is measured."""
    PosterRenderer(PosterOptions(width=width)).render(map_, folder)


def svg(map_: Map, width: int, folder: Path) -> None:
    """The same as SVG."""
    SvgRenderer(SvgOptions(width=width)).render(map_, folder)


def pdf(map_: Map, width: int, folder: Path) -> None:
    """The same as PDF."""
    PdfRenderer(VectorOptions(width=width)).render(map_, folder)


def deepzoom(map_: Map, width: int, folder: Path) -> None:
    """The same as tiles."""
    DeepZoomRenderer(DeepZoomOptions(width=width)).render(map_, folder)


def decode(map_: Map, width: int, folder: Path) -> None:
    """What decoding alone takes."""
    canvas = fit_canvas(map_.images, {}, Page(width), has_title=True)
    boxes = canvas.boxes(map_.images).tolist()
    for image_id, (left, top, right, bottom) in zip(map_.images["id"], boxes, strict=True):
        assert load_pixels(map_.store, image_id, (right - left, bottom - top)) is not None
    (folder / "nothing").touch()


def load_picture(map_: Map, image_id: str, size: tuple[int, int]) -> Image.Image:
    """A picture as Pillow alone loads it: scaled while it is decoded, then by the same filter."""
    data = BytesIO(map_.store.get(image_id, Variant.THUMBNAIL))
    with Image.open(data, formats=("JPEG",)) as picture:
        picture.draft("RGB", size)
        return picture.resize(size, Image.Resampling.HAMMING)


def pillow(map_: Map, width: int, folder: Path) -> None:
    """The reference."""
    canvas = fit_canvas(map_.images, {}, Page(width), has_title=True)
    whole = Image.new("RGB", (canvas.width, canvas.height), (250, 248, 244))
    boxes = canvas.boxes(map_.images)
    for image_id, (left, top, right, bottom) in zip(map_.images["id"], boxes, strict=True):
        picture = load_picture(map_, image_id, (int(right - left), int(bottom - top)))
        whole.paste(picture, (int(left), int(top)))
    whole.save(folder / "map.png", compress_level=1)


Draw = Callable[[Map, int, Path], None]
Figures = tuple[float, float, float, float]
"""Seconds, seconds of processors, MB of peak memory, MB of files."""


def measure(draw: Draw, images: int, width: int) -> Figures:
    """Run in a fresh process, whose memory before the drawing is taken off."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (draw, images, width))


def _measured(draw: Draw, images: int, width: int) -> Figures:
    map_ = grid_map(images)
    with tempfile.TemporaryDirectory() as folder:
        draw(grid_map(1), 400, Path(folder))  # imports and caches are not what is measured
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start, busy = time.perf_counter(), time.process_time()
        draw(map_, width, Path(folder))
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        files = [path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()]
        return seconds, busy, peak / 1024, sum(files) / 1e6


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=16_384)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    draws: dict[str, Draw] = {
        "poster": poster,
        "deepzoom": deepzoom,
        "svg": svg,
        "pdf": pdf,
        "decode": decode,
        "pillow": pillow,
    }
    figures: dict[str, list[Figures]] = {name: [] for name in draws}
    for _ in range(options.runs):
        for name, draw in draws.items():
            figures[name].append(measure(draw, options.images, options.width))
    medians = {
        name: tuple(statistics.median(column) for column in zip(*rows, strict=True))
        for name, rows in figures.items()
    }
    print(
        f"{options.images:,} images, {options.width:,} pixels wide, medians of {options.runs}, on"
        f" {os.cpu_count()} processors with a load of {os.getloadavg()[0]:.1f}"
    )
    for name, (seconds, busy, peak, size) in medians.items():
        print(
            f"{name:8} {seconds:7.2f} s   {busy:7.2f} s of processors"
            f"   {peak:7.0f} MB above start   {size:6.1f} MB of files"
        )
    for name in ("poster", "deepzoom", "svg", "pdf"):
        faster, lighter, memory, size = (
            medians["pillow"][column] / medians[name][column] for column in range(4)
        )
        print(
            f"{name}: {faster:.1f} times as fast as Pillow, {lighter:.1f} times by processors'"
            f" time, with {1 / memory:.2f} of the memory; files {1 / size:.2f} times as large"
        )
    share = medians["decode"][1] / medians["poster"][1]
    print(f"decoding alone is {share:.0%} of the poster's processors' time")


if __name__ == "__main__":
    main()
