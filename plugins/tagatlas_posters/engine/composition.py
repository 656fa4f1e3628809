"""The composition of a poster, in pixels: drawn by every format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import cluster_colours, count
from tagatlas_posters.engine.canvas import MAX_PIXELS, Canvas, fit_canvas
from tagatlas_posters.engine.density import density_field
from tagatlas_posters.engine.drawings import draw_sketch
from tagatlas_posters.engine.fonts import Fonts, note_on_fonts
from tagatlas_posters.engine.labels import Placed, heading, small_print, tag_blocks
from tagatlas_posters.engine.legend import Legend, lay_out_legend
from tagatlas_posters.engine.look import Look, choose_look
from tagatlas_posters.engine.names import Names, place_names
from tagatlas_posters.engine.outlines import Ring, cluster_rings
from tagatlas_posters.engine.own_pixels import within_pixels
from tagatlas_posters.engine.page import page_of
from tagatlas_posters.engine.pictures import load_jpegs
from tagatlas_posters.engine.sketches import sketch_annotations
from tagatlas_posters.engine.text import Typesetter, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tagatlas import ImageStore, Map
    from tagatlas_posters.engine.drawings import Drawing
    from tagatlas_posters.engine.options import PosterOptions
    from tagatlas_posters.engine.pictures import Jpeg

_MOST_FITS = 3
"""How often map and legend are fitted to a page: the scale of sizes follows the map's scale."""


@dataclass(frozen=True, eq=False)
class Composition:
    """Contents of the poster, in painting order; positions and sizes are in pixels.

    Attributes:
        canvas: size of the poster.
        look: its colours.
        title: one line; empty for none.
        density: density of the images as red, green and blue, shape (h, w, 3), to be stretched
            over the whole canvas; None if all images are shown.
        rings: outlines of the clusters, before smoothing.
        ids: of the pictures: the shown images, the largest first so that small ones stay visible,
            then those of the legend.
        boxes: left, top, right and bottom of each picture, int64, shape (n, 4).
        opacity: of the images, in [0, 1].
        store: holds the images.
        tags: tags at their positions.
        names: names of the clusters.
        leaders: lines that lead to some of them.
        drawings: annotations.
        margins: title and small print.
        legend: clusters, notes and sizes, below the map.
        typesetter: measures the text.
    """

    canvas: Canvas
    look: Look
    title: str
    density: NDArray[np.uint8] | None
    rings: Sequence[Ring]
    ids: Sequence[str]
    boxes: NDArray[np.int64]
    opacity: float
    store: ImageStore
    tags: Placed
    names: Placed
    leaders: Sequence[Drawing]
    drawings: Sequence[Drawing]
    margins: Placed
    legend: Legend
    typesetter: Typesetter

    @property
    def on_map(self) -> int:
        """Number of the pictures that are on the map: the first ones."""
        return len(self.ids) - len(self.legend.pictures)

    @property
    def texts(self) -> Placed:
        """All blocks of text."""
        drawn = [*self.drawings, *self.legend.marks]
        on_map = [*self.tags, *self.names, *(text for each in drawn for text in each.texts)]
        return [*on_map, *self.margins, *self.legend.texts]

    def notes(self, file: str) -> list[str]:
        """Notes for the user on characters that no font has, in a file that is drawn from this."""
        lacking = self.typesetter.fonts.lacking(self.lines)
        return note_on_fonts(file, lacking, "name a font that has them with --font")

    @property
    def lines(self) -> list[str]:
        """The text of all lines."""
        return [line.text for block, _, _ in self.texts for line in block.lines]

    def jpegs(self, detail: float) -> Iterator[Jpeg | None]:
        """The pictures as JPEG files, in the order of ``ids``; None for unreadable ones.

        Args:
            detail: maximum pixels of a file per pixel of its box, along each side.
        """
        sizes = np.ceil((self.boxes[:, 2:] - self.boxes[:, :2]) * detail).astype(np.int64)
        return load_jpegs(self.store, self.ids, sizes, self.look.paper)


def compose(map_: Map, options: PosterOptions, most_pixels: int = MAX_PIXELS) -> Composition:
    """Compose the poster of a map.

    Raises:
        OptionError: the poster would have more than ``most_pixels``, or a font cannot be read.
    """
    look, typesetter = (
        choose_look(options.background),
        Typesetter(Fonts([*map(Path, options.font)])),
    )
    title = map_.collection if options.title is None else options.title
    part = f"Part of the collection: {map_.part}" if map_.part else ""
    subtitle = " · ".join(each for each in (options.subtitle, part) if each)
    outlines = map_.outlines if options.outlines else {}
    images = map_.images
    shown = images.filter("shown")
    sketches = sketch_annotations(map_, typesetter) if options.annotations else []
    corners = [corner for sketch in sketches for corner in (sketch.low, sketch.high)]
    page = page_of(options)

    def fitted(below: int) -> tuple[Canvas, Legend]:
        """The canvas with so many rows below the map's area, and its legend."""
        canvas = fit_canvas(
            images,
            outlines,
            page,
            has_title=bool(clean(title)),
            has_subtitle=bool(clean(subtitle)),
            corners=corners,
            below=below,
        )
        return canvas, lay_out_legend(map_, canvas, look, typesetter, options)

    canvas, legend = fitted(0)
    for _ in range(_MOST_FITS if page.height else 0):
        canvas, legend = fitted(legend.bottom - canvas.area[3])
    canvas = canvas.extended(legend.bottom - canvas.area[3])
    canvas.check_size(most_pixels)
    boxes, reduced = within_pixels(map_.store, shown["id"].to_list(), canvas.boxes(shown))
    order = np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(axis=1), kind="stable")
    examples = [image for image, _ in legend.pictures]
    example_boxes, _ = within_pixels(map_.store, examples, legend.picture_boxes)
    drawings = [draw_sketch(sketch, canvas, look, typesetter) for sketch in sketches]
    taken = [text for drawing in drawings for text in drawing.texts]
    names = Names([], [])
    if options.names:
        names = place_names(map_, boxes, canvas, look, typesetter, taken, drawings)
    taken += names.blocks
    tags = tag_blocks(map_, canvas, look, typesetter, taken) if options.show_tags else []
    colours = cluster_colours(map_.clusters)
    margins = heading(map_, canvas, look, typesetter, title, subtitle)
    margins += small_print(map_, canvas, look, typesetter, legend.bottom, _origin(options, reduced))
    return Composition(
        canvas=canvas,
        look=look,
        title=title,
        density=density_field(images, colours, canvas, look)
        if shown.height < images.height
        else None,
        rings=cluster_rings(map_, canvas) if options.outlines else [],
        ids=[*shown["id"].gather(order), *examples],
        boxes=np.concatenate([boxes[order], example_boxes]),
        opacity=options.opacity,
        store=map_.store,
        tags=tags,
        names=names.blocks,
        leaders=names.leaders,
        drawings=drawings,
        margins=margins,
        legend=legend,
        typesetter=typesetter,
    )


def _origin(options: PosterOptions, reduced: int) -> str:
    """Source and date in words, and how many pictures have too few pixels; empty for none."""
    source, date = clean(options.image_source).rstrip("."), clean(options.date).rstrip(".")
    said = ", ".join(each for each in (f"Source: {source}" if source else "", date) if each)
    few = f"{count(reduced, 'image')} drawn smaller: they have no more pixels." if reduced else ""
    return f"{said}. {few}".strip() if said else few
