"""Tagging in shards: the same answers as :func:`tagatlas_tagging.tag_images` in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from tagatlas.contracts import ImageStore, Tagger
from tagatlas.errors import TagatlasError, TaggerError
from tagatlas_shards.answers import Answers, read_answers, write_answers
from tagatlas_shards.driver import Pool, drive
from tagatlas_shards.failed import OnFault, Told
from tagatlas_shards.notes import Notes
from tagatlas_shards.partition import id_lanes
from tagatlas_shards.place import Place
from tagatlas_shards.shard import Desk, Fault, Job, Results, Shard
from tagatlas_tagging import Call, prepare, tag_images

STORED = 256
"""Answers that are stored together."""


@dataclass(frozen=True)
class TagJob(Job):
    """Tagging by one backend.

    Attributes:
        place: see :class:`Job`.
        folder: see :class:`Job`.
        marker: see :class:`Job`.
        gpus: see :class:`Job`.
        fingerprint: the tagger's, where the answers are stored.
        make_store: makes the image store in another process; gets what notes its failures.
        make_tagger: makes the tagger there.
    """

    place: Place
    folder: str
    marker: str
    gpus: float
    fingerprint: str
    make_store: Callable[[Notes], ImageStore] = field(repr=False)
    make_tagger: Callable[[], Tagger] = field(repr=False)

    def begin(self) -> Desk:
        """Make the tagger and load its model.

        Raises:
            TagatlasError: it cannot be used here, or would answer differently.
        """
        tagger = self.make_tagger()
        if (here := tagger.fingerprint()) != self.fingerprint:
            raise TaggerError(
                f"the tagger there is not the one here, and would answer differently: {here!r}, "
                f"not {self.fingerprint!r}; install the same versions and models everywhere"
            )
        prepare(tagger)
        notes = Notes()
        return _TagDesk(tagger, self.make_store(notes), notes)


@dataclass(frozen=True)
class _TagDesk(Desk):
    tagger: Tagger
    store: ImageStore
    notes: Notes

    def work(self, shard: Shard, stop: Event) -> Results:
        """Tag the images of a shard."""
        answers: Answers = []
        error = ""
        ending = Event()  # of this shard: the tagger may end it
        calls = tag_images(
            _until(stop, ending, map(str, shard.items)),
            self.store,
            self.tagger,
            stop=ending,
            warn=self.notes.warn,
            on_fault=self.notes.record,
        )
        try:
            for call in calls:
                answers += call.answers
                if stop.is_set():
                    ending.set()
        except TagatlasError as trouble:
            error = str(trouble)
        is_whole = len(answers) == len(shard.items)
        return Results(write_answers(answers) if answers else b"", is_whole, error)

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """See :meth:`Desk.told`."""
        return self.notes.told()


def _until(stop: Event, ending: Event, ids: Iterator[str]) -> Iterator[str]:
    """The ids up to the moment when work is to stop."""
    for each in ids:
        if stop.is_set():
            ending.set()
            return
        yield each


def tag_in_shards(
    ids: Sequence[str],
    job: TagJob,
    pool: Pool,
    *,
    stop: Event,
    warn: Callable[[str], None],
    on_fault: OnFault,
) -> Iterator[Call]:
    """Tag images in a pool of processes; yields calls as :func:`tag_images` does.

    A shard's file is removed once the iteration goes on after its last call, when its answers are
    stored. Files of a driver that was killed before are read by :func:`kept_answers`.

    Args:
        ids: of the images, each once, in id order.
        job: what they are tagged with.
        pool: of processes with that job; closed by the caller.
        stop: once it is set, by any thread, what is answered is yielded, and no more is asked.
        warn: called with lines for the user.
        on_fault: called with unexpected errors that cost one image each.

    Raises:
        TaggerError: some shards could not be finished; raised after all others.
        TagatlasError: the processes cannot work; the message says what to do.
    """
    told = Told(warn, on_fault)
    for shard, report in drive(id_lanes(ids), pool, stop=stop, warn=told.warn):
        told.take(shard, report)
        if report.file:
            answers = read_answers(job.place.get(report.file), report.file)
            for begin in range(0, len(answers), STORED):
                yield Call(None, answers[begin : begin + STORED], "no")
            job.place.remove(report.file)
    if told.failed:
        raise TaggerError(told.sentence())


def kept_answers(place: Place, folder: str, warn: Callable[[str], None]) -> Iterator[Answers]:
    """Answers in files that no driver has stored yet, a list for each file.

    A file is removed once the iteration goes on; one that cannot be read is said and removed, and
    its images are asked about again.
    """
    for name in place.names(folder):
        try:
            yield read_answers(place.get(name), name)
        except TagatlasError as error:
            warn(f"{error}; it is removed, and its images are tagged again")
        place.remove(name)
