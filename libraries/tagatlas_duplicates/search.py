"""The compiled part of grouping hashes.

Of two hashes that differ in at most t bits, one of p parts differs in few: t + 1 is shared out
among the parts, and were each to differ in as many bits as its share, all would differ in t + 1.
Hashes are therefore sorted by each of their parts, and only those with a (nearly) common part are
compared (M. Norouzi, A. Punjani, D. J. Fleet, "Fast Exact Search in Hamming Space with Multi-Index
Hashing", 2014; shares of different size: J. Qin et al., "GPH: Similarity Search in Hamming Space",
2018). The more hashes, the fewer and longer are the parts: fewer hashes then have one in common.
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

HASH_BITS = 64

_MANY = 1 << 20
"""Hashes from which four parts are quicker than five. Of eight millions, three are slower still: so
many values differ in few bits that looking them up takes longer than comparing hashes."""

_SHORT = 16
"""Hashes that are compared one by one: a longer run is first searched for any near one."""


class HashIndex(NamedTuple):
    """Hashes sorted by each of their parts, the lowest bits first.

    Attributes:
        places: per part, the original indices of the sorted hashes, shape (parts, n).
        hashes: per part, the hashes sorted by it, shape (parts, n).
        starts: per part, the start of each of its values, shape (parts, 2**bits + 1), where bits is
            the length of a part; the last one may be shorter.
        flips: per part, bit patterns by which it may differ, ascending, then -1: shape (parts, m).
    """

    places: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    flips: NDArray[np.int64]


def index_of(hashes: NDArray[np.uint64], threshold: int, parts: int | None = None) -> HashIndex:
    """Index hashes to search for those that differ in few bits.

    Args:
        hashes: shape (n,).
        threshold: maximum differing bits.
        parts: their number, from 2 to 8; by default as many as make the search quick.
    """
    parts = parts or (5 if len(hashes) < _MANY else 4)
    bits = -(-HASH_BITS // parts)
    places = np.empty((parts, len(hashes)), dtype=np.int64)
    ordered = np.empty((parts, len(hashes)), dtype=np.uint64)
    starts = np.zeros((parts, (1 << bits) + 1), dtype=np.int64)
    for part in range(parts):
        values = ((hashes >> np.uint64(part * bits)) & np.uint64((1 << bits) - 1)).astype(np.int64)
        places[part] = np.argsort(values, kind="stable")
        ordered[part] = hashes[places[part]]
        np.cumsum(np.bincount(values, minlength=1 << bits), out=starts[part, 1:])
    return HashIndex(places, ordered, starts, _flips(threshold, parts, bits))


def _flips(threshold: int, parts: int, bits: int) -> NDArray[np.int64]:
    """See :class:`HashIndex`. A part whose share is 0 is not searched."""
    by_part = []
    for part in range(parts):
        length = min(bits, HASH_BITS - part * bits)
        share = (threshold + 1 + parts - 1 - part) // parts
        by_part.append(
            sorted(
                sum(1 << bit for bit in chosen)
                for size in range(share)
                for chosen in combinations(range(length), size)
            )
        )
    flips = np.full((parts, 1 + max(map(len, by_part))), -1, dtype=np.int64)
    for row, own in zip(flips, by_part, strict=True):
        row[: len(own)] = own
    return flips


def near_components(
    hashes: NDArray[np.uint64],
    owners: NDArray[np.int64],
    pictures: int,
    threshold: int,
    parts: int | None = None,
) -> NDArray[np.int64]:
    """The components of pictures linked by near hashes. All processors work on it.

    Args:
        hashes: shape (n,).
        owners: number of each one's picture, which may have several, shape (n,).
        pictures: their number, m.
        threshold: maximum differing bits of near hashes.
        parts: see :func:`index_of`.

    Returns:
        For each picture the first one of its component, shape (m,).
    """
    distinct, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    index = index_of(distinct, threshold, parts)
    roots = np.arange(pictures)
    _join_pairs(owners, owners[first][inverse], roots)
    owners = owners[first]

    def by_part(part: int) -> NDArray[np.int64]:
        joined = np.arange(pictures)
        its = owners[index.places[part]]
        _join(index.hashes[part], its, index.starts[part], index.flips[part], threshold, joined)
        return joined

    with ThreadPoolExecutor(processors(), thread_name_prefix="duplicates") as pool:
        for found in pool.map(by_part, range(len(index.places))):
            _join_pairs(np.arange(pictures), found, roots)
    return _roots(roots)


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
def _join(
    ordered: NDArray[np.uint64],
    owners: NDArray[np.int64],
    starts: NDArray[np.int64],
    flips: NDArray[np.int64],
    threshold: int,
    roots: NDArray[np.int64],
) -> None:
    """Join pictures by one part: compares runs of hashes, which stay in the processor's cache."""
    for value in range(len(starts) - 1):
        begin, end = starts[value], starts[value + 1]
        if begin == end:
            continue
        for flip in flips:
            if flip < 0:
                break
            other = value ^ flip
            if other < value:
                continue
            first, last = starts[other], starts[other + 1]
            for one in range(begin, end):
                own = ordered[one]
                rest = max(first, one + 1)
                if last - rest > _SHORT and not is_any_near(own, ordered[rest:last], threshold):
                    continue
                for index in range(rest, last):
                    if set_bits(own ^ ordered[index]) <= threshold and owners[index] != owners[one]:
                        _unite(owners[one], owners[index], roots)


@kernel
def _join_pairs(
    ones: NDArray[np.int64], others: NDArray[np.int64], roots: NDArray[np.int64]
) -> None:
    for place in range(len(ones)):
        _unite(ones[place], others[place], roots)


@kernel
def _roots(roots: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.empty_like(roots)
    for place in range(len(roots)):
        found[place] = _root(place, roots)
    return found


@kernel
def _unite(one: int, other: int, roots: NDArray[np.int64]) -> None:
    """Join two components: the root of each is its first picture (union and find)."""
    one, other = _root(one, roots), _root(other, roots)
    roots[max(one, other)] = min(one, other)


@kernel
def _root(place: int, roots: NDArray[np.int64]) -> int:
    while roots[place] != place:
        roots[place] = roots[roots[place]]
        place = roots[place]
    return place


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
    bits = set_bits(np.uint64(mask))
    many = 0
    for part in range(ordered.shape[0]):
        value = np.int64(own >> np.uint64(part * bits)) & mask
        for flip in flips[part]:
            if flip < 0:
                break
            begin, end = starts[part, value ^ flip], starts[part, (value ^ flip) + 1]
            if end - begin > _SHORT and not is_any_near(own, ordered[part, begin:end], threshold):
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
