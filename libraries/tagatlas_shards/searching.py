"""Search in shards: the same neighbours as :func:`similar_by_shard` finds in one process.

The images that are searched are one file. The vectors of a shard are another one, which is put
when the shard is handed out, so that the place never holds those of all images at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from threading import Event

import numpy as np
from numpy.typing import NDArray

from tagatlas.errors import StorageError, TagatlasError
from tagatlas_mapping.cluster.neighbours import SHARD, similar_by_shard
from tagatlas_mapping.cluster.vectors import Vectors
from tagatlas_shards.choosing import pool_on
from tagatlas_shards.driver import Pool, drive
from tagatlas_shards.failed import OnFault, Told
from tagatlas_shards.place import GIVEN, Place
from tagatlas_shards.shard import Desk, Fault, Job, Lane, Made, Results, Shard
from tagatlas_shards.vectors import (
    read_neighbours,
    read_vectors,
    write_neighbours,
    write_vectors,
)

AT_ONCE = 1 << 13
"""Images between two looks whether to stop; a multiple of 256, see :func:`similar_by_shard`."""


@dataclass(frozen=True)
class SearchJob(Job):
    """A search for the most similar among some images.

    Attributes:
        place: see :class:`Job`.
        folder: see :class:`Job`.
        marker: see :class:`Job`.
        key: of the search, as from :func:`key_of`.
        count: number of neighbours of each image.
        gpus: see :class:`Job`.
    """

    place: Place
    folder: str
    marker: str
    key: str
    count: int
    gpus: float = 0.0

    @property
    def searched(self) -> str:
        """Name of the file of the images that are searched."""
        return f"{self.folder}/{self.key}.{GIVEN}"

    def begin(self) -> Desk:
        """Read the images that are searched."""
        return SearchDesk(self, read_vectors(self.place.get(self.searched), self.searched))


@dataclass(frozen=True, eq=False)
class SearchDesk(Desk):
    """Searches.

    Attributes:
        job: the search.
        among: the images that are searched.
    """

    job: SearchJob
    among: Vectors

    def work(self, shard: Shard, stop: Event) -> Results:
        """Find the neighbours of the images of a shard."""
        [name] = map(str, shard.items)
        vectors = read_vectors(self.job.place.get(name), name)
        every = np.arange(len(vectors))
        found = []
        for _, near in similar_by_shard(
            vectors, every, self.job.count, among=self.among, shard=AT_ONCE
        ):
            found.append(near)
            if stop.is_set():
                break
        neighbours = np.concatenate(found)
        if len(neighbours) < len(every):
            return Results(b"", is_whole=False)
        return Results(write_neighbours(neighbours), is_whole=True)

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """See :meth:`Desk.told`."""
        return (), ()


def key_of(
    vectors: Vectors, sought: NDArray[np.intp], count: int, *, among: Vectors, shard: int = SHARD
) -> str:
    """What names the files of a search: another one of the same name has the same results."""
    digest = sha256(f"{version('tagatlas')} {count} {shard}".encode())
    arrays: list[NDArray[np.generic]] = [sought]
    for each in (vectors, among):
        tags = each.tags
        arrays += [tags.indptr, tags.indices, tags.data, each.common, each.embeddings]
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:32]


def search_in_shards(
    vectors: Vectors,
    sought: NDArray[np.intp],
    job: SearchJob,
    pool: Pool,
    *,
    among: Vectors,
    warn: Callable[[str], None],
    on_fault: OnFault,
    shard: int = SHARD,
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]:
    """Find neighbours in a pool of processes; yields what :func:`similar_by_shard` does, in order.

    Files of results stay, so that a driver that is killed later has them again, until
    the folder is cleared.

    Args:
        vectors: of n images.
        sought: rows of the images whose neighbours are sought, shape (m,).
        job: with the key of just this search.
        pool: of processes with that job; closed by the caller.
        among: the images that are searched.
        warn: called with lines for the user.
        on_fault: called with unexpected errors.
        shard: number of images of a shard.

    Raises:
        TagatlasError: some shards could not be finished; raised after all others.
    """
    rows = [sought[start : start + shard] for start in range(0, len(sought), shard)]
    shapes = [(len(some), job.count) for some in rows]
    numbers = {f"{job.key}-{number:06}": number for number in range(len(rows))}
    files = [f"{job.folder}/{name}.parquet" for name in numbers]

    def put(name: str, _: int) -> Shard:
        file = f"{job.folder}/{name}.{GIVEN}"
        job.place.put(file, write_vectors(vectors.take(rows[numbers[name]])))
        return Shard(name, (file,))

    there = set(job.place.names(job.folder))
    done = {
        number
        for number, (file, shape) in enumerate(zip(files, shapes, strict=True))
        if file in there and _is_whole(job.place, file, shape, len(among), warn)
    }
    lanes = [
        Lane(Made(1, partial(put, name))) for name, number in numbers.items() if number not in done
    ]
    if lanes:
        job.place.put(job.searched, write_vectors(among))
    told = Told(warn, on_fault)
    reports = drive(lanes, pool, stop=Event(), warn=told.warn)
    for number, (file, shape) in enumerate(zip(files, shapes, strict=True)):
        while number not in done:
            ended, report = next(reports, (None, None))
            if ended is None or report is None:
                raise TagatlasError(told.sentence())
            told.take(ended, report)
            job.place.remove(f"{job.folder}/{ended.name}.{GIVEN}")
            if report.file:
                done.add(numbers[ended.name])
        yield rows[number], read_neighbours(job.place.get(file), file, shape, len(among))
    job.place.remove(job.searched)


@dataclass(frozen=True)
class SearchOn:
    """Searches as :func:`similar_by_shard` does, in shards where there is a place for them.

    Attributes:
        place: of the files; None if there is none.
        folder: of the files in ``place``.
        marker: see :class:`Job`.
        where: asked when there is something to seek: the name of a pool, empty for this process.
        warn: called with lines for the user.
        on_fault: called with unexpected errors.
    """

    place: Place | None
    folder: str
    marker: str
    where: Callable[[], str]
    warn: Callable[[str], None]
    on_fault: OnFault

    def __call__(
        self, vectors: Vectors, sought: NDArray[np.intp], count: int, *, among: Vectors
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]:
        """See :func:`similar_by_shard` and :func:`search_in_shards`."""
        on = self.where() if len(sought) else ""
        if not on or self.place is None:
            yield from similar_by_shard(vectors, sought, count, among=among)
            return
        key = key_of(vectors, sought, count, among=among)
        job = SearchJob(self.place, self.folder, self.marker, key, count)
        with pool_on(on, job) as pool:
            yield from search_in_shards(
                vectors,
                sought,
                job,
                pool,
                among=among,
                warn=self.warn,
                on_fault=self.on_fault,
            )


def _is_whole(
    place: Place, file: str, shape: tuple[int, int], among: int, warn: Callable[[str], None]
) -> bool:
    """Whether a file that an earlier driver left can be read; said and removed if not."""
    try:
        read_neighbours(place.get(file), file, shape, among)
    except StorageError as error:
        warn(f"{error}; it is removed, and these images are sought again")
        place.remove(file)
        return False
    return True
