"""Whether the images that a backend finds alike have the same label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas_compare.benching.measures.task import Codes, OfCodes
from tagatlas_compare.statistics.samples import Values

NEIGHBOURS = 10


def shares_nearby(alike: NDArray[np.int64], has: Codes) -> tuple[OfCodes, Values]:
    """Of the images most like an image, the share with its code.

    As many are looked at as there are others with the code, at most ten, so that 1 can be reached.
    Where an image has fewer alike ones, the missing ones count as wrong.

    Args:
        alike: the images most like each image, the most first, -1 where there are no more; shape
            (n, at least 11, or n - 1).
        has: which image has which code, shape (n, codes).

    Returns:
        Of each code the mean over its images, and each image's share for its first code (NaN for
        images without a code), shape (n,).
    """
    images, codes = has.shape
    values, moves = np.full(codes, np.nan), np.zeros((images, codes))
    own = np.full(images, np.nan)
    for code in np.flatnonzero(has.sum(axis=0) >= 2):
        rows = np.flatnonzero(has[:, code])
        count = min(NEIGHBOURS, len(rows) - 1)
        is_right = np.append(has[:, code], False)[alike[rows, : count + 1]].astype(np.float64)
        if is_right.shape[1] == count:  # there is no further image to step in
            is_right = np.column_stack([is_right, np.zeros(len(rows))])
        shares = is_right[:, :count].mean(axis=1)
        own[rows] = np.where(np.isnan(own[rows]), shares, own[rows])
        values[code] = shares.mean()
        moves[rows, code] = (shares - values[code]) / (len(rows) - 1)
        # Without a neighbour, the next one steps in.
        lost = (is_right[:, :count] - is_right[:, count:]) / count / len(rows)
        nearest = alike[rows, :count]
        there = nearest >= 0
        moves[:, code] += np.bincount(nearest[there], lost[there], minlength=images)
    return OfCodes(values, moves), own
