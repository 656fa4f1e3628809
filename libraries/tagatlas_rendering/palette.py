"""One colour per cluster, the same in every output."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_rendering.vision import seen_by_readers

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""

# Any two are at least 0.1 apart in OKLab for readers with usual vision and with each of the three
# colour-vision deficiencies (see tagatlas_rendering.vision).
COLOURS: tuple[Colour, ...] = (
    (183, 83, 7),
    (39, 208, 244),
    (99, 45, 149),
    (184, 202, 63),
    (130, 88, 192),
    (11, 106, 112),
    (147, 39, 4),
    (104, 158, 249),
    (151, 161, 8),
    (221, 107, 178),
    (238, 164, 172),
    (9, 146, 114),
)


def cluster_colours(clusters: pl.DataFrame) -> list[Colour]:
    """The colour of each cluster of a map.

    Args:
        clusters: the map's table. Of maps that an older tagatlas made it has no column ``colour``:
            then the largest cluster has the first colour, and after twelve they repeat.
    """
    rows = range(clusters.height)
    numbers = clusters["colour"] if "colour" in clusters.columns else rows
    return [COLOURS[number % len(COLOURS)] for number in numbers]


@cache
def differences() -> NDArray[np.float64]:
    """How far apart any two colours are for the readers who tell them apart least.

    Returns:
        Distances in OKLab, where black and white are 1 apart, shape (12, 12); read-only.
    """
    seen = [colours[:, None] - colours for colours in seen_by_readers(np.array(COLOURS))]
    least = np.linalg.norm(seen, axis=3).min(axis=0)
    least.setflags(write=False)
    return np.asarray(least)
