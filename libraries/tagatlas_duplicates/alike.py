"""Groups pictures that look the same: candidates by hash, then a second and a third look.

Candidates are searched for among all pictures once. They fall into components, of which no two have
near hashes in common, so that each can be looked at without the others: by all processors, and in
memory is no more than a block of components for each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING, Protocol

from tagatlas_duplicates.groups import FEW
from tagatlas_processors import processors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CANDIDATE_BITS = 9
"""Maximum number of the 64 bits that differ between hashes of candidates for a second look.

``docs/duplicates.md`` has precision and recall, measured by ``benchmarks/twins.py``.
"""

_BLOCK = 2048
"""Pictures looked at together, as many as :mod:`tagatlas_duplicates.detail` keeps; a component of
more is not divided."""


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
            called for blocks of pictures with a hash near another one's, once for each picture.
        thumbnail: gives the encoded thumbnail of the picture at an index, or None if it is missing
            or unreadable: that picture is then joined with no other. Called from several threads.
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

    def ids(places: NDArray[np.int64]) -> list[str]:
        return [str(place) for place in places.tolist()]

    methods = np.zeros(len(hashes), dtype=np.int64)
    signed = Signed(ids, methods, hashes, present, sizes, sketches)
    return group_alike(signed, levels, CompareHere(lambda image: thumbnail(int(image)))).leaders


@dataclass(frozen=True, eq=False)
class Signed:
    """Pictures with what is kept of each, in order of precedence: earlier ones represent later.

    Attributes:
        ids: gives the ids of the pictures at some indices, shape (m,).
        methods: version of what made each one's hashes and sketch, shape (n,).
        hashes: see :func:`alike_groups`, as for the others.
        present: see there.
        sizes: see there.
        sketches: see there.
    """

    ids: Callable[[NDArray[np.int64]], Sequence[str]]
    methods: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    present: NDArray[np.bool_]
    sizes: NDArray[np.float64]
    sketches: Callable[[NDArray[np.int64]], NDArray[np.uint8]]

    def block(self, places: NDArray[np.int64]) -> Block:
        """The pictures at some indices, with their sketches."""
        return Block(
            places,
            self.ids(places),
            self.hashes[places],
            self.present[places],
            self.sizes[places],
            self.sketches(places),
        )


@dataclass(frozen=True, eq=False)
class Block:
    """Pictures looked at together: none of them has a hash near that of a picture of another block.

    Attributes:
        places: index of each picture among all, ascending, shape (m,).
        ids: of the pictures.
        hashes: see :func:`alike_groups`, shape (m, 1 + HASHES).
        present: see there, shape (m, 1 + HASHES).
        sizes: see there, shape (m, 2).
        sketches: of each picture, shape (m, SKETCH_BYTES).
    """

    places: NDArray[np.int64]
    ids: Sequence[str]
    hashes: NDArray[np.uint64]
    present: NDArray[np.bool_]
    sizes: NDArray[np.float64]
    sketches: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Grouped:
    """Groups of pictures.

    Attributes:
        places: index of each picture among all, shape (m,).
        leaders: at each level, the index among all of each picture's leader, shape (m,).
        is_whole: whether no thumbnail that was asked for was missing.
    """

    places: NDArray[np.int64]
    leaders: list[NDArray[np.int64]]
    is_whole: bool


class Compare(Protocol):
    """What looks at blocks of pictures, such as :class:`CompareHere`."""

    def __call__(
        self, pictures: Signed, blocks: Iterable[NDArray[np.int64]], levels: Sequence[str]
    ) -> Iterator[Grouped]:
        """Group the pictures of each block.

        Args:
            pictures: all of them.
            blocks: indices of the pictures of each block, ascending.
            levels: see :func:`alike_levels`.

        Yields:
            Groups of some pictures, in any order; each picture of a block once.
        """


@dataclass(frozen=True)
class CompareHere:
    """Looks at blocks of pictures in threads of this process.

    Attributes:
        thumbnail: gives the encoded thumbnail of a picture by its id, or None if it is missing or
            unreadable. Called from several threads.
    """

    thumbnail: Callable[[str], bytes | None]

    def __call__(
        self, pictures: Signed, blocks: Iterable[NDArray[np.int64]], levels: Sequence[str]
    ) -> Iterator[Grouped]:
        """See :class:`Compare`."""
        return compare_blocks(map(pictures.block, blocks), self.thumbnail, levels)


def group_alike(
    pictures: Signed,
    levels: Sequence[str],
    compare: Compare,
    *,
    few: int = FEW,
    block: int = _BLOCK,
) -> Grouped:
    """Put pictures that look the same into groups, as :func:`alike_groups` does.

    Args:
        pictures: all of them, n.
        levels: see :func:`alike_levels`.
        compare: looks at blocks of pictures that may be alike.
        few: number of hashes up to which pictures are not parted into blocks.
        block: pictures of a block, unless one component has more.

    Returns:
        The groups of all pictures.
    """
    import numpy as np

    every = np.arange(len(pictures.hashes))
    leaders = [every.copy() for _ in levels]
    owners, _ = np.nonzero(pictures.present)
    keys = pictures.hashes[pictures.present]
    blocks = _blocks(keys, owners, len(every), few, block)
    is_whole = True
    for found in compare(pictures, blocks, levels):
        is_whole = is_whole and found.is_whole
        for of_level, among in zip(leaders, found.leaders, strict=True):
            of_level[found.places] = among
    return Grouped(every, leaders, is_whole)


def compare_blocks(
    blocks: Iterable[Block], thumbnail: Callable[[str], bytes | None], levels: Sequence[str]
) -> Iterator[Grouped]:
    """Look at blocks in threads of this process; yields the groups of each, in order.

    Args:
        blocks: taken one after the other, a few more than there are processors.
        thumbnail: see :class:`CompareHere`.
        levels: see :func:`alike_levels`.
    """
    stopped = Event()

    def look_at(block: Block) -> Grouped:
        is_whole = True

        def its_thumbnail(place: int) -> bytes | None:
            nonlocal is_whole
            found = None if stopped.is_set() else thumbnail(block.ids[place])
            is_whole = is_whole and found is not None
            return found

        leaders = [block.places[among] for among in _alike_in(block, its_thumbnail, levels)]
        return Grouped(block.places, leaders, is_whole)

    at_once = processors()
    running: deque[Future[Grouped]] = deque()
    with ThreadPoolExecutor(at_once, thread_name_prefix="duplicates") as pool:
        try:
            for block in blocks:
                if len(running) > at_once:
                    yield running.popleft().result()
                running.append(pool.submit(look_at, block))
            while running:
                yield running.popleft().result()
        finally:
            stopped.set()  # after an error or an interrupt: blocks end soon
            pool.shutdown(wait=False, cancel_futures=True)


def _alike_in(
    block: Block, thumbnail: Callable[[int], bytes | None], levels: Sequence[str]
) -> Iterator[NDArray[np.int64]]:
    """The leaders among the pictures of a block at each level, shape (m,)."""
    import numpy as np

    from tagatlas_duplicates.detail import DETAIL_LIMITS, Details
    from tagatlas_duplicates.leaders import Pictures, find_alike
    from tagatlas_duplicates.likeness import LIMITS
    from tagatlas_duplicates.search import index_of

    owners, _ = np.nonzero(block.present)
    keys = block.hashes[block.present]
    index = index_of(keys, CANDIDATE_BITS)
    pictures = Pictures(keys, owners, index, CANDIDATE_BITS, block.sketches, block.sizes)
    details = Details(thumbnail, block.sizes)
    unlike = None
    for level in levels:
        closely = DETAIL_LIMITS[level]

        def agree(
            one: int,
            other: int,
            laid: NDArray[np.float64],
            closely: NDArray[np.float64] = closely,
        ) -> bool:
            return details.agree(one, other, laid, closely)

        found = find_alike(pictures, LIMITS[level], agree, unlike=unlike)
        yield found.leaders
        unlike = found.unlike


def _blocks(
    keys: NDArray[np.uint64], owners: NDArray[np.int64], pictures: int, few: int, block: int
) -> Iterator[NDArray[np.int64]]:
    """The pictures with a hash near one of another picture, whole components together.

    Args:
        keys: hashes, shape (n,).
        owners: index of each one's picture, ascending, shape (n,).
        pictures: their number.
        few: see :func:`group_alike`.
        block: see there.

    Yields:
        Indices of pictures, ascending.
    """
    import numpy as np

    if len(keys) <= few:
        crowded = _among_few(keys, owners)
        if len(crowded) > 0:
            yield crowded
        return
    from tagatlas_duplicates.search import near_components

    firsts = near_components(keys, owners, pictures, CANDIDATE_BITS)
    crowded = np.flatnonzero(np.bincount(firsts, minlength=pictures)[firsts] > 1)
    crowded = crowded[np.argsort(firsts[crowded], kind="stable")]
    begins = np.flatnonzero(np.diff(firsts[crowded], prepend=-1))
    begin = 0
    for first, last in pairwise([*begins.tolist(), len(crowded)]):
        if last - begin > block and first > begin:
            yield np.sort(crowded[begin:first])
            begin = first
    if begin < len(crowded):
        yield np.sort(crowded[begin:])


def _among_few(keys: NDArray[np.uint64], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """:func:`_blocks` by comparing each with each; nothing is compiled for these."""
    import numpy as np

    near = np.zeros(len(keys), dtype=np.bool_)
    for place in range(len(keys)):
        is_near = np.bitwise_count(keys[place:] ^ keys[place]) <= CANDIDATE_BITS
        is_near &= owners[place:] != owners[place]
        near[place:] |= is_near
        near[place] |= is_near.any()
    return np.unique(owners[near])
