"""One colour per cluster, the same in every output."""

from __future__ import annotations

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""

# Any two are at least 0.1 apart in OKLab (B. Ottosson, 2020) for readers with usual vision and with
# each of the three colour-vision deficiencies, as simulated by G. Machado et al. (2009) at full
# severity; the first ones, which the largest clusters have, are farther apart.
_COLOURS: tuple[Colour, ...] = (
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


def cluster_colour(cluster: int) -> Colour:
    """Colour of a cluster, by its row in ``Map.clusters``. After twelve the colours repeat."""
    return _COLOURS[cluster % len(_COLOURS)]
