"""Benchmarks of taggers, stored answers and codings on the images of an atlas."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tagatlas import Atlas, Plugins, ShowProgress, load_plugins, no_show
from tagatlas.errors import MissingDependency, PluginError, TagatlasError, UsageError
from tagatlas.toolkit import as_shown
from tagatlas.toolkit.calls import AtlasLike, Owner, opened, require_trust_in, select, several
from tagatlas.toolkit.collection import collect
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.taggers import closing
from tagatlas_compare.benching.asking import ask, cost_of, read_file, reasons_of, speed_of
from tagatlas_compare.benching.document import Cost, EntrantRow, Results, Task
from tagatlas_compare.benching.entrants import (
    Answered,
    Coded,
    Contender,
    TableFile,
    ToAsk,
    file_name,
    read_contender,
    read_contenders,
    seen_of_backend,
    seen_of_coding,
)
from tagatlas_compare.benching.measures.matching import LabelMap
from tagatlas_compare.benching.options import BenchOptions
from tagatlas_compare.benching.results import (
    Row,
    assemble,
    make_folder,
    read_row,
    read_tasks,
    write_row,
)
from tagatlas_compare.benching.rows import Measuring
from tagatlas_compare.benching.running import Ran, Work, run_tagger
from tagatlas_compare.benching.task import choose_task
from tagatlas_compare.comparison.comparing import find_label_similarity

Tell = Callable[[str], None]
"""Called with a line about what is going on."""


def quiet(text: str) -> None:
    """A :data:`Tell` that says nothing."""


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
        tell: see :data:`Tell`.
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
    found_plugins = load_plugins() if plugins is None else plugins
    files = [Path(truth)] if isinstance(truth, str | Path) else [Path(each) for each in truth]
    backends = several(backends)
    folder = Path(out)
    with _opened(location, backends, folder, found_plugins) as (atlas, source):
        owner = Owner("bench", BenchOptions)
        selection = select(atlas, options, "add", "fetch", further=[owner])
        chosen = selection.options("bench", BenchOptions)
        if source is None:
            _require_trust(atlas, read_contenders(atlas, backends))  # before any work
            selection.check()
        else:
            collect(atlas, source, selection, show=show)
        given = None if label_map is None else LabelMap.read(Path(label_map))
        further = {"meaning": chosen.meaning, "label_map": _digest_of(given)}
        task = choose_task(atlas, chosen, files, further)
        for note in task.notes:
            tell(f"note: {note}")
        with find_label_similarity(atlas, chosen.meaning) as meaning:
            name = _collection(atlas, source)
            measuring = Measuring(
                atlas, name, task, folder, chosen.top, chosen.seed, given, meaning
            )
            run = _Run(measuring, chosen, again, stop, show, tell)
            return run.measure_all(read_contenders(atlas, backends))


def _digest_of(given: LabelMap | None) -> str:
    """A digest of the user's own table; empty for none."""
    if given is None:
        return ""
    return hashlib.sha256(given.table.write_csv().encode()).hexdigest()[:16]


@contextmanager
def _opened(
    location: AtlasLike, backends: Sequence[str], out: Path, plugins: Plugins
) -> Iterator[tuple[Atlas, str | None]]:
    """The atlas with the images, and the source that they are to come from, if they do."""
    if isinstance(location, Atlas) or (Path(location) / "catalog.sqlite").is_file():
        with opened(location, plugins) as atlas:
            yield atlas, None
        return
    if not backends:
        raise UsageError("nothing has tagged these images yet: name it with --backend NAME")
    source = str(location)
    for text in backends:
        if ":" not in text:
            read_contender(text, plugins)  # wrong names are refused before any work
    make_folder(out)
    with opened(out / f"{_name(source)}.atlas", plugins, create=True) as atlas:
        yield atlas, source


def _require_trust(atlas: Atlas, contenders: Sequence[Contender]) -> None:
    """Make sure that taggers that are services may get the images of the atlas."""
    for each in contenders:
        if isinstance(each, ToAsk):
            with suppress(PluginError, MissingDependency):  # its result says so
                chosen = select(atlas, each.given(), "tag").plugin(TAGGERS, each.tagger)
                with closing(chosen.product, each.tagger, atlas.plugins.warn):
                    require_trust_in(atlas, chosen.product, each.tagger)


def _name(source: str) -> str:
    """The name of a source's atlas."""
    place = str(Path(source).resolve()) if Path(source).exists() else source
    readable = re.sub(r"[^\w.-]+", "-", Path(as_shown(source)).name, flags=re.ASCII).strip(".-")
    return f"{readable[:40] or 'source'}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"


def _collection(atlas: Atlas, source: str | None) -> str:
    if source is None:
        return atlas.folder.resolve().name.removesuffix(".atlas")
    place = as_shown(source)
    return Path(place).name or place


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
        stored = read_tasks(self.out).get(self.task.digest)
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
            seen = seen_of_backend(self.atlas, asked.answered, self.images)
            yield self.measuring.row(
                seen,
                EntrantRow(
                    seen.label,
                    contender.tagger,
                    options=asked.options,
                    robustness=ran.robustness,
                    speed=ran.speed,
                    cost=asked.cost,
                    notes=[*ran.troubles, *reasons_of(self.atlas, asked.answered.backend)],
                ),
            )
        elif isinstance(contender, TableFile):
            for each in read_file(self.atlas, contender, self.images):
                yield self._of_answers(each)
        else:
            yield self._of_answers(contender)

    def _of_answers(self, answers: Answered | Coded) -> Row:
        if isinstance(answers, Coded):
            seen = seen_of_coding(answers)
            cost = Cost("imported")
            return self.measuring.row(seen, EntrantRow(seen.label, seen.label, cost=cost))
        seen = seen_of_backend(self.atlas, answers, self.images)
        backend = answers.backend
        entrant = EntrantRow(
            seen.label,
            backend.name,
            speed=speed_of(self.atlas, backend),
            cost=cost_of(self.atlas, backend),
            notes=reasons_of(self.atlas, backend),
        )
        return self.measuring.row(seen, entrant)

    def _ran(self, work: Work) -> Ran:
        """Speed and robustness of a tagger; as they were measured before, if nothing changed."""
        earlier = None if self.again else self._earlier(work)
        if earlier is not None:
            self.tell("speed and robustness are those measured before: --again measures again")
            return earlier
        with self.show("measuring"):
            return run_tagger(work)

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
