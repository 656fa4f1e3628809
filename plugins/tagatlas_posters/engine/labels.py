"""Texts of the poster and their positions: title, small print, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas.toolkit import TAG
from tagatlas_posters.engine.text import Block, Line, clean

if TYPE_CHECKING:
    from tagatlas import Map
    from tagatlas_posters.engine.canvas import Canvas
    from tagatlas_posters.engine.look import Look
    from tagatlas_posters.engine.placement import Box
    from tagatlas_posters.engine.text import Typesetter

Placed = list[tuple[Block, int, int]]
"""Blocks, each with its left and top pixel."""

# Font sizes, as shares of the poster's width.
_TITLE, _SUBTITLE, _SMALL = 0.026, 0.0115, 0.0085
_TAG_LEAST, _TAG_MOST = 0.005, 0.012
_TAG_WIDTH = 11
"""The longest tag, in ems."""
_MOST_TAGS = 1000


def heading(
    map_: Map, canvas: Canvas, look: Look, typesetter: Typesetter, title: str, subtitle: str
) -> Placed:
    """Title, subtitle and what is on the map, at the top left; empty without a title."""
    size, smaller = pixels(canvas, _TITLE), pixels(canvas, _SUBTITLE)
    left, _, right, _ = canvas.area
    titles = typesetter.wrap(title, size, bold=True, width=right - left, most=1)
    if not titles:
        return []
    below = typesetter.wrap(subtitle, smaller, bold=False, width=right - left, most=1)
    images, shown = map_.images.height, _shown(map_)
    facts = f"{many(images, 'image')} in {map_.clusters_in_words}"
    if shown < images:
        facts += f", {shown:,} of them shown"
    if left_out := map_.provenance.left_out_text:
        facts = typesetter.wrap(
            f"{facts}; {left_out}", smaller, bold=False, width=right - left, most=1
        )[0]
    lines = (
        Line(titles[0], size, look.ink, bold=True),
        *(Line(each, smaller, look.ink) for each in below),
        Line(facts, smaller, look.soft_ink),
    )
    block = Block(lines, look.paper, centred=False)
    return [(block, left - block.pad, round(left * 0.6))]


def small_print(
    map_: Map, canvas: Canvas, look: Look, typesetter: Typesetter, top: int, origin: str
) -> Placed:
    """Lines at the bottom left: source and date, number of images, placement and tagger.

    Args:
        map_: the map.
        canvas: of the poster.
        look: its colours.
        typesetter: measures the line.
        top: lower end of the content above the line, in pixels.
        origin: source and date; empty for none.
    """
    size = pixels(canvas, _SMALL)
    images = map_.images.height
    density = " The shading shows how many lie where." if _shown(map_) < images else ""
    text = (
        f"{origin} {many(images, 'image')} placed by {clean(map_.placed_by)}.{density}"
        f" Tags: {clean(map_.provenance.tagger)}. Made with tagatlas."
    )
    left, _, right, _ = canvas.area
    lines = typesetter.flow(text, size, right - left)
    soft = look.soft_ink
    block = Block(tuple(Line(line, size, soft) for line in lines), look.paper, centred=False)
    middle = (top + canvas.height - typesetter.measure(block)[1]) // 2
    return [(block, left - block.pad, middle)]


def tag_blocks(
    map_: Map, canvas: Canvas, look: Look, typesetter: Typesetter, others: Placed
) -> Placed:
    """The most frequent tags at their positions, except those that collide with another text."""
    tags = map_.nodes.filter(pl.col("shown"), kind=TAG).sort(
        "in_degree", descending=True, maintain_order=True
    )
    tags = tags.head(_MOST_TAGS)
    if tags.is_empty():
        return []
    centres = canvas.pixels(tags.select("x", "y").to_numpy())
    degrees = np.sqrt(tags["in_degree"].to_numpy())
    sizes = (_TAG_MOST * degrees / max(degrees.max(), 1.0)).clip(_TAG_LEAST)
    area = np.array(canvas.area)
    taken = np.array([text_box(other, typesetter) for other in others], dtype=float).reshape(-1, 4)
    placed: Placed = []
    for label, (x, y), part in zip(tags["label"], centres, sizes, strict=True):
        size = pixels(canvas, float(part))
        lines = typesetter.wrap(label, size, bold=False, width=_TAG_WIDTH * size, most=1)
        if not lines:
            continue
        block = Block((Line(lines[0], size, look.ink),), look.paper)
        width, height = typesetter.measure(block)
        tag = (block, round(x - width / 2), round(y - height / 2))
        box = np.array(text_box(tag, typesetter))
        inside = (box[:2] >= area[:2]).all() and (box[2:] <= area[2:]).all()
        apart = (taken[:, :2] >= box[2:]).any(axis=1) | (taken[:, 2:] <= box[:2]).any(axis=1)
        if inside and apart.all():
            taken = np.vstack([taken, box])
            placed.append(tag)
    return placed


def _shown(map_: Map) -> int:
    """Number of images drawn as pictures."""
    return map_.images.filter("shown").height


def text_box(placed: tuple[Block, int, int], typesetter: Typesetter) -> Box:
    """The box of a placed block of text, with its halo."""
    block, left, top = placed
    width, height = typesetter.measure(block)
    return left, top, left + width, top + height


def pixels(canvas: Canvas, part: float) -> int:
    """A font size as a share of the poster's width; at least a readable one."""
    return max(canvas.page.smallest, round(part * canvas.width))


def many(count: int, noun: str) -> str:
    """A number with its noun, in singular or plural."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
