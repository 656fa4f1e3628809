"""Benchmarks of taggers, stored answers and codings on the images of an atlas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from tagatlas import Atlas, Estimate, Plugins, ShowProgress, no_show
from tagatlas.errors import TagatlasError
from tagatlas.toolkit import count, one_line
from tagatlas.toolkit.backends import backend_results
from tagatlas.toolkit.calls import AtlasLike, several
from tagatlas_compare.benching.asking import (
    ask,
    cost_of,
    estimate_asking,
    read_file,
    speed_of,
)
from tagatlas_compare.benching.entrants import (
    Answered,
    Coded,
    Contender,
    TableFile,
    ToAsk,
    file_name,
    read_contenders,
    seen_of_backend,
    seen_of_coding,
)
from tagatlas_compare.benching.options import BenchOptions
from tagatlas_compare.benching.preparing import Tell, prepared, quiet
from tagatlas_compare.benching.results.assembling import assemble
from tagatlas_compare.benching.results.document import Cost, EntrantRow, Results, Task
from tagatlas_compare.benching.results.folder import (
    Row,
    read_own,
    read_row,
    write_row,
)
from tagatlas_compare.benching.results.rows import Measuring
from tagatlas_compare.benching.running.process import Ran, Work, run_tagger

_REASONS = 3
"""How many reasons of failures are said."""


def bench(
    location: AtlasLike,
    backends: str | Sequence[str] = (),
    *,
    out: str | Path = "bench",
    truth: str | Path | Sequence[str | Path] = (),
    label_map: str | Path | None = None,
    again: bool = False,
    plugins: Plugins | None = None,
    stop: Event | None = None,
    show: ShowProgress = no_show,
    tell: Tell = quiet,
    **options: object,
) -> Results:
    """Measure backends against what is known of images, and against each other.

    Answers that are not stored yet are asked for as :func:`tagatlas.tag` does, and stored: those
    about a source in an atlas in the folder ``out``. The results of each entrant are written as
    soon as they are there. So a call that was interrupted goes on where it was.

    Args:
        location: an atlas, open or its folder; or a source: see :func:`tagatlas.run`.
        backends: what takes part, each once, or one: names of taggers, with options of their own
            in the form ``imagenet:minimum-score=0.1,tags-per-image=5``; stored answers as for
            :func:`~tagatlas_compare.compare`, ``imagenet:1``; files with tables of tags or with
            codings. By default everything that has answered in the atlas.
        out: folder of the results, which keeps earlier ones.
        truth: files that say what is on the images, by one coder or several; instead of labels.
        label_map: a table of the tags that stand for labels, in place of what is matched.
        again: measure speed and robustness again, also of what was measured before with the same
            versions on the same machine.
        plugins: the installed ones by default.
        stop: once it is set, by any thread, no further call is begun.
        show: see :func:`tagatlas.run`.
        tell: called with a line about what is going on.
        options: of measuring, of the steps ``add`` and ``fetch`` and of their plugins, by name,
            such as ``labels="folder"``; see :class:`tagatlas_compare.BenchOptions`.

    Returns:
        The results of all entrants on these images, also of earlier calls.

    Raises:
        OptionError, UnknownPlugin, UsageError: an invalid choice.
        NotTrusted: a tagger is a service, and the atlas is not trusted.
        InputError, NoImages: there is nothing to measure with.
        StorageError: the results cannot be written.
        KeyboardInterrupt: it was stopped; the same call goes on.
    """
    with prepared(location, backends, out, truth, label_map, plugins, show, tell, options) as (
        measuring,
        chosen,
    ):
        run = _Run(measuring, chosen, again, stop, show, tell)
        return run.measure_all(read_contenders(measuring.atlas, several(backends)))


def estimate_bench(
    location: AtlasLike,
    backends: str | Sequence[str] = (),
    *,
    out: str | Path = "bench",
    truth: str | Path | Sequence[str | Path] = (),
    plugins: Plugins | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> list[Estimate]:
    """What :func:`bench` would ask of each tagger, and what that would cost.

    The images of a source are fetched. Nothing is asked.

    Args:
        location: see :func:`bench`.
        backends: see :func:`bench`.
        out: see :func:`bench`.
        truth: see :func:`bench`.
        plugins: see :func:`bench`.
        show: see :func:`bench`.
        options: see :func:`bench`.

    Returns:
        One for each tagger that is named, in order.

    Raises:
        TagatlasError: see :func:`bench`.
    """
    with prepared(location, backends, out, truth, None, plugins, show, quiet, options) as (
        measuring,
        chosen,
    ):
        images = measuring.task.task.image_ids
        return [
            estimate_asking(measuring.atlas, each, images, chosen)
            for each in read_contenders(measuring.atlas, several(backends))
            if isinstance(each, ToAsk)
        ]


@dataclass(frozen=True, eq=False)
class _Run:
    """Measures entrants, one after the other.

    Attributes:
        measuring: measures what they saw.
        options: of measuring.
        again: see :func:`bench`.
        stop: see :func:`bench`.
        show: see :func:`tagatlas.run`.
        tell: see :data:`Tell`.
    """

    measuring: Measuring
    options: BenchOptions
    again: bool
    stop: Event | None
    show: ShowProgress
    tell: Tell

    @property
    def atlas(self) -> Atlas:
        """With the images; open for writing."""
        return self.measuring.atlas

    @property
    def out(self) -> Path:
        """Folder of the results."""
        return self.measuring.out

    @property
    def task(self) -> Task:
        """What is measured."""
        return self.measuring.task.task

    @property
    def images(self) -> Sequence[str]:
        """Ids of the images."""
        return self.task.image_ids

    def measure_all(self, contenders: Sequence[Contender]) -> Results:
        """Measure all, and put them together with those that were measured before."""
        read_own(self.out)  # damaged results are said before anything is asked
        failed: list[EntrantRow] = []
        written: dict[str, str] = {}
        for number, contender in enumerate(contenders, start=1):
            self.tell(f"{number} of {len(contenders)}: {contender.label}")
            try:
                rows = list(self._rows(contender))
            except TagatlasError as error:
                self.tell(f"{contender.label}: {error}")
                failed.append(self._failed(contender, str(error)))
                continue
            for row in rows:
                if row.name in written:
                    self.tell(
                        f"{row.entrant.backend} and {written[row.name]} are the same answers: they"
                        " share a row"
                    )
                written[row.name] = row.entrant.backend
                write_row(self.out, row, self.measuring.task.truth)
        stored = read_own(self.out).get(self.task.digest)
        if stored is None:
            return self.measuring.document(failed)
        return assemble(stored, failed)

    def _rows(self, contender: Contender) -> Iterator[Row]:
        if isinstance(contender, ToAsk):
            asked = ask(
                self.atlas,
                contender,
                self.images,
                self.options,
                measure=self._ran,
                stop=self.stop,
                show=self.show,
            )
            ran = asked.ran or Ran(speed=speed_of(self.atlas, asked.answered.backend))
            entrant = EntrantRow(
                contender.label,
                contender.tagger,
                options=asked.options,
                robustness=ran.robustness,
                speed=ran.speed,
                cost=asked.cost,
                notes=ran.troubles,
            )
            yield self._of_answers(asked.answered, entrant)
        elif isinstance(contender, TableFile):
            for each in read_file(self.atlas, contender, self.images):
                yield self._stored(each)
        else:
            yield self._stored(contender)

    def _stored(self, answers: Answered | Coded) -> Row:
        """The row of what is stored, or was coded, elsewhere."""
        if isinstance(answers, Coded):
            seen = seen_of_coding(answers)
            cost = Cost("imported")
            return self.measuring.row(seen, EntrantRow(seen.label, seen.label, cost=cost))
        backend = answers.backend
        speed, cost = speed_of(self.atlas, backend), cost_of(self.atlas, backend)
        entrant = EntrantRow(answers.label, backend.name, speed=speed, cost=cost)
        return self._of_answers(answers, entrant)

    def _of_answers(self, answers: Answered, entrant: EntrantRow) -> Row:
        """The row of a backend of the atlas."""
        results = backend_results(self.atlas, answers.backend)
        reasons = [
            f"{count(images, 'image')} failed: {one_line(reason)}"
            for reason, images in list(results.reasons.items())[:_REASONS]
        ]
        whole = replace(
            entrant, notes=[*entrant.notes, *reasons], model_versions=results.model_versions
        )
        seen = seen_of_backend(self.atlas, answers, self.images)
        with self.show("judging"):
            return self.measuring.row(seen, whole)

    def _ran(self, work: Work) -> Ran:
        """Speed and robustness of a tagger; as they were measured before, if nothing changed."""
        earlier = None if self.again else self._earlier(work)
        if earlier is not None:
            self.tell("speed and robustness are those measured before: --again measures again")
            return earlier
        perturbed = f"; robustness, on {count(len(work.perturbed), 'image')}"
        self.tell(
            f"speed and memory, on {count(len(work.images), 'image')}"
            + (perturbed if work.perturbed else "")
        )
        with self.show("measuring") as progress:
            return run_tagger(work, progress)

    def _earlier(self, work: Work) -> Ran | None:
        name = file_name(work.tagger, work.fingerprint)
        row = read_row(self.out, self.task.digest, name)
        speed = None if row is None else row.entrant.speed
        if row is None or speed is None:
            return None
        now, entrant = self.measuring.document([]), row.entrant
        same = (
            (row.document.machine, row.document.versions) == (now.machine, now.versions)
            and speed.images == len(work.images)
            and len(speed.images_per_second_of_repeats) == max(work.repeats - 1, 1)
            and all(
                each.images + each.silent + each.too_small == len(work.perturbed)
                for each in entrant.robustness
            )
        )
        return Ran(speed, entrant.robustness, entrant.notes) if same else None

    def _failed(self, contender: Contender, reason: str) -> EntrantRow:
        tagger = contender.tagger if isinstance(contender, ToAsk) else contender.label
        return EntrantRow(contender.label, tagger, error=reason)
