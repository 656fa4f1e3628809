"""The scale of image sizes on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas.toolkit import TAG
from tagatlas_posters.engine.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagatlas import Map
    from tagatlas_posters.engine.canvas import Canvas

_ALIKE = 1.05
"""Maximum ratio of the areas of images of the same quantity."""
_UNLIKE = 1.9
"""Minimum ratio of the quantities of successive samples."""


@dataclass(frozen=True)
class SizeSample:
    """A square of the size of an image, and its quantity.

    Attributes:
        side: in pixels.
        text: a quantity, such as ``20 tags``.
    """

    side: int
    text: str


def size_samples(map_: Map, canvas: Canvas) -> list[SizeSample]:
    """Up to three sizes of images of the map, the smallest first.

    Empty if sizes have no meaning, are all the same, or differ for the same quantity. They are
    taken from the images themselves, since the smallest and largest sizes may have been limited.
    """
    quantity = _quantity(map_)
    if quantity is None:
        return []
    column, units = quantity
    area = pl.col("width") * pl.col("height")
    shown = map_.images.lazy().filter("shown").group_by(pl.col(column).alias("quantity"))
    seen = shown.agg(area=area.median(), most=area.max()).sort("quantity").collect()
    if (seen["most"] > _ALIKE * seen["area"]).any():  # smaller ones are very long pictures
        return []  # areas come from the layout, such as the cells of a grid
    amounts, areas = seen["quantity"].to_numpy(), seen["area"].to_numpy()
    sides = np.rint(np.sqrt(areas) * canvas.scale).astype(np.int64)
    # Areas that do not grow with the quantity are at a limit and mean nothing.
    rising = np.flatnonzero(areas[1:] > 1.02 * np.maximum.accumulate(areas)[:-1])
    told = [(int(amounts[row]), int(sides[row])) for row in np.union1d(rising, rising + 1)]
    return [SizeSample(side, f"{amount:,} {units[amount != 1]}") for amount, side in _spread(told)]


def _quantity(map_: Map) -> tuple[str, tuple[str, str]] | None:
    """The column shown by sizes, and its unit in singular and plural."""
    size_by = map_.provenance.settings.get("map.size_by")
    if size_by == "frequency":
        images = map_.images
        is_count = images["frequency"].equals(images["records"], check_names=False)
        return "frequency", ("record", "records") if is_count else ("occurrence", "occurrences")
    if size_by == "in-degree":
        return "in_degree", ("link", "links")
    if size_by == "out-degree":
        ends = map_.nodes["kind"].gather(np.unique(map_.targets))
        is_tagged = ends.len() > 0 and bool((ends == TAG).all())
        noun = clean(map_.provenance.builder.description.node) if is_tagged else "link"
        return "out_degree", (noun, f"{noun}s")
    return None


def _spread(told: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The smallest, the largest, and one between them, if they differ enough."""
    if not told:
        return
    low, *between, high = told
    yield low
    if between and high[0] >= _UNLIKE**2 * max(low[0], 1):
        middle = (max(low[0], 1) * high[0]) ** 0.5
        yield min(between, key=lambda each: abs(each[0] - middle))
    yield high
