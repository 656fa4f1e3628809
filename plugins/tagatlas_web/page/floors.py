"""From which score on a tag stands out from what a backend gives to nearly every image.

A backend that knows kinds of things gives a little of a wide kind to every picture: "mammal" has a
score of 0.07 where there is no animal at all. What one image has of it counts where it is more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIKELIER_THAN_NOT = 0.5
"""A score from here on counts, however many images have it."""

_FAR = 3.5
_UPPER_QUARTILE = 0.6745
_LEAST_ODDS = 1e-6


def floors_of(
    scores: NDArray[np.float64], starts: NDArray[np.integer], images: int
) -> NDArray[np.float64]:
    """The score of each tag from which on it stands out; 0 where most images do not have it.

    Method: of the log odds of all images' scores, the median plus 3.5 standard deviations, as
    B. Iglewicz and D. Hoaglin, *How to Detect and Handle Outliers*, 1993, recommend; the deviation
    is that of a normal distribution with the same upper quartile, since weak scores are cut off
    below. At most 0.5.

    Args:
        scores: in [0, 1], those of each tag behind those of the one before.
        starts: where the scores of each tag begin, and the end of all, shape (tags + 1).
        images: how many images the backend has tagged; those without a tag have 0 of it.

    Returns:
        Shape (tags,).
    """
    floors = np.zeros(len(starts) - 1)
    for tag in np.flatnonzero(np.diff(starts.astype(np.int64)) > images // 2).tolist():
        own = np.sort(scores[starts[tag] : starts[tag + 1]])[::-1]
        upper, median = _log_odds(own[[images // 4, images // 2]])
        far = stands_out(median, upper)
        floors[tag] = min(1 / (1 + np.exp(-far)), LIKELIER_THAN_NOT)
    return floors


def stands_out(median: float, upper: float) -> float:
    """The value from which on one is far above the others, by their median and upper quartile."""
    return median + _FAR * (upper - median) / _UPPER_QUARTILE


def _log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    within = np.clip(scores, _LEAST_ODDS, 1 - _LEAST_ODDS)
    return np.log(within / (1 - within))
