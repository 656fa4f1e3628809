"""Near duplicates in shards: the same groups as :class:`CompareHere` finds in one process.

A shard is some blocks of pictures: none has a hash near that of a picture of another block. Hashes
and sketches are one file, which is put when the shard is handed out, so that neither the driver nor
the place ever holds those of all pictures at once. Thumbnails, most of the work, are read from the
image store by the process that compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from threading import Event

import numpy as np
from numpy.typing import NDArray

from tagatlas.contracts import ImageStore
from tagatlas.errors import StorageError, TagatlasError
from tagatlas_duplicates import Compare, Grouped, Signed, compare_blocks
from tagatlas_duplicates.tables import METHOD
from tagatlas_duplicates.thumbnails import thumbnail_in
from tagatlas_shards.blocks import read_blocks, read_leaders, write_blocks, write_leaders
from tagatlas_shards.choosing import pool_on
from tagatlas_shards.driver import Pool, drive
from tagatlas_shards.failed import OnFault, Told
from tagatlas_shards.notes import Notes
from tagatlas_shards.place import GIVEN, RESULTS, Place
from tagatlas_shards.shard import Desk, Fault, Job, Lane, Made, Results, Shard

SHARD = 1 << 12
"""Pictures of a shard, unless one block has more: some 9 seconds of a processor. A fortieth of that
goes into its file, of 6 KB a picture."""

Blocks = Sequence[NDArray[np.int64]]
"""Indices of the pictures of some blocks."""


@dataclass(frozen=True)
class CompareJob(Job):
    """A look at pictures that may be copies.

    Attributes:
        place: see :class:`Job`.
        folder: see :class:`Job`.
        marker: see :class:`Job`.
        make_store: makes the image store in another process; gets what notes its failures.
        gpus: see :class:`Job`.
    """

    place: Place
    folder: str
    marker: str
    make_store: Callable[[Notes], ImageStore] = field(repr=False)
    gpus: float = 0.0

    def begin(self) -> Desk:
        """Make the image store."""
        notes = Notes()
        return CompareDesk(self.place, self.make_store(notes), notes)


@dataclass(frozen=True, eq=False)
class CompareDesk(Desk):
    """Looks at pictures.

    Attributes:
        place: of the files.
        store: with the thumbnails.
        notes: of the store's failures.
    """

    place: Place
    store: ImageStore
    notes: Notes

    def work(self, shard: Shard, stop: Event) -> Results:
        """Group the pictures of a shard; without a thumbnail its results are not whole."""
        name, *levels = map(str, shard.items)
        blocks = read_blocks(self.place.get(name), name)
        thumbnail = partial(thumbnail_in, self.store)
        found = []
        for each in compare_blocks(blocks, thumbnail, levels):
            found.append(each)
            if stop.is_set():
                break
        if len(found) < len(blocks):
            return Results(b"", is_whole=False)
        leaders = [
            np.concatenate([each.leaders[level] for each in found]) for level in range(len(levels))
        ]
        return Results(write_leaders(levels, leaders), all(each.is_whole for each in found))

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """See :meth:`Desk.told`."""
        return self.notes.told()


def compare_in_shards(
    pictures: Signed,
    shards: Sequence[Blocks],
    levels: Sequence[str],
    job: CompareJob,
    pool: Pool,
    *,
    partial_files: set[str],
    warn: Callable[[str], None],
    on_fault: OnFault,
) -> Iterator[Grouped]:
    """Look at blocks of pictures in a pool of processes; yields what :class:`Compare` does.

    Files of results stay, so that a driver that is killed later has them again. Those of shards
    with a missing thumbnail have another name, and another driver looks at their pictures again.

    Args:
        pictures: all of them.
        shards: blocks of each shard.
        levels: see :class:`Compare`.
        job: of the pool.
        pool: of processes with that job; closed by the caller.
        partial_files: those that this driver has of shards with a missing thumbnail; more are
            added.
        warn: called with lines for the user.
        on_fault: called with unexpected errors.

    Raises:
        TagatlasError: some shards could not be finished; raised after all others.
    """

    def grouped(file: str, blocks: Blocks) -> Grouped:
        places = np.concatenate(blocks)
        leaders = read_leaders(job.place.get(file), file, levels, len(places))
        return Grouped(places, [places[among] for among in leaders], file not in partial_files)

    def whole(name: str) -> str:
        return f"{job.folder}/{name}.{RESULTS}"

    def put(name: str, _: int) -> Shard:
        file = f"{job.folder}/{name}.{GIVEN}"
        job.place.put(file, write_blocks([pictures.block(block) for block in by_name[name]]))
        return Shard(name, (file, *levels))

    by_name = {_key_of(pictures, blocks, levels): blocks for blocks in shards}
    there = set(job.place.names(job.folder))
    lanes = []
    for name, blocks in by_name.items():
        file = whole(name) if whole(name) in there else f"{job.folder}/{name}.part.{RESULTS}"
        if file in there and (file == whole(name) or file in partial_files):
            try:
                found = grouped(file, blocks)
            except StorageError as error:
                warn(f"{error}; it is removed, and these images are compared again")
                job.place.remove(file)
            else:
                yield found
                continue
        lanes.append(Lane(Made(1, partial(put, name))))
    told = Told(warn, on_fault)
    for ended, report in drive(lanes, pool, stop=Event(), warn=told.warn):
        told.take(ended, report)
        job.place.remove(f"{job.folder}/{ended.name}.{GIVEN}")
        if report.file:
            if report.file != whole(ended.name):
                partial_files.add(report.file)
            yield grouped(report.file, by_name[ended.name])
    if told.failed:
        raise TagatlasError(told.sentence())


@dataclass(frozen=True, eq=False)
class CompareOn:
    """Looks at pictures in shards where there are some.

    Attributes:
        here: looks at them in this process.
        where: asked when there is more than one shard: the name of a pool and its job; None for
            this process.
        warn: called with lines for the user.
        on_fault: called with unexpected errors.
        shard: pictures of a shard, unless one block has more.
        partial_files: see :func:`compare_in_shards`.
    """

    here: Compare
    where: Callable[[], tuple[str, CompareJob] | None]
    warn: Callable[[str], None]
    on_fault: OnFault
    shard: int = SHARD
    partial_files: set[str] = field(default_factory=set)

    def __call__(
        self, pictures: Signed, blocks: Iterable[NDArray[np.int64]], levels: Sequence[str]
    ) -> Iterator[Grouped]:
        """See :class:`Compare` and :func:`compare_in_shards`."""
        shards = list(_parted(blocks, self.shard))
        # Processes take seconds to start: a single shard is done here in that time.
        chosen = self.where() if len(shards) > 1 else None
        if chosen is None:
            yield from self.here(pictures, chain.from_iterable(shards), levels)
            return
        on, job = chosen
        with pool_on(on, job) as pool:
            yield from compare_in_shards(
                pictures,
                shards,
                levels,
                job,
                pool,
                partial_files=self.partial_files,
                warn=self.warn,
                on_fault=self.on_fault,
            )


def _parted(blocks: Iterable[NDArray[np.int64]], shard: int) -> Iterator[Blocks]:
    """Blocks of each shard."""
    some: list[NDArray[np.int64]] = []
    pictures = 0
    for block in blocks:
        if some and pictures + len(block) > shard:
            yield some
            some, pictures = [], 0
        some.append(block)
        pictures += len(block)
    if some:
        yield some


def _key_of(pictures: Signed, blocks: Blocks, levels: Sequence[str]) -> str:
    """What names the files of a shard: another one of the same name has the same groups.

    Sketches are not read for it: an image and the method of its signature have one.
    """
    lengths = [len(block) for block in blocks]
    places = np.concatenate(blocks)
    method = f"{version('tagatlas')} {METHOD} {levels} {lengths}"
    digest = sha256(f"{method} {pictures.ids(places)}".encode())
    for each in (pictures.methods, pictures.hashes, pictures.present, pictures.sizes):
        digest.update(np.ascontiguousarray(each[places]).data)
    return digest.hexdigest()[:32]
