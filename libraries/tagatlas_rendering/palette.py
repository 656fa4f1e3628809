"""One colour per cluster, the same in every output."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

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
