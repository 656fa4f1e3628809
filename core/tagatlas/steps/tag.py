"""Step three: images to tags, through one backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from threading import Event

import polars as pl
from PIL import Image

from tagatlas.atlas import Atlas
from tagatlas.contracts import (
    Progress,
    RereadingTagger,
    ShowProgress,
    Tagger,
    TagStatus,
    Variant,
    no_progress,
    no_show,
)
from tagatlas.errors import AuthenticationFailed, ImageNotStored
from tagatlas.plugins import TAGGERS, PluginChoice
from tagatlas.selection import Selection
from tagatlas.steps.opened import AtlasLike, opened, select
from tagatlas.steps.options import TagOptions
from tagatlas.steps.signatures import complete_signatures
from tagatlas.steps.spending import Estimate, Purse
from tagatlas_duplicates.pixels import are_equal
from tagatlas_tagging import (
    Plan,
    closing,
    no_bookkeeping,
    plan_asking,
    prepare,
    tag_images,
)

READY = 1
"""Calls that cost money which are in the catalog before the service is free for them: while it
waits for nothing but the images, a tenth more of them are tagged in the same time."""


@dataclass(frozen=True)
class TagReport:
    """What tagging did.

    Attributes:
        backend: the tagger's name.
        asked: number of images it was asked about now.
        copied: number of images that got the answer of another one now.
        counts: number of the collection's images by tag status.
        spent: US dollars spent on the backend in this atlas, at most; None if it costs nothing.
        stopped: whether it was told to stop before all was asked.
        notes: what the tagger says of how its options were read, a line each.
    """

    backend: str
    asked: int
    copied: int
    counts: Mapping[str, int]
    spent: float | None = None
    stopped: bool = False
    notes: Sequence[str] = ()


def tag(
    atlas: AtlasLike,
    *,
    retry_failed: bool = False,
    stop: Event | None = None,
    on_estimate: Callable[[Estimate], None] | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> TagReport:
    """Have a backend tag the images that it has not answered about yet.

    Args:
        atlas: open for writing, or the folder of one.
        retry_failed: see :func:`tag_collection`.
        stop: see :func:`tag_collection`.
        on_estimate: called before images are tagged that cost money, with what that costs at most.
        show: see :func:`tagatlas.run`.
        options: of the step ``tag`` and of taggers, by name, such as ``backend="clip"``,
            ``budget=5.0``.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: a choice that cannot be met.
        AuthenticationFailed: see :func:`require_key`; nothing that was given is remembered.
        BudgetReached, TaggerError: see :func:`tag_collection`.
    """
    with opened(atlas) as its_atlas:
        selection = select(its_atlas, options, "tag")
        tagging, tagger = choose_tagging(selection)
        with closing(tagger.product, tagger.name, its_atlas.plugins.warn):
            selection.check()
            require_key(its_atlas, tagger)
            ask_each = tagging.near_duplicates == "each"
            if on_estimate is not None and tagger.product.price is not None:
                expected = estimate_tagging(
                    its_atlas,
                    tagger,
                    retry_failed=retry_failed,
                    ask_each=ask_each,
                    budget=tagging.budget,
                )
                on_estimate(expected)
            with selection.remembered():
                return tag_collection(
                    its_atlas,
                    tagger,
                    retry_failed=retry_failed,
                    budget=tagging.budget,
                    ask_each=ask_each,
                    stop=stop,
                    show=show,
                )


def estimate(atlas: AtlasLike, *, retry_failed: bool = False, **options: object) -> Estimate:
    """What :func:`tag` would do, and cost at most. Nothing is asked or written.

    Args:
        atlas: open, or the folder of one.
        retry_failed: see :func:`tag`.
        options: see :func:`tag`.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: a choice that cannot be met.
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
                ask_each=tagging.near_duplicates == "each",
                budget=tagging.budget,
            )


def choose_tagging(selection: Selection) -> tuple[TagOptions, PluginChoice[Tagger]]:
    """How images are tagged, and the backend."""
    options = selection.options("tag", TagOptions)
    return options, selection.plugin(TAGGERS, options.backend)


def require_key(atlas: Atlas, tagger: PluginChoice[Tagger]) -> None:
    """Make sure that a backend which has not tagged here yet has the key that it needs.

    Raises:
        AuthenticationFailed: it has none.
    """
    instance = tagger.product
    variable = instance.key_variable
    if variable is None or os.environ.get(variable):
        return
    if atlas.catalog.tagging.find(tagger.name, instance.fingerprint()) is None:
        raise AuthenticationFailed(f"{tagger.name} needs a key: put it into {variable}")


def estimate_tagging(
    atlas: Atlas,
    tagger: PluginChoice[Tagger],
    *,
    retry_failed: bool = False,
    ask_each: bool = False,
    budget: float | None = None,
) -> Estimate:
    """What :func:`tag_collection` would do, and cost at most. Nothing is asked or written.

    Args:
        atlas: open.
        tagger: the backend.
        retry_failed: see :func:`tag_collection`.
        ask_each: see :func:`tag_collection`.
        budget: see :func:`tag_collection`.
    """
    instance = tagger.product
    backend = atlas.catalog.tagging.find(tagger.name, instance.fingerprint())
    plan = _plan(atlas, instance, backend, retry_failed, ask_each)
    return Estimate(
        backend=tagger.name,
        images=len(plan.ask),
        copies=len(plan.originals) + len(plan.waiting),
        price=instance.price,
        spent=atlas.catalog.tagging.spent(tagger.name).dollars,
        budget=budget,
    )


def tag_collection(
    atlas: Atlas,
    tagger: PluginChoice[Tagger],
    *,
    retry_failed: bool = False,
    budget: float | None = None,
    ask_each: bool = False,
    stop: Event | None = None,
    show: ShowProgress = no_show,
) -> TagReport:
    """Ask a backend about every image that it has not answered yet.

    Each batch's answers are kept in one transaction as soon as they are there, so that a
    process that dies loses at most the batches in flight. Where the tags are read from kept
    answers, that is done when all are there, also of those that another reading asked for.

    Where images cost money, each call is in the catalog before it is made, and of images that
    are the same beyond doubt only one is asked about: the others get its answer, and it is noted
    that they did.

    Args:
        atlas: open for writing.
        tagger: the backend; it is prepared where anything is asked, and closed by the caller.
        retry_failed: ask again where it failed before.
        budget: the most US dollars that this atlas may ever spend on the backend, in all runs;
            None for no limit. What is only possibly billed counts.
        ask_each: where images cost money, ask also about those that look the same as others.
        stop: once it is set, by any thread, no further call is begun; those under way are kept.
        show: see :func:`tagatlas.run`.

    Raises:
        BudgetReached: the next call could cost more than the budget has left.
        TaggerError: the backend cannot go on; what it answered is kept.
    """
    instance = tagger.product
    tagging = atlas.catalog.tagging
    reading = None
    if isinstance(instance, RereadingTagger):
        reading = tagging.use_reading(tagger.name, instance.fingerprint(), instance.reading())
        asked, tagged = reading.asked, reading.id
    else:
        asked = tagged = tagging.use(tagger.name, instance.fingerprint())
    purse = _purse(atlas, tagger.name, asked, instance, budget)
    run = _Run(atlas, instance, asked, purse, stop or Event())
    try:
        run.ask(retry_failed=retry_failed, ask_each=ask_each, show=show)
    finally:
        if reading is not None and isinstance(instance, RereadingTagger):
            tagging.update_reading(reading, instance.read, collective=instance.collective)
    return TagReport(
        backend=tagger.name,
        asked=run.asked,
        copied=run.copied,
        counts=tagging.counts(tagged),
        spent=None if purse is None else purse.spent,
        stopped=run.stop.is_set(),
        notes=instance.notes,
    )


@dataclass
class _Run:
    """Asks one backend, and counts.

    Attributes:
        atlas: open for writing.
        tagger: the backend.
        backend: its number, under which answers are kept.
        purse: what pays for the calls; None where they cost nothing.
        stop: see :func:`tag_collection`.
        progress: told of images answered.
        asked: number of images that it was asked about.
        copied: number of images that got another one's answer.
        failed: number of images that it failed on.
    """

    atlas: Atlas
    tagger: Tagger
    backend: int
    purse: Purse | None
    stop: Event
    progress: Progress = no_progress
    asked: int = 0
    copied: int = 0
    failed: int = 0

    def ask(self, *, retry_failed: bool, ask_each: bool, show: ShowProgress) -> None:
        """Ask for what is missing, and keep it.

        Where one of several that look the same could not be looked at, another is asked about.
        """
        plan = _plan(self.atlas, self.tagger, self.backend, retry_failed, ask_each)
        if plan.ask:
            prepare(self.tagger, show)
        with show("tagging") as self.progress:
            self._carry_out(plan, ask_each)

    def _carry_out(self, plan: Plan, ask_each: bool) -> None:
        total = len(plan.ask) + len(plan.originals) + len(plan.waiting)
        self._tell(total)
        while True:
            self.atlas.catalog.tagging.copy_answers(self.backend, plan.originals)
            self.copied += len(plan.originals)
            self._tell(total)
            if not plan.ask:
                return
            self._ask_about(plan.ask, total)
            if self.stop.is_set() or not plan.waiting:
                return
            plan = _plan(self.atlas, self.tagger, self.backend, False, ask_each)

    def _ask_about(self, ids: Sequence[str], total: int) -> None:
        calls = tag_images(
            ids,
            self.atlas.store,
            self.tagger,
            begin=no_bookkeeping if self.purse is None else self.purse.begin,
            ready=0 if self.purse is None else READY,
            stop=self.stop,
        )
        for call in calls:
            answers = call.answers
            if isinstance(self.tagger, RereadingTagger):
                answers = [(image_id, replace(result, tags=())) for image_id, result in answers]
            ended = None if self.purse is None else self.purse.end(call)
            self.atlas.catalog.tagging.store(self.backend, answers, ended)
            self.asked += len(answers)
            self.failed += sum(result.status == TagStatus.FAILED for _, result in answers)
            self._tell(total)

    def _tell(self, total: int) -> None:
        self.progress(self.asked + self.copied, total, self.failed)


def _purse(
    atlas: Atlas, name: str, backend: int, tagger: Tagger, budget: float | None
) -> Purse | None:
    if tagger.price is None:
        return None
    return Purse(atlas.catalog, name, backend, tagger.price, budget)


def _plan(
    atlas: Atlas, tagger: Tagger, backend: int | None, retry_failed: bool, ask_each: bool
) -> Plan:
    """Which images are to be asked about; one of a kind where that costs money."""
    tagging = atlas.catalog.tagging
    number = -1 if backend is None else backend
    unanswered = tagging.unanswered(number, retry_failed=retry_failed, copied=ask_each)
    if tagger.price is None or ask_each or not unanswered:
        return Plan(unanswered, {}, [])
    return plan_asking(unanswered, tagging.answered(number), look_alikes(atlas))


def look_alikes(atlas: Atlas) -> list[list[str]]:
    """Groups of images that are the same beyond doubt, by id, each led by the first of them.

    An answer that is paid for is shared within them. They are groups of the level ``same``,
    of which each stored copy was also compared with its leader's, pixel by pixel.
    """
    complete_signatures(atlas)
    same = atlas.representatives("same")
    copies = same.filter(pl.col("image") != pl.col("representative"))
    groups = []
    for (leader,), members in copies.group_by("representative", maintain_order=True):
        picture = _stored_picture(atlas, str(leader))
        if picture is None:
            continue
        equal = [
            image
            for image in members["image"]
            if (copy := _stored_picture(atlas, image)) is not None and are_equal(picture, copy)
        ]
        if equal:
            groups.append([str(leader), *equal])
    return groups


def _stored_picture(atlas: Atlas, image: str) -> Image.Image | None:
    """A stored copy; None where it is not there or cannot be read: it is like no other then."""
    try:
        with Image.open(BytesIO(atlas.store.get(image, Variant.IMAGE))) as stored:
            return stored.convert("RGB")
    except (ImageNotStored, OSError):
        return None
