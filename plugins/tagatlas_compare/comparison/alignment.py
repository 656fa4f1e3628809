"""Alignment of maps: Procrustes analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


def explained_without_each(moved: Points, still: Points) -> NDArray[np.float64]:
    """:attr:`Alignment.explained` without each of the images, shape (n,); NaN for fewer than 3."""
    if len(moved) < 3:
        return np.full(len(moved), np.nan)
    points = np.column_stack([moved - moved.mean(axis=0), still - still.mean(axis=0)])
    rest = len(points) - 1
    # Taking a point out moves the centre by a share of it, and the products accordingly.
    products = points[:, :, None] * points[:, None, :] * (1 + 1 / rest)
    spread = points.T @ points - products
    own, other = (np.trace(spread[:, at, at], axis1=1, axis2=2) for at in _SIDES)
    across = spread[:, :2, 2:]
    # The sum of the singular values of a matrix of two by two.
    strengths = (across**2).sum(axis=(1, 2)) + 2 * np.abs(np.linalg.det(across))
    both = own * other
    found: NDArray[np.float64] = np.minimum(strengths / np.where(both > 0, both, 1.0), 1.0)
    return found


_SIDES = (slice(0, 2), slice(2, 4))
