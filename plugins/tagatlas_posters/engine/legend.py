"""The legend below the map: clusters with their colours, the scale of sizes, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tagatlas.toolkit import Colour, cluster_colours
from tagatlas_posters.engine.drawings import draw_mark
from tagatlas_posters.engine.labels import many, pixels
from tagatlas_posters.engine.look import mix
from tagatlas_posters.engine.sizes import size_samples
from tagatlas_posters.engine.sketches import colour_of, notes_of
from tagatlas_posters.engine.text import LEADING, Block, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas import Map, Note
    from tagatlas_posters.engine.canvas import Canvas
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
_COLUMN, _GUTTER = 19.5, 1.8
_SAMPLES = 11.0
_SWATCH, _INDENT = 0.7, 1.3
_LINE, _ENTRY = 1.55, 2.75
_ABOVE, _UNDER_RULE, _RULE = 2.0, 1.4, 0.06
_LARGEST_SAMPLE = 6.0
_NOTES_COLUMN, _MARK, _NOTES_INDENT = 40.0, 1.3, 2.0
_BETWEEN_NOTES = 0.4
# Entries have one line instead of two if a column would have more of them than this; beyond the
# maximum, the smallest clusters are summed up.
_ROOMY = 6
_MOST_ENTRIES = 120


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
        bottom: its lower end in pixels; that of the map's area if it is empty.
    """

    bottom: int
    patches: list[Patch] = field(default_factory=list)
    texts: Placed = field(default_factory=list)
    marks: list[Drawing] = field(default_factory=list)


def lay_out_legend(
    map_: Map, canvas: Canvas, look: Look, typesetter: Typesetter, options: PosterOptions
) -> Legend:
    """Set the legend below the map's area: clusters in columns, sizes at the right, then notes."""
    setter = _LegendSetter(canvas, look, typesetter)
    if options.size_scale:
        most = _LARGEST_SAMPLE * setter.em
        setter.add_samples([each for each in size_samples(map_, canvas) if each.side <= most])
    if options.legend:
        setter.add_clusters(map_)
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
        self._end = self._right
        self._rule = bottom + self._ems(_ABOVE)
        self._top = self._rule + self._ems(_UNDER_RULE)
        self.legend = Legend(bottom)

    def add_clusters(self, map_: Map) -> None:
        """List the clusters, the largest first, column by column, left of the samples."""
        clusters = map_.clusters.select("name", "images", "share")
        listed, others = clusters.head(_MOST_ENTRIES), clusters.slice(_MOST_ENTRIES)
        room = self._end - self._left + _GUTTER * self.em
        columns = max(1, int(room / ((_COLUMN + _GUTTER) * self.em)))
        step = room / columns
        rows = -(-(listed.height + bool(others.height)) // columns)
        is_roomy = rows <= _ROOMY
        height = self._ems(_ENTRY if is_roomy else _LINE)
        entries, colours = list(listed.iter_rows()), cluster_colours(map_.clusters)
        if others.height:
            has_remainder = map_.remainder is not None and map_.remainder >= _MOST_ENTRIES
            rest = rest_in_words(others.height - has_remainder, has_remainder=has_remainder)
            entries.append((rest, others["images"].sum(), others["share"].sum()))
        for number, (name, images, share) in enumerate(entries):
            column, row = divmod(number, rows)
            x, y = self._left + round(column * step), self._top + row * height
            if number < listed.height:
                self._add_swatch(x, y, colours[number])
            width = step - (_GUTTER + _INDENT) * self.em
            x += self._ems(_INDENT)
            if is_roomy:
                facts = f"{many(images, 'image')} · {_percent(share)}"
                self._write_within(x, y, name, width)
                self._write(x, y + self._ems(1.2), facts, small=True)
            else:
                self._write_with_count(x, y, name, f"{images:,}", width)
        self._reach(self._top + rows * height)

    def add_samples(self, samples: Sequence[SizeSample]) -> None:
        """Show sizes with their quantities, at the right."""
        if len(samples) < 2:
            return
        x, y = self._right - self._ems(_SAMPLES), self._top
        self._end = x - self._ems(_GUTTER)
        self._write(x, y, "An image's area", small=True)
        y += self._ems(_LINE)
        widest = max(sample.side for sample in samples)
        for sample in samples:
            height = max(sample.side, self._ems(_LINE))
            upper = y + (height - sample.side) // 2
            box = (x, upper, x + sample.side, upper + sample.side)
            self.legend.patches.append(Patch(box, self._look.blank))
            middle = y + (height - self._ems(_LINE)) // 2
            self._write(x + widest + self._ems(0.8), middle, sample.text, small=True)
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

    def _add_swatch(self, x: int, y: int, colour: Colour) -> None:
        side = self._ems(_SWATCH)
        upper = y + self._ems(0.3)
        self.legend.patches.append(Patch((x, upper, x + side, upper + side), colour))

    def _write_with_count(self, x: int, y: int, name: str, count: str, width: float) -> None:
        """Write a name, and a number after it on the same line."""
        gap = 0.5 * self.em
        room = width - gap - self._length(count, small=True)
        behind = x + gap + self._length(self._write_within(x, y, name, room), small=False)
        self._write(round(behind), y + self._ems(0.14), count, small=True)

    def _write_within(self, x: int, y: int, text: str, width: float) -> str:
        """Write as much of a text as fits a line of that width; returns it."""
        lines = self._typesetter.wrap(text, self.em, bold=False, width=width, most=1)
        written = lines[0] if lines else ""
        self._write(x, y, written, small=False)
        return written

    def _write(self, x: int, y: int, text: str, *, small: bool) -> None:
        ink = self._look.soft_ink if small else self._look.ink
        block = Block((Line(text, self._size(small=small), ink),), self._look.paper, centred=False)
        self.legend.texts.append((block, x - block.pad, y - block.pad))

    def _length(self, text: str, *, small: bool) -> float:
        return self._typesetter.length(text, self._size(small=small), bold=False)

    def _size(self, *, small: bool) -> int:
        return max(round(self.em * _SMALL), self._smallest) if small else self.em

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
