"""Step three: from images to tags, by one backend."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event

from tagatlas.atlas import Atlas
from tagatlas.contracts import (
    Progress,
    RereadingTagger,
    ShowProgress,
    Tagger,
    TagResult,
    TagStatus,
    no_progress,
    no_show,
)
from tagatlas.faults import IN_A_ROW
from tagatlas.plugins import TAGGERS, PluginChoice
from tagatlas.selection import Selection
from tagatlas.steps.credentials import require_key, require_service
from tagatlas.steps.opened import AtlasLike, opened, select
from tagatlas.steps.options import TagOptions
from tagatlas.steps.planning import estimate_tagging, plan_tagging
from tagatlas.steps.sharding import calls_in_shards, left_answers, opened_on, tags_on
from tagatlas.steps.spending import Estimate, Purse
from tagatlas.steps.storing import reading_each, store_answers
from tagatlas_tagging import (
    Call,
    Plan,
    closing,
    no_bookkeeping,
    no_limit,
    prepare,
    tag_images,
)

READY = 1
"""Paid calls that are recorded and queued while the service is still busy. One keeps it busy: 10 %
more images in the same time (measured)."""


@dataclass(frozen=True)
class TagReport:
    """Result of tagging.

    Attributes:
        backend: the tagger's name.
        asked: number of images sent to it now.
        copied: number of images that got a copy of another's answer now.
        counts: number of the collection's images by tag status.
        spent: US dollars spent on the backend in this atlas, at most; None if it costs nothing.
        stopped: whether it was stopped before all images were sent.
        notes: the tagger's remarks on how it read its options, a line each.
        held: number of images that look like one whose call was lost: they wait until that one is
            sent again, with ``retry_failed``.
        postponed: number of images that look like one that the backend could not read: the next
            run sends one of them.
        unreadable: number of images that the backend could not read; 0 if it costs nothing.
        model_versions: number of the collection's images by the version of the model that
            answered, empty text where none is known; empty if the backend names none.
        faults: a line about unexpected errors that cost one image each, if there were any.
    """

    backend: str
    asked: int
    copied: int
    counts: Mapping[str, int]
    spent: float | None = None
    stopped: bool = False
    notes: Sequence[str] = ()
    held: int = 0
    postponed: int = 0
    unreadable: int = 0
    model_versions: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()


def tag(
    atlas: AtlasLike,
    *,
    retry_failed: bool = False,
    retry_unreadable: bool = False,
    on: str = "",
    stop: Event | None = None,
    on_estimate: Callable[[Estimate], None] | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> TagReport:
    """Have a backend tag the images that it has not answered yet.

    Args:
        atlas: open for writing, or the folder of one.
        retry_failed: also send images again that failed before; if they cost money, only those
            that may succeed now, not those that the backend could not read.
        retry_unreadable: also send again, and pay again for, those that it could not read.
        on: where the images are tagged: ``auto``, the Ray cluster that this machine is in;
            ``ray://HOST:10001``; ``local``, some processes of this machine; by default this
            process. Services are always called from this one.
        stop: once it is set, by any thread, no further call is begun; those under way are stored.
        on_estimate: called with the maximum cost before tagging that costs money.
        show: see :func:`tagatlas.run`.
        options: of the step ``tag`` and of taggers, by name, such as ``backend="clip"``,
            ``budget=5.0``.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: an invalid choice.
        AuthenticationFailed: the tagger's key is not set, and it has not tagged here before; no
            option is remembered.
        NotTrusted: the backend is a service, or its settings need the user's consent, which the
            user has not given.
        BudgetReached: the next call could cost more than the budget has left.
        TaggerError: the backend cannot go on; its answers are stored.
        TagatlasError: there is no such cluster, or its processes do not see the images.
    """
    with opened_on(atlas, on) as its_atlas:
        selection = select(its_atlas, options, "tag")
        with tagging_with(its_atlas, selection) as (tagging, tagger):
            ask_each = tagging.near_duplicates == "each"
            if on_estimate is not None and tagger.product.price is not None:
                expected = estimate_tagging(
                    its_atlas,
                    tagger,
                    retry_failed=retry_failed,
                    retry_unreadable=retry_unreadable,
                    ask_each=ask_each,
                    budget=tagging.budget,
                )
                on_estimate(expected)
            with selection.remembered():
                return tag_collection(
                    its_atlas,
                    tagger,
                    retry_failed=retry_failed,
                    retry_unreadable=retry_unreadable,
                    budget=tagging.budget,
                    ask_each=ask_each,
                    on=on,
                    stop=stop,
                    show=show,
                )


def estimate(
    atlas: AtlasLike,
    *,
    retry_failed: bool = False,
    retry_unreadable: bool = False,
    **options: object,
) -> Estimate:
    """Estimate the work and maximum cost of :func:`tag`. Nothing is sent or written.

    Args:
        atlas: open, or the folder of one.
        retry_failed: see :func:`tag`.
        retry_unreadable: see :func:`tag`.
        options: see :func:`tag`.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: an invalid choice.
    """
    with opened(atlas, write=False) as its_atlas:
        selection = select(its_atlas, options, "tag")
        tagging, tagger = choose_tagging(selection)
        with closing(tagger.product, tagger.name, its_atlas.plugins.warn):
            selection.check()
            return estimate_tagging(
                its_atlas,
                tagger,
                retry_failed=retry_failed,
                retry_unreadable=retry_unreadable,
                ask_each=tagging.near_duplicates == "each",
                budget=tagging.budget,
            )


def choose_tagging(selection: Selection) -> tuple[TagOptions, PluginChoice[Tagger]]:
    """The options of tagging, and the backend."""
    options = selection.options("tag", TagOptions, unasked={"backend"})
    return options, selection.plugin(TAGGERS, options.backend)


@contextmanager
def tagging_with(
    atlas: Atlas, selection: Selection
) -> Iterator[tuple[TagOptions, PluginChoice[Tagger]]]:
    """The options of tagging and the backend, which may be asked now, and is closed at the end.

    Raises:
        TagatlasError: it may not be asked; see :func:`tag`.
    """
    options, tagger = choose_tagging(selection)
    with closing(tagger.product, tagger.name, atlas.plugins.warn):
        selection.check()
        atlas.require_store()
        require_service(atlas, selection, tagger)
        require_key(atlas, tagger)
        yield options, tagger


def tag_collection(
    atlas: Atlas,
    tagger: PluginChoice[Tagger],
    *,
    images: Collection[str] | None = None,
    retry_failed: bool = False,
    retry_unreadable: bool = False,
    budget: float | None = None,
    ask_each: bool = False,
    on: str = "",
    stop: Event | None = None,
    show: ShowProgress = no_show,
) -> TagReport:
    """Have a backend tag every image that it has not answered yet.

    Each batch's answers are stored in one transaction as soon as they arrive, so that a
    process that dies loses at most the batches in flight. If the tags are read from stored
    answers, that is done at the end, also for answers stored by another reading.

    If images cost money, each call is recorded in the catalog before it is made, and of images
    that are certainly the same only one is sent: the others get a copy of its answer, marked as
    such. If it fails, no other is sent in its place in this run, which so never costs more than
    :func:`~tagatlas.toolkit.taggers.estimate_tagging` says.

    Args:
        atlas: open for writing.
        tagger: the backend; prepared if any image is sent, and closed by the caller.
        images: ids of the only ones that are sent or get a copy of an answer; None for all.
        retry_failed: see :func:`tag`.
        retry_unreadable: see :func:`tag`.
        budget: maximum US dollars that this atlas may ever spend on the backend, in all runs;
            None for no limit. Calls that may have been billed count.
        ask_each: if images cost money, also send those that look the same as others.
        on: see :func:`tag`.
        stop: once it is set, by any thread, no further call is begun; those under way are stored.
        show: see :func:`tagatlas.run`.

    Raises:
        BudgetReached: the next call could cost more than the budget has left.
        TaggerError: the backend cannot go on; its answers are stored.
    """
    instance = tagger.product
    tagging = atlas.catalog.tagging
    reading = None
    if isinstance(instance, RereadingTagger):
        reading = tagging.use_reading(tagger.name, instance.fingerprint(), instance.reading())
        asked, tagged = reading.asked, reading.id
    else:
        asked = tagged = tagging.use(tagger.name, instance.fingerprint())
    price = instance.price
    purse = None if price is None else Purse(atlas.catalog, tagger.name, asked, price, budget)
    on = tags_on(atlas, tagger, on)
    for answers in left_answers(atlas, tagger, on):
        store_answers(atlas, asked, _to_keep(instance, answers), None)
    plan = plan_tagging(
        atlas,
        instance,
        asked,
        images=images,
        retry_failed=retry_failed,
        retry_unreadable=retry_unreadable,
        ask_each=ask_each,
    )
    run = _Run(atlas, tagger, asked, plan, purse, stop or Event(), on)
    atlas.faults.hide(os.environ.get(instance.key_variable or "", ""))
    try:
        run.carry_out(show)
    finally:
        if reading is not None and isinstance(instance, RereadingTagger):
            read = reading_each(instance, atlas.faults)
            tagging.update_reading(reading, read, collective=instance.collective)
    tagging.seal(asked, tagged)
    return TagReport(
        backend=tagger.name,
        asked=run.asked,
        copied=run.copied,
        counts=tagging.counts(tagged),
        spent=None if purse is None else purse.spent,
        stopped=run.stop.is_set(),
        notes=instance.notes,
        held=len(plan.held) + run.held,
        postponed=run.postponed,
        unreadable=0 if purse is None else Counter(tagging.failures(asked).values())["image"],
        model_versions=tagging.model_versions(tagged),
        faults=atlas.faults.lines(),
    )


def _to_keep(
    tagger: Tagger, answers: Iterable[tuple[str, TagResult]]
) -> list[tuple[str, TagResult]]:
    """Answers as they are stored: tags that are read from them come at the end."""
    if isinstance(tagger, RereadingTagger):
        return [(image_id, replace(result, tags=())) for image_id, result in answers]
    return list(answers)


@dataclass
class _Run:
    """Carries out a plan, and counts.

    Attributes:
        atlas: open for writing.
        chosen: the backend.
        backend: its number, under which answers are stored.
        plan: the images to send.
        purse: pays for the calls; None if they cost nothing.
        stop: see :func:`tag_collection`.
        on: see :func:`tag_collection`; empty if this process tags.
        progress: called with images answered.
        asked: number of images sent.
        copied: number of images that got a copy of another's answer.
        failed: number of images that failed.
        held: see :class:`TagReport`; without those of the plan.
        postponed: see :class:`TagReport`.
        unstored: number of answers in a row that the catalog did not take.
    """

    atlas: Atlas
    chosen: PluginChoice[Tagger]
    backend: int
    plan: Plan
    purse: Purse | None
    stop: Event
    on: str = ""
    progress: Progress = no_progress
    asked: int = 0
    copied: int = 0
    failed: int = 0
    held: int = 0
    postponed: int = 0
    unstored: int = 0

    def carry_out(self, show: ShowProgress) -> None:
        """Send the images, store the answers, and copy those that others share."""
        if self.plan.ask and not self.on:
            prepare(self.chosen.product, show)
        with show("tagging") as self.progress:
            self._tell()
            self._copy(self.plan.originals)
            try:
                self._ask()
            finally:
                self._share()

    def _share(self) -> None:
        """Give the images that wait for another the answer of that one, if it has one."""
        waiting = self.plan.waiting
        if not waiting:
            return
        answered = self.atlas.catalog.tagging.answered(self.backend)
        failures = self.atlas.catalog.tagging.failures(self.backend)
        kinds = Counter(failures.get(original) for original in waiting.values())
        self.held, self.postponed = kinds["transient"], kinds["image"]
        self._copy({image: other for image, other in waiting.items() if other in answered})

    def _copy(self, originals: Mapping[str, str]) -> None:
        self.atlas.catalog.tagging.copy_answers(self.backend, originals)
        self.copied += len(originals)
        self._tell()

    def _calls(self) -> Iterator[Call]:
        if self.on:
            return calls_in_shards(self.atlas, self.chosen, self.plan.ask, self.on, self.stop)
        return tag_images(
            self.plan.ask,
            self.atlas.store,
            self.chosen.product,
            afford=no_limit if self.purse is None else self.purse.affordable,
            begin=no_bookkeeping if self.purse is None else self.purse.begin,
            ready=0 if self.purse is None else READY,
            stop=self.stop,
            warn=self.atlas.plugins.warn,
            on_fault=self.atlas.faults.record,
        )

    def _ask(self) -> None:
        for call in self._calls():
            answers = _to_keep(self.chosen.product, call.answers)
            ended = None if self.purse is None else self.purse.end(call)
            errors = store_answers(self.atlas, self.backend, answers, ended)
            self.asked += len(answers)
            self.failed += sum(result.status == TagStatus.FAILED for _, result in answers)
            self.failed += len(errors)
            self._tell()
            self.unstored = self.unstored + len(errors) if errors else 0
            if self.unstored >= IN_A_ROW:
                raise errors[-1]

    def _tell(self) -> None:
        total = len(self.plan.ask) + len(self.plan.originals) + len(self.plan.waiting)
        self.progress(self.asked + self.copied, total, self.failed)
