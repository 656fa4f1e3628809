"""One colour per cluster, the same in every output."""

from __future__ import annotations

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""

# Adjacent colours differ in hue and lightness, so that the largest clusters, which come first,
# are distinguishable in print and for most colour-blind readers.
_COLOURS: tuple[Colour, ...] = (
    (200, 85, 61),
    (47, 127, 134),
    (217, 162, 39),
    (91, 94, 166),
    (106, 153, 78),
    (176, 71, 124),
    (74, 144, 196),
    (140, 98, 57),
    (31, 158, 119),
    (224, 123, 57),
    (139, 123, 184),
    (107, 122, 143),
)


def cluster_colour(cluster: int) -> Colour:
    """Colour of a cluster, by its row in ``Map.clusters``. After twelve the colours repeat."""
    return _COLOURS[cluster % len(_COLOURS)]
