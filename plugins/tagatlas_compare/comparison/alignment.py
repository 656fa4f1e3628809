"""Alignment of maps: Procrustes analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas_compare.comparison.figures import resampled_sums

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Alignment:
    """The translation, rotation, reflection and scaling that align a map with another.

    Attributes:
        turn: a rotation, with or without a reflection, shape (2, 2).
        scale: a factor.
        from_centre, to_centre: shape (2,) each.
        explained: the share of the other map's variance that the aligned one reproduces, in
            [0, 1]: one less the Procrustes distance.
    """

    turn: Points
    scale: float
    from_centre: Points
    to_centre: Points
    explained: float

    def apply(self, positions: Points) -> Points:
        """Positions on the other map, shape (n, 2); NaN stays NaN."""
        moved: Points = (positions - self.from_centre) @ self.turn * self.scale + self.to_centre
        return moved


def align(moved: Points, still: Points) -> Alignment:
    """Align a map with another so that the squared distances of their images are least.

    A layout's rotation, reflection and scale are arbitrary, so they are aligned before positions
    are compared (J. C. Gower, "Generalized Procrustes analysis", Psychometrika 40, 1975).

    Args:
        moved: positions of n images on the map to be moved, shape (n, 2), all finite; n >= 1.
        still: of the same on the other.
    """
    from_centre, to_centre = moved.mean(axis=0), still.mean(axis=0)
    one, other = moved - from_centre, still - to_centre
    left, strengths, right = np.linalg.svd(one.T @ other)
    turn: Points = left @ right
    spread, other_spread = float((one**2).sum()), float((other**2).sum())
    scale = float(strengths.sum()) / spread if spread > 0 else 0.0
    both = spread * other_spread
    explained = float(strengths.sum()) ** 2 / both if both > 0 else float(spread == other_spread)
    return Alignment(turn, scale, from_centre, to_centre, min(explained, 1.0))


def unit_of(positions: Points) -> float:
    """The root mean square distance of a map's images from their centre; 1 if it is 0."""
    centred = positions - positions.mean(axis=0)
    return float(np.sqrt((centred**2).sum(axis=1).mean())) or 1.0


def resampled_explained(
    moved: Points, still: Points, resamples: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """:attr:`Alignment.explained` on resampled collections, shape (r,)."""
    points = np.column_stack([moved, still])
    products = points[:, :, None] * points[:, None, :]
    table = np.column_stack([np.ones(len(points)), points, products.reshape(len(points), 16)])
    found = []
    for count, *sums in resampled_sums(table, resamples):
        if count == 0:
            continue
        means = np.array(sums[:4]) / count
        spread = np.array(sums[4:]).reshape(4, 4) / count - np.outer(means, means)
        strengths = np.linalg.svd(spread[:2, 2:], compute_uv=False)
        both = np.trace(spread[:2, :2]) * np.trace(spread[2:, 2:])
        if both > 0:
            found.append(min(float(strengths.sum()) ** 2 / both, 1.0))
    return np.array(found)
