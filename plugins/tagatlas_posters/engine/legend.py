"""The legend below the map: clusters with colours and pictures, the scale of sizes, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import Colour, cluster_colours
from tagatlas_posters.engine.cards import (
    BAR,
    LIST_LINE,
    NAME_LINE,
    NAME_LINES,
    arrange,
    card_height,
    pictures_top,
    set_pictures,
    typical_pictures,
)
from tagatlas_posters.engine.drawings import draw_mark
from tagatlas_posters.engine.labels import many, pixels
from tagatlas_posters.engine.look import mix
from tagatlas_posters.engine.sizes import size_samples
from tagatlas_posters.engine.sketches import colour_of, notes_of
from tagatlas_posters.engine.text import BASELINE, LEADING, Block, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas import Map, Note
    from tagatlas_posters.engine.canvas import Canvas
    from tagatlas_posters.engine.cards import Arrangement, CardStyle
    from tagatlas_posters.engine.drawings import Drawing
    from tagatlas_posters.engine.labels import Placed
    from tagatlas_posters.engine.look import Look
    from tagatlas_posters.engine.options import PosterOptions
    from tagatlas_posters.engine.placement import Box
    from tagatlas_posters.engine.sizes import SizeSample
    from tagatlas_posters.engine.text import Typesetter

_TYPE = 0.0092
"""Font size, as a share of the poster's width. The other measures are in ems of it."""
_SMALL = 0.84
_GUTTER = 1.8
_SAMPLES = 11.0
_SWATCH, _INDENT = 0.7, 1.3
_LINE = 1.55
_ABOVE, _UNDER_RULE, _RULE = 2.0, 1.4, 0.06
_LARGEST_SAMPLE = 6.0
_NOTES_COLUMN, _MARK, _NOTES_INDENT = 40.0, 1.3, 2.0
_BETWEEN_NOTES = 0.4
_PAGE_SHARE, _WIDTH_SHARE = 0.42, 0.5
"""Greatest height of the list of clusters, of a page's height and of a poster's width without."""


@dataclass(frozen=True)
class Patch:
    """A rectangle of one colour, in pixels."""

    box: Box
    colour: Colour


@dataclass
class Legend:
    """The strip below the map.

    Attributes:
        patches: a rule, the clusters' colours, boxes of sample sizes.
        texts: its texts.
        marks: marks of the notes.
        pictures: ids of pictures of clusters, with their boxes in pixels.
        bottom: its lower end in pixels; that of the map's area if it is empty.
    """

    bottom: int
    patches: list[Patch] = field(default_factory=list)
    texts: Placed = field(default_factory=list)
    marks: list[Drawing] = field(default_factory=list)
    pictures: list[tuple[str, Box]] = field(default_factory=list)

    @property
    def picture_boxes(self) -> NDArray[np.int64]:
        """Left, top, right and bottom of each picture, shape (n, 4)."""
        return np.array([box for _, box in self.pictures], dtype=np.int64).reshape(-1, 4)


def lay_out_legend(
    map_: Map, canvas: Canvas, look: Look, typesetter: Typesetter, options: PosterOptions
) -> Legend:
    """Set the legend below the map's area: clusters, sizes at their right, then notes."""
    setter = _LegendSetter(canvas, look, typesetter)
    if options.size_scale:
        most = _LARGEST_SAMPLE * setter.em
        setter.add_samples([each for each in size_samples(map_, canvas) if each.side <= most])
    if options.legend:
        setter.add_clusters(map_, has_pictures=options.opacity > 0)
    if options.annotations:
        setter.add_notes(notes_of(map_))
    return setter.legend


class _LegendSetter:
    """Puts the parts of a legend into columns."""

    def __init__(self, canvas: Canvas, look: Look, typesetter: Typesetter) -> None:
        self._look = look
        self._typesetter = typesetter
        self._left, _, self._right, bottom = canvas.area
        self.em = pixels(canvas, _TYPE)
        self._smallest = canvas.page.smallest
        height = canvas.page.height
        self._highest = _PAGE_SHARE * height if height else _WIDTH_SHARE * canvas.width
        self._end = self._right
        self._rule = bottom + self._ems(_ABOVE)
        self._top = self._rule + self._ems(_UNDER_RULE)
        self.legend = Legend(bottom)

    def add_clusters(self, map_: Map, *, has_pictures: bool) -> None:
        """List the clusters, the largest first, left of the samples."""
        room = self._end - self._left
        count, sizes = map_.clusters.height, (self.em, self._smallest)
        arrangement = arrange(count, room, self._highest, *sizes, has_pictures=has_pictures)
        if arrangement.cards is not None:
            self._add_cards(map_, arrangement, arrangement.cards)
        else:
            self._add_list(map_, arrangement)

    def _add_cards(self, map_: Map, arrangement: Arrangement, style: CardStyle) -> None:
        """Cards row by row: a bar of the cluster's colour, its name and size, and pictures."""
        em, columns = arrangement.size, arrangement.columns
        pictures = typical_pictures(map_, arrangement.listed)
        colours = cluster_colours(map_.clusters)
        rows = map_.clusters.select("name", "images", "share").rows()
        wrap, most = self._typesetter.wrap, NAME_LINES
        names = [wrap(row[0], em, bold=True, width=arrangement.width, most=most) for row in rows]
        y = float(self._top)
        for first in range(0, len(rows), columns):
            numbers = range(first, min(first + columns, len(rows)))
            lines = max(len(names[number]) for number in numbers)
            for number in numbers:
                x = self._left + (number - first) * arrangement.step
                self._add_bar(x, y, arrangement.width, BAR * em, colours[number])
                below = y + (BAR + style.under_bar) * em
                ink = mix(colours[number], self._look.ink, self._look.name_ink)
                for line in names[number]:
                    self._write_line(x, below, Line(line, em, ink, bold=True))
                    below += NAME_LINE * em
                _, images, share = rows[number]
                self._write_facts(x, below, f"{many(images, 'image')} · {_percent(share)}", em)
                top = y + pictures_top(style, lines) * em
                self.legend.pictures += set_pictures(pictures[number], x, top, arrangement, style)
            y += card_height(arrangement, style, lines)
        self._reach(round(y - style.below * em))

    def _add_list(self, map_: Map, arrangement: Arrangement) -> None:
        """Names with their swatches and counts, column by column; the smallest ones as one."""
        em, listed = arrangement.size, arrangement.listed
        clusters = map_.clusters.select("name", "images")
        colours = cluster_colours(map_.clusters)
        entries, others = clusters.head(listed).rows(), clusters.slice(listed)
        if others.height:
            has_remainder = map_.remainder is not None and map_.remainder >= listed
            rest = rest_in_words(others.height - has_remainder, has_remainder=has_remainder)
            entries.append((rest, others["images"].sum()))
        for number, (name, images) in enumerate(entries):
            column, row = divmod(number, arrangement.rows)
            x = self._left + round(column * arrangement.step)
            y = self._top + round(row * LIST_LINE * em)
            if number < listed:
                side = _SWATCH * em
                self._add_bar(x, y + 0.3 * em, side, side, colours[number])
            width = arrangement.width - _INDENT * em
            self._write_with_count(x + round(_INDENT * em), y, name, f"{images:,}", width, em)
        self._reach(self._top + round(arrangement.rows * LIST_LINE * em))

    def add_samples(self, samples: Sequence[SizeSample]) -> None:
        """Show sizes with their quantities, at the right."""
        if len(samples) < 2:
            return
        x, y = self._right - self._ems(_SAMPLES), self._top
        self._end = x - self._ems(_GUTTER)
        self._write_facts(x, y, "An image's area", self.em)
        y += self._ems(_LINE)
        widest = max(sample.side for sample in samples)
        for sample in samples:
            height = max(sample.side, self._ems(_LINE))
            upper = y + (height - sample.side) // 2
            box = (x, upper, x + sample.side, upper + sample.side)
            self.legend.patches.append(Patch(box, self._look.blank))
            middle = y + (height - self._ems(_LINE)) // 2
            self._write_facts(x + widest + self._ems(0.8), middle, sample.text, self.em)
            y += height + self._ems(0.35)
        self._reach(y)

    def add_notes(self, notes: Sequence[Note]) -> None:
        """List the notes with their marks, in order, in columns below the rest."""
        if not notes:
            return
        top = self._top if not self.legend.patches else self.legend.bottom + self._ems(_ABOVE / 2)
        room = self._right - self._left + _GUTTER * self.em
        columns = max(1, int(room / ((_NOTES_COLUMN + _GUTTER) * self.em)))
        step = room / columns
        blocks = [self._note_block(note, step) for note in notes]
        heights = [self._typesetter.measure(block)[1] for block in blocks]
        column, y, bottom, done = 0, top, top, 0
        for number, (note, block) in enumerate(zip(notes, blocks, strict=True), start=1):
            height = heights[number - 1]
            # A note goes to the next column if more than half of it exceeds the column's share.
            if done + height / 2 > sum(heights) * (column + 1) / columns:
                column, y = column + 1, top
            self._add_note(number, note, block, self._left + round(column * step), y)
            done, y = done + height, y + height + self._ems(_BETWEEN_NOTES)
            bottom = max(bottom, y)
        self._reach(bottom)

    def _note_block(self, note: Note, step: float) -> Block:
        width = step - (_GUTTER + _NOTES_INDENT) * self.em
        lines = self._typesetter.flow(note.text, self.em, width) or [""]
        ink, paper = self._look.ink, self._look.paper
        return Block(tuple(Line(line, self.em, ink) for line in lines), paper, centred=False)

    def _add_note(self, number: int, note: Note, block: Block, x: int, y: int) -> None:
        diameter = _MARK * self.em
        centre = (x + diameter / 2, y + LEADING / 2 * self.em)
        mark = draw_mark(number, colour_of(note), centre, diameter, self._typesetter)
        self.legend.marks.append(mark)
        left = x + self._ems(_NOTES_INDENT) - block.pad
        self.legend.texts.append((block, left, y - block.pad))

    def _add_bar(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        left, upper = round(x), round(y)
        right, lower = max(round(x + width), left + 1), max(round(y + height), upper + 1)
        self.legend.patches.append(Patch((left, upper, right, lower), colour))

    def _write_with_count(
        self, x: int, y: int, name: str, count: str, width: float, em: int
    ) -> None:
        """Write as much of a name as fits, and a number after it on the same line."""
        small = self._small(em)
        gap = 0.5 * em
        room = width - gap - self._typesetter.length(count, small, bold=False)
        [written] = self._typesetter.wrap(name, em, bold=False, width=room, most=1) or [""]
        self._write_line(x, y, Line(written, em, self._look.ink))
        behind = x + gap + self._typesetter.length(written, em, bold=False)
        self._write_facts(behind, y + BASELINE * (em - small), count, em)

    def _write_facts(self, x: float, y: float, text: str, em: int) -> None:
        self._write_line(x, y, Line(text, self._small(em), self._look.soft_ink))

    def _write_line(self, x: float, y: float, line: Line) -> None:
        block = Block((line,), self._look.paper, centred=False)
        self.legend.texts.append((block, round(x) - block.pad, round(y) - block.pad))

    def _small(self, em: int) -> int:
        return max(round(em * _SMALL), self._smallest)

    def _ems(self, number: float) -> int:
        return round(number * self.em)

    def _reach(self, bottom: int) -> None:
        """Extend the legend to ``bottom``, with a rule above it."""
        if not self.legend.patches or self.legend.patches[0].box[1] != self._rule:
            thick = max(1, self._ems(_RULE))
            box = (self._left, self._rule, self._right, self._rule + thick)
            rule = Patch(box, mix(self._look.paper, self._look.ink, 0.22))
            self.legend.patches.insert(0, rule)
        self.legend.bottom = max(self.legend.bottom, bottom)


def rest_in_words(clusters: int, *, has_remainder: bool) -> str:
    """``and 3 smaller clusters and images in none``: what the legend does not list.

    Args:
        clusters: number of clusters that are not listed.
        has_remainder: whether images in no cluster are not listed either.
    """
    if not clusters:
        return "and images in no cluster"
    rest = f"and {many(clusters, 'smaller cluster')}"
    return f"{rest} and images in none" if has_remainder else rest


def _percent(share: float) -> str:
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"
