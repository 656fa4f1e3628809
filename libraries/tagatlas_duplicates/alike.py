"""Groups pictures that look the same: candidates by hash, then a second and a third look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tagatlas_duplicates.groups import FEW

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CANDIDATE_BITS = 9
"""Maximum number of the 64 bits that differ between hashes of candidates for a second look.

``docs/duplicates.md`` has precision and recall, measured by ``benchmarks/twins.py``.
"""


def alike_groups(
    hashes: NDArray[np.uint64],
    present: NDArray[np.bool_],
    sizes: NDArray[np.float64],
    sketches: Callable[[NDArray[np.int64]], NDArray[np.uint8]],
    thumbnail: Callable[[int], bytes | None],
    level: str,
) -> NDArray[np.int64]:
    """Put pictures that look the same into groups, each led by its first picture.

    In the order given, a picture joins the first leader of which it is a copy; otherwise it leads
    its own group. So every member was compared with its leader, chains of small differences join
    nothing, and a picture added at the end changes no group. A picture is compared with at most 24
    leaders, the most similar ones at low resolution: among pictures of one template it would
    otherwise be compared with every other.

    Args:
        hashes: per picture its perceptual hash and those of its signature, shape
            (n, 1 + HASHES), in order of precedence: earlier pictures represent later ones.
        present: whether each hash exists, shape (n, 1 + HASHES).
        sizes: widths and heights in pixels, shape (n, 2).
        sketches: gives the sketches of the pictures at some indices, shape (m, SKETCH_BYTES);
            called once, for the pictures with a hash near another one's.
        thumbnail: gives the encoded thumbnail of the picture at an index, or None if it is missing
            or unreadable: that picture is then joined with no other.
        level: of :data:`tagatlas_duplicates.likeness.LIMITS`: ``copy`` or ``same``.

    Returns:
        For each picture the index of its group's leader, shape (n,); a leader's is its own.
    """
    [leaders] = alike_levels(hashes, present, sizes, sketches, thumbnail, (level,))
    return leaders


def alike_levels(
    hashes: NDArray[np.uint64],
    present: NDArray[np.bool_],
    sizes: NDArray[np.float64],
    sketches: Callable[[NDArray[np.int64]], NDArray[np.uint8]],
    thumbnail: Callable[[int], bytes | None],
    levels: Sequence[str],
) -> list[NDArray[np.int64]]:
    """:func:`alike_groups` of several levels, faster than one after the other.

    Args:
        hashes: see there, as for the others.
        present: see there.
        sizes: see there.
        sketches: see there.
        thumbnail: see there.
        levels: the widest first: pictures that are not alike at one are not compared at the next.

    Returns:
        The leaders at each level, shape (n,).
    """
    import numpy as np

    leaders = [np.arange(len(hashes)) for _ in levels]
    owners, _ = np.nonzero(present)
    crowded = _crowded(hashes[present], owners)
    if len(crowded) == 0:
        return leaders
    from tagatlas_duplicates.detail import DETAIL_LIMITS, Details
    from tagatlas_duplicates.leaders import Pictures, find_alike
    from tagatlas_duplicates.likeness import LIMITS
    from tagatlas_duplicates.search import index_of

    owners, _ = np.nonzero(present[crowded])
    keys = hashes[crowded][present[crowded]]
    index = index_of(keys, CANDIDATE_BITS)
    pictures = Pictures(keys, owners, index, CANDIDATE_BITS, sketches(crowded), sizes[crowded])
    details = Details(lambda place: thumbnail(int(crowded[place])), pictures.sizes)
    unlike = None
    for level, of_level in zip(levels, leaders, strict=True):
        closely = DETAIL_LIMITS[level]

        def agree(
            one: int,
            other: int,
            laid: NDArray[np.float64],
            closely: NDArray[np.float64] = closely,
        ) -> bool:
            return details.agree(one, other, laid, closely)

        found = find_alike(pictures, LIMITS[level], agree, unlike=unlike)
        of_level[crowded] = crowded[found.leaders]
        unlike = found.unlike
    return leaders


def _crowded(keys: NDArray[np.uint64], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pictures with a hash near one of another picture."""
    import numpy as np

    if len(keys) > FEW:
        from tagatlas_duplicates.search import has_near, index_of

        return np.unique(owners[has_near(index_of(keys, CANDIDATE_BITS), owners, CANDIDATE_BITS)])
    near = np.zeros(len(keys), dtype=np.bool_)
    for place in range(len(keys)):  # nothing is compiled for these
        is_near = np.bitwise_count(keys[place:] ^ keys[place]) <= CANDIDATE_BITS
        is_near &= owners[place:] != owners[place]
        near[place:] |= is_near
        near[place] |= is_near.any()
    return np.unique(owners[near])
