"""Groups hashes that differ in few bits, without comparing all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR_BITS = 8
"""Maximum number of the 64 bits that differ between near duplicates.

Share of copies of 1,484 drawings and photographs within that distance:

==========================================  =====
encoded again as JPEG of quality 90         0.99
encoded again as JPEG of quality 30         0.96
half the size                               1.00
1 % cropped at each edge                    0.98
2 % cropped at each edge                    0.89
a quarter of the size, quality 60           0.91
==========================================  =====

Different drawings of one composition can be as near: a small letter and its capital, stars of many
points.
"""

FARTHEST = 14
"""The largest threshold: hashes that differ in more bits have nothing in common."""

FEW = 4096
"""Number of hashes up to which all pairs are compared: faster than loading compiled code."""


def near_groups(hashes: NDArray[np.uint64], *, threshold: int = NEAR_BITS) -> NDArray[np.int64]:
    """Put hashes that differ in few bits into groups, each led by its first hash.

    In the order given, a hash joins the first leader that it is near; otherwise it leads its own
    group. So every member is near its leader, and chains of small differences never join distant
    hashes, as single linkage would. A hash added at the end changes no group.

    A million random hashes take seconds; more if many share parts of their bits. The first call
    with many hashes compiles, which takes seconds once per installed version.

    Args:
        hashes: from :func:`tagatlas_duplicates.perceptual_hash`, shape (n,), in order of
            precedence: earlier hashes represent later ones.
        threshold: maximum differing bits of near hashes, 0 to 14.

    Returns:
        For each hash the index of its group's leader in ``hashes``, shape (n,); a leader's is
        its own.

    Raises:
        ValueError: ``threshold`` is out of range.
    """
    import numpy as np

    if not 0 <= threshold <= FARTHEST:
        raise ValueError(f"the threshold is from 0 to {FARTHEST} bits, not {threshold}")
    _, first, inverse = np.unique(
        np.asarray(hashes, dtype=np.uint64), return_index=True, return_inverse=True
    )
    order = np.argsort(first)  # equal hashes once, where they come first
    places = first[order]
    distinct = np.ascontiguousarray(hashes[places], dtype=np.uint64)
    group = among_few if len(distinct) <= FEW else among_many
    leaders = places[group(distinct, threshold)]
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    found: NDArray[np.int64] = leaders[rank[inverse]]
    return found


def among_few(hashes: NDArray[np.uint64], threshold: int) -> NDArray[np.int64]:
    """:func:`near_groups` by comparing each leader with all later hashes; nothing is compiled."""
    import numpy as np

    leaders = np.full(len(hashes), -1, dtype=np.int64)
    for place in range(len(hashes)):
        rest = leaders[place:]
        if rest[0] < 0:
            is_near = np.bitwise_count(hashes[place:] ^ hashes[place]) <= threshold
            rest[is_near & (rest < 0)] = place
    return leaders


def among_many(hashes: NDArray[np.uint64], threshold: int) -> NDArray[np.int64]:
    """:func:`near_groups` by two indices: one finds hashes near any other, one groups those."""
    import numpy as np

    from tagatlas_duplicates.search import find_leaders, index_of, near_components

    leaders = np.arange(len(hashes))
    firsts = near_components(hashes, leaders, len(hashes), threshold)
    crowded = np.flatnonzero(np.bincount(firsts, minlength=len(hashes))[firsts] > 1)
    among = find_leaders(hashes[crowded], index_of(hashes[crowded], threshold), threshold)
    leaders[crowded] = crowded[among]
    return leaders
