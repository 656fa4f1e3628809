"""The compiled part of grouping pictures: finds the leader that each looks like.

A picture's candidates are the leaders with a hash near one of its own. If these are many, it is
compared with the nearest only; see :mod:`tagatlas_duplicates.nearest`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_duplicates.likeness import box_of, glances, is_alike
from tagatlas_duplicates.measures import LAID, MEASURES
from tagatlas_duplicates.nearest import VIEW, VIEWS, fill_views, keep_nearest, view_distance
from tagatlas_duplicates.search import HashIndex, is_any_near, set_bits

NEAREST = 24
"""Maximum leaders that a picture is compared with: the nearest by their views."""


class Pictures(NamedTuple):
    """Pictures as input of a search for those that look alike.

    Attributes:
        keys: hashes, shape (n,); a picture may have several.
        owners: index of each key's picture, ascending, shape (n,).
        by_part: index of the keys.
        threshold: maximum differing bits of near keys.
        sketches: of the pictures, shape (m, SKETCH_BYTES).
        sizes: their widths and heights in pixels, shape (m, 2).
    """

    keys: NDArray[np.uint64]
    owners: NDArray[np.int64]
    by_part: HashIndex
    threshold: int
    sketches: NDArray[np.uint8]
    sizes: NDArray[np.float64]


class Alike(NamedTuple):
    """Result of a search for pictures that look alike.

    Attributes:
        leaders: the index of each picture's leader, shape (m,); a leader's is its own.
        compared: number of leaders each was compared with, shape (m,); at most :data:`NEAREST`.
        unlike: leaders that each one is not like, shape (m, NEAREST); -1 for none.
    """

    leaders: NDArray[np.int64]
    compared: NDArray[np.int64]
    unlike: NDArray[np.int32]


def find_alike(
    pictures: Pictures,
    limits: NDArray[np.float64],
    agrees: Callable[[int, int, NDArray[np.float64]], bool],
    *,
    unlike: NDArray[np.int32] | None = None,
) -> Alike:
    """Find each picture's leader; see :func:`tagatlas_duplicates.alike_groups`.

    Args:
        pictures: in order of precedence.
        limits: one of :data:`tagatlas_duplicates.likeness.LIMITS`.
        agrees: the third look: called with the indices of a leader and another picture, and
            their alignment, shape (LAID,).
        unlike: from a search in the same pictures with wider limits, to compare no two again that
            are not alike by those.
    """
    keys, owners, by_part, threshold, sketches, sizes = pictures
    count = len(sketches)
    leaders = np.full(count, -1, dtype=np.int64)
    compared = np.zeros(count, dtype=np.int64)
    first_keys = np.searchsorted(owners, np.arange(count + 1))
    marks = np.full(count, -1, dtype=np.int64)
    owners_by_part = owners[by_part.places]
    near = np.empty(count, dtype=np.int64)
    chosen = np.empty(NEAREST, dtype=np.int64)
    views = np.zeros((count, VIEWS, VIEW * VIEW), dtype=np.int8)
    is_viewed = np.zeros(count, dtype=np.bool_)
    laid = np.empty(LAID)
    seen = glances(sketches)
    found_unlike = np.full((count, NEAREST), -1, dtype=np.int32)
    known = np.empty((count, 0), dtype=np.int32) if unlike is None else unlike
    place = many = 0
    while place < count:
        place, many = _next_alike(
            place, many, leaders, compared, chosen, laid, near, marks, views, is_viewed,
            keys, first_keys, owners_by_part, *by_part[1:], threshold,
            sketches, sizes, seen, limits, known, found_unlike,
        )  # fmt: skip
        if place < count:
            leader = int(chosen[compared[place] - 1])
            if agrees(leader, place, laid):
                leaders[place], marks[place] = leader, count
            else:
                found_unlike[place, compared[place] - 1] = leader
    return Alike(leaders, compared, found_unlike)


@kernel
def _next_alike(
    place: int,
    many: int,
    leaders: NDArray[np.int64],
    compared: NDArray[np.int64],
    chosen: NDArray[np.int64],
    laid: NDArray[np.float64],
    near: NDArray[np.int64],
    marks: NDArray[np.int64],
    views: NDArray[np.int8],
    is_viewed: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    first_keys: NDArray[np.int64],
    owners: NDArray[np.int64],
    ordered: NDArray[np.uint64],
    starts: NDArray[np.int64],
    flips: NDArray[np.int64],
    threshold: int,
    sketches: NDArray[np.uint8],
    sizes: NDArray[np.float64],
    seen: NDArray[np.float32],
    limits: NDArray[np.float64],
    known: NDArray[np.int32],
    unlike: NDArray[np.int32],
) -> tuple[int, int]:
    """Go on to the next leader that a picture looks like.

    The picture's first ``many`` leaders in ``chosen`` are to be tried, of which ``compared`` were
    tried so far; ``many`` is 0 if none were chosen yet.

    Returns:
        The picture's index, or the number of pictures at the end; and the number of leaders chosen
        for it.
    """
    found = np.empty(MEASURES)
    both = np.empty(4)
    while place < len(leaders):
        if leaders[place] < 0 and compared[place] == 0:
            own = keys[first_keys[place] : first_keys[place + 1]]
            many = _near_leaders(place, own, near, marks, owners, ordered, starts, flips, threshold)
            near[:many].sort()
            if many > len(chosen):
                many = _nearest_leaders(place, near[:many], len(chosen), views, is_viewed, sketches)
            chosen[:many] = near[:many]
        both[2:] = sizes[place]
        while leaders[place] < 0 and compared[place] < many:
            leader = chosen[compared[place]]
            compared[place] += 1
            both[:2] = sizes[leader]
            if not (known[place] == leader).any() and is_alike(
                sketches[leader],
                sketches[place],
                seen[leader],
                seen[place],
                both,
                limits,
                found,
                laid,
            ):
                return place, many
            unlike[place, compared[place] - 1] = leader
        if leaders[place] < 0:
            leaders[place] = place
        place += 1
    return place, 0


@kernel
def _near_leaders(
    place: int,
    keys: NDArray[np.uint64],
    near: NDArray[np.int64],
    marks: NDArray[np.int64],
    owners: NDArray[np.int64],
    ordered: NDArray[np.uint64],
    starts: NDArray[np.int64],
    flips: NDArray[np.int64],
    threshold: int,
) -> int:
    """Fill ``near`` with the leaders before a picture that have a hash near one of its own.

    Args:
        place: of the picture.
        keys: its hashes.
        near: filled, shape (m,).
        marks: of each picture the last one that it was found near; larger than all indices if it
            is no leader; shape (m,).
        owners: per part, the pictures of its sorted hashes, ascending among equal parts.
        ordered: see :class:`HashIndex`.
        starts: likewise.
        flips: likewise.
        threshold: maximum differing bits of near hashes.

    Returns:
        Their number.
    """
    mask = np.int64(starts.shape[1] - 2)
    bits = set_bits(np.uint64(mask))
    many = 0
    for own in keys:
        for part in range(ordered.shape[0]):
            value = np.int64(own >> np.uint64(part * bits)) & mask
            for flip in flips[part]:
                if flip < 0:
                    break
                begin, end = starts[part, value ^ flip], starts[part, (value ^ flip) + 1]
                end = begin + np.searchsorted(owners[part, begin:end], place)
                if not is_any_near(own, ordered[part, begin:end], threshold):
                    continue
                for index in range(begin, end):
                    other = owners[part, index]
                    if marks[other] < place and set_bits(own ^ ordered[part, index]) <= threshold:
                        marks[other] = place
                        near[many] = other
                        many += 1
    return many


@kernel
def _nearest_leaders(
    place: int,
    near: NDArray[np.int64],
    most: int,
    views: NDArray[np.int8],
    is_viewed: NDArray[np.bool_],
    sketches: NDArray[np.uint8],
) -> int:
    """Move the leaders nearest to a picture to the front of ``near``; returns their number."""
    distances = np.empty(len(near), np.int64)
    _view(place, views, is_viewed, sketches)
    for index, leader in enumerate(near):
        _view(leader, views, is_viewed, sketches)
        distances[index] = view_distance(views[place], views[leader])
    return keep_nearest(near, distances, most)


@kernel
def _view(
    place: int,
    views: NDArray[np.int8],
    is_viewed: NDArray[np.bool_],
    sketches: NDArray[np.uint8],
) -> None:
    """Fill the views of a picture, unless that was done."""
    if not is_viewed[place]:
        fill_views(sketches[place], box_of(sketches[place]), views[place])
        is_viewed[place] = True
