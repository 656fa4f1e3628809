"""The clusters in the legend: how they are arranged, and the pictures that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagatlas import Map
    from tagatlas_posters.engine.placement import Box

# In ems of the entries' font size.
BAR, FACTS_LINE, NAME_LINE, LIST_LINE = 0.3, 1.15, 1.2, 1.55
_LIST_WIDTH, _LIST_GUTTER = 19.5, 1.8
_BETWEEN_PICTURES = 0.35

NAME_LINES = 2
"""Maximum lines of a name on a card."""

_MOST_CARDS, _MOST_LISTED = 60, 120
_PICTURES = 3
_WIDEST = 2.0
"""Largest ratio of width to height at which a picture has the height of the others."""
_THINNEST = 20.0
"""Largest ratio of the sides of a picture; thinner ones are drawn as if they had it."""
_SCALES = (1.0, 0.9, 0.8, 0.7, 0.6)
"""Font sizes that are tried, as shares of the legend's; none is below the poster's smallest."""


@dataclass(frozen=True)
class CardStyle:
    """Measures of cards, in ems.

    Attributes:
        narrowest, widest: widths of a card.
        gutter: between two of them.
        under_bar: between the bar and the name.
        above_pictures: between the text and the pictures.
        lowest, highest: heights of pictures, which grow with the width of the card.
        below: between two rows of cards.
    """

    narrowest: float
    widest: float
    gutter: float
    under_bar: float
    above_pictures: float
    lowest: float
    highest: float
    below: float


_STYLES = (
    CardStyle(11.5, 22.0, 1.7, 0.42, 0.45, 3.2, 5.0, 1.6),
    CardStyle(9.5, 14.0, 1.2, 0.35, 0.35, 2.3, 2.8, 1.1),
)
"""The first is taken if there is room for it."""


@dataclass(frozen=True)
class Arrangement:
    """Columns of entries.

    Attributes:
        size: font size in pixels.
        columns, rows: of entries, each at least 1.
        listed: number of clusters with an entry; the rest are summed up in one more.
        step: from one column to the next, in pixels.
        width: of an entry, in pixels.
        cards: style of entries that are cards with pictures, in rows; None for the lines of a
            list, in columns.
    """

    size: int
    columns: int
    rows: int
    listed: int
    step: float
    width: float
    cards: CardStyle | None = None


def arrange(
    clusters: int, room: float, highest: float, em: int, smallest: int, *, has_pictures: bool
) -> Arrangement:
    """Arrange the entries of clusters: as cards, else as a list, as large as there is room for.

    Args:
        clusters: number of them, at least 1.
        room: width in pixels.
        highest: height in pixels; exceeded only by a single row.
        em: the largest font size, in pixels.
        smallest: the smallest, in pixels.
        has_pictures: whether entries may be cards.
    """
    sizes = list(dict.fromkeys(max(smallest, round(em * scale)) for scale in _SCALES))
    if has_pictures and clusters <= _MOST_CARDS:
        for style in _STYLES:
            for size in sizes:
                found = _cards(clusters, room, size, style)
                if found.rows * card_height(found, style, NAME_LINES) <= highest:
                    return found
    shown = min(clusters, _MOST_LISTED)
    for size in sizes:
        found = _list(shown, shown + (shown < clusters), room, size)
        if found.rows * LIST_LINE * size <= highest:
            return found
    # Too many for the page: as many as there is room for.
    size = sizes[-1]
    rows = max(1, int(highest / (LIST_LINE * size)))
    entries = rows * _columns(room, size, _LIST_WIDTH, _LIST_GUTTER)
    return _list(min(clusters, entries - 1), entries, room, size)


def _cards(clusters: int, room: float, size: int, style: CardStyle) -> Arrangement:
    """Cards of one size, the rows about equally long."""
    rows = -(-clusters // _columns(room, size, style.narrowest, style.gutter))
    columns = -(-clusters // rows)
    gutter = style.gutter * size
    step = min((room + gutter) / columns, style.widest * size + gutter)
    return Arrangement(size, columns, rows, clusters, step, step - gutter, style)


def _list(listed: int, entries: int, room: float, size: int) -> Arrangement:
    """A list of one size."""
    columns = _columns(room, size, _LIST_WIDTH, _LIST_GUTTER)
    gutter = _LIST_GUTTER * size
    step = (room + gutter) / columns
    return Arrangement(size, columns, -(-entries // columns), listed, step, step - gutter)


def _columns(room: float, size: int, width: float, gutter: float) -> int:
    return max(1, int((room + gutter * size) / ((width + gutter) * size)))


def pictures_top(style: CardStyle, lines: int) -> float:
    """Upper end of the pictures below that of their card, whose name has so many lines; in ems."""
    return BAR + style.under_bar + lines * NAME_LINE + FACTS_LINE + style.above_pictures


def picture_height(arrangement: Arrangement, style: CardStyle) -> float:
    """Height of the pictures of cards, in pixels."""
    across = (arrangement.width / arrangement.size - 2 * _BETWEEN_PICTURES) / _PICTURES
    return min(max(across, style.lowest), style.highest) * arrangement.size


def card_height(arrangement: Arrangement, style: CardStyle, lines: int) -> float:
    """Height of a card whose name has so many lines, with the gap below it, in pixels."""
    around = (pictures_top(style, lines) + style.below) * arrangement.size
    return around + picture_height(arrangement, style)


def typical_pictures(map_: Map, clusters: int) -> list[list[tuple[str, float]]]:
    """Up to three images that stand for each of the first clusters, the most typical first.

    Only images that are drawn on the map and not hidden; each with its width as a share of its
    height.
    """
    is_seen = pl.col("shown") & ~pl.col("id").is_in(list(map_.hidden))
    drawn = map_.images.lazy().filter(is_seen, pl.col("cluster") < clusters)
    listed = (
        map_.clusters.lazy()
        .select("cluster", id="typical")
        .explode("id")
        .with_row_index("rank")
        .select("id", "cluster", pl.col("rank").cast(pl.Int64))
    )
    # Those that the cluster names come first, then others by how typical they are.
    ranked = (
        drawn.join(listed, on=["id", "cluster"], how="left", maintain_order="left")
        .sort("rank", pl.col("typicality").neg(), nulls_last=True, maintain_order=True)
        .group_by("cluster", maintain_order=True)
        .head(_PICTURES)
        .select("cluster", "id", ratio=(pl.col("width") / pl.col("height")).fill_nan(1.0))
        .collect()
    )
    chosen: list[list[tuple[str, float]]] = [[] for _ in range(clusters)]
    for cluster, image, ratio in ranked.iter_rows():
        chosen[cluster].append((image, min(max(ratio, 1 / _THINNEST), _THINNEST)))
    return chosen


def set_pictures(
    pictures: Sequence[tuple[str, float]],
    left: float,
    top: float,
    arrangement: Arrangement,
    style: CardStyle,
) -> Iterator[tuple[str, Box]]:
    """Ids of the pictures of a card and their boxes in pixels, side by side, centred vertically."""
    height, gap = picture_height(arrangement, style), _BETWEEN_PICTURES * arrangement.size
    widths = [min(ratio, _WIDEST) * height for _, ratio in pictures]
    room = arrangement.width - gap * (len(pictures) - 1)
    scale = min(1.0, room / max(sum(widths), 1e-9))
    for (image, ratio), width in zip(pictures, widths, strict=True):
        right, tall = left + width * scale, width * scale / ratio
        x, y = round(left), round(top + (height - tall) / 2)
        yield image, (x, y, max(round(right), x + 1), max(round(y + tall), y + 1))
        left = right + gap
