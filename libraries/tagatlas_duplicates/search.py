"""The compiled part of grouping hashes.

Two hashes that differ in at most t bits differ in at most t // 5 bits of one of five parts.
Hashes are therefore sorted by each of their parts, and only those with a (nearly) common part are
compared (M. Norouzi, A. Punjani, D. J. Fleet, "Fast Exact Search in Hamming Space with Multi-Index
Hashing", 2014).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import NamedTuple, cast

import numpy as np
from llvmlite.ir import IRBuilder, Value
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_processors import processors

PARTS = 5
PART_BITS = 13
"""Five parts of 13, 13, 13, 13 and 12 bits are the 64 of a hash."""


class HashIndex(NamedTuple):
    """Hashes sorted by each of their parts.

    Attributes:
        places: per part, the original indices of the sorted hashes, shape (parts, n).
        hashes: per part, the hashes sorted by it, shape (parts, n).
        starts: per part, the start of each of its values, shape (parts, 2**PART_BITS + 1).
        flips: bit patterns by which a part may differ, the empty one first.
    """

    places: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    flips: NDArray[np.int64]


def index_of(hashes: NDArray[np.uint64], threshold: int) -> HashIndex:
    """Index hashes, shape (n,), to search for those that differ in at most ``threshold`` bits."""
    values = 1 << PART_BITS
    shifts = PART_BITS * np.arange(PARTS, dtype=np.uint64)[:, None]
    keys = ((hashes >> shifts) & np.uint64(values - 1)).astype(np.int64)
    places = np.argsort(keys, axis=1, kind="stable")
    starts = np.zeros((PARTS, values + 1), dtype=np.int64)
    for part in range(PARTS):
        np.cumsum(np.bincount(keys[part], minlength=values), out=starts[part, 1:])
    flips = [
        sum(1 << bit for bit in bits)
        for size in range(threshold // PARTS + 1)
        for bits in combinations(range(PART_BITS), size)
    ]
    return HashIndex(places, hashes[places], starts, np.array(flips))


def has_near(index: HashIndex, owners: NDArray[np.int64], threshold: int) -> NDArray[np.bool_]:
    """Whether each hash is near one of another picture, shape (n,). All processors work on it.

    Args:
        index: of the hashes.
        owners: number of each hash's picture, which may have several hashes, shape (n,).
        threshold: maximum differing bits of near hashes.
    """

    def by_part(part: int) -> NDArray[np.bool_]:
        some = slice(part, part + 1)
        places, hashes, starts = index.places[some], index.hashes[some], index.starts[some]
        return _has_near(places, hashes, starts, index.flips, owners, threshold)

    near = np.zeros(len(owners), dtype=np.bool_)
    with ThreadPoolExecutor(processors(), thread_name_prefix="duplicates") as pool:
        for found in pool.map(by_part, range(PARTS)):
            near |= found
    return near


def find_leaders(hashes: NDArray[np.uint64], index: HashIndex, threshold: int) -> NDArray[np.int64]:
    """The index of each hash's leader; see :func:`tagatlas_duplicates.near_groups`."""
    return _find_leaders(hashes, index.places, index.hashes, index.starts, index.flips, threshold)


def _generate_set_bits(context: object, word: object) -> tuple[object, object]:  # noqa: ARG001
    """The numba code of :data:`set_bits`."""

    def generate(
        context: object,  # noqa: ARG001
        builder: IRBuilder,
        signature: object,  # noqa: ARG001
        words: list[Value],
    ) -> Value:
        return builder.ctpop(words[0])

    return types.int64(types.uint64), generate


set_bits = cast("Callable[[np.uint64], int]", intrinsic(_generate_set_bits))
"""Number of set bits of a word: a single processor instruction."""


@kernel
def _has_near(
    places: NDArray[np.int64],
    ordered: NDArray[np.uint64],
    starts: NDArray[np.int64],
    flips: NDArray[np.int64],
    owners: NDArray[np.int64],
    threshold: int,
) -> NDArray[np.bool_]:
    """Compare runs of hashes with runs of hashes, which stay in the processor's cache."""
    parts, count = ordered.shape
    near = np.zeros(count, dtype=np.bool_)
    for part in range(parts):
        for value in range(starts.shape[1] - 1):
            begin, end = starts[part, value], starts[part, value + 1]
            for flip in flips:
                other = value ^ flip
                if other < value or begin == end:
                    continue
                first, last = starts[part, other], starts[part, other + 1]
                for one in range(begin, end):
                    own = ordered[part, one]
                    rest = max(first, one + 1)
                    if not is_any_near(own, ordered[part, rest:last], threshold):
                        continue
                    place = places[part, one]
                    for index in range(rest, last):
                        its = places[part, index]
                        if owners[its] == owners[place] or (near[place] and near[its]):
                            continue
                        if set_bits(own ^ ordered[part, index]) <= threshold:
                            near[place] = near[its] = True
    return near


@kernel
def _find_leaders(
    hashes: NDArray[np.uint64],
    places: NDArray[np.int64],
    ordered: NDArray[np.uint64],
    starts: NDArray[np.int64],
    flips: NDArray[np.int64],
    threshold: int,
) -> NDArray[np.int64]:
    leaders = np.full(len(hashes), -1, dtype=np.int64)
    near = np.empty(places.size, dtype=np.int64)
    for place in range(len(hashes)):
        if leaders[place] >= 0:
            continue
        many = _near_places(hashes[place], places, ordered, starts, flips, threshold, near)
        for other in near[:many]:
            if leaders[other] < 0:
                leaders[other] = place
    return leaders


@kernel
def _near_places(
    own: np.uint64,
    places: NDArray[np.int64],
    ordered: NDArray[np.uint64],
    starts: NDArray[np.int64],
    flips: NDArray[np.int64],
    threshold: int,
    near: NDArray[np.int64],
) -> int:
    """Fill ``near`` with the indices of the hashes near one, including itself, with repetitions.

    Returns:
        Their number: at most the number of elements of ``places``.
    """
    mask = np.int64(starts.shape[1] - 2)
    many = 0
    for part in range(ordered.shape[0]):
        value = np.int64(own >> np.uint64(part * PART_BITS)) & mask
        for flip in flips:
            begin, end = starts[part, value ^ flip], starts[part, (value ^ flip) + 1]
            if not is_any_near(own, ordered[part, begin:end], threshold):
                continue
            for index in range(begin, end):
                if set_bits(own ^ ordered[part, index]) <= threshold:
                    near[many] = places[part, index]
                    many += 1
    return many


@kernel
def is_any_near(own: np.uint64, others: NDArray[np.uint64], threshold: int) -> bool:
    """Whether a hash is near one of a run: stores nothing, so that it becomes a SIMD loop."""
    many = 0
    for index in range(len(others)):
        many += set_bits(own ^ others[index]) <= threshold
    return many > 0
