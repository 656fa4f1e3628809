"""Step three: from images to tags, by one backend."""

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
    """Have a backend tag the images that it has not answered yet.

    Args:
        atlas: open for writing, or the folder of one.
        retry_failed: also send images again that failed before.
        stop: once it is set, by any thread, no further call is begun; those under way are stored.
        on_estimate: called with the maximum cost before tagging that costs money.
        show: see :func:`tagatlas.run`.
        options: of the step ``tag`` and of taggers, by name, such as ``backend="clip"``,
            ``budget=5.0``.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: an invalid choice.
        AuthenticationFailed: the tagger's key is not set, and it has not tagged here before; no
            option is remembered.
        BudgetReached: the next call could cost more than the budget has left.
        TaggerError: the backend cannot go on; its answers are stored.
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
    """Estimate the work and maximum cost of :func:`tag`. Nothing is sent or written.

    Args:
        atlas: open, or the folder of one.
        retry_failed: see :func:`tag`.
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
                ask_each=tagging.near_duplicates == "each",
                budget=tagging.budget,
            )


def choose_tagging(selection: Selection) -> tuple[TagOptions, PluginChoice[Tagger]]:
    """The options of tagging, and the backend."""
    options = selection.options("tag", TagOptions)
    return options, selection.plugin(TAGGERS, options.backend)


def require_key(atlas: Atlas, tagger: PluginChoice[Tagger]) -> None:
    """Make sure that a backend has the key that it needs, unless it has tagged here before.

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
    """Estimate the work and maximum cost of :func:`tag_collection`. Nothing is sent or written.

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
    """Have a backend tag every image that it has not answered yet.

    Each batch's answers are stored in one transaction as soon as they arrive, so that a
    process that dies loses at most the batches in flight. If the tags are read from stored
    answers, that is done at the end, also for answers stored by another reading.

    If images cost money, each call is recorded in the catalog before it is made, and of images
    that are certainly the same only one is sent: the others get a copy of its answer, marked as
    such.

    Args:
        atlas: open for writing.
        tagger: the backend; prepared if any image is sent, and closed by the caller.
        retry_failed: also send images again that failed before.
        budget: maximum US dollars that this atlas may ever spend on the backend, in all runs;
            None for no limit. Calls that may have been billed count.
        ask_each: if images cost money, also send those that look the same as others.
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
    """Calls one backend, and counts.

    Attributes:
        atlas: open for writing.
        tagger: the backend.
        backend: its number, under which answers are stored.
        purse: pays for the calls; None if they cost nothing.
        stop: see :func:`tag_collection`.
        progress: called with images answered.
        asked: number of images sent.
        copied: number of images that got a copy of another's answer.
        failed: number of images that failed.
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
        """Send the images without an answer, and store the answers.

        If one of several that look the same fails, another is sent.
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
    """The images to be sent; only one of several that are the same if that costs money."""
    tagging = atlas.catalog.tagging
    number = -1 if backend is None else backend
    unanswered = tagging.unanswered(number, retry_failed=retry_failed, copied=ask_each)
    if tagger.price is None or ask_each or not unanswered:
        return Plan(unanswered, {}, [])
    return plan_asking(unanswered, tagging.answered(number), look_alikes(atlas))


def look_alikes(atlas: Atlas) -> list[list[str]]:
    """Groups of images that are certainly the same, by id, each led by the first of them.

    A paid answer is shared within a group. They are groups of the level ``same``, in which each
    stored copy was also compared with its leader's, pixel by pixel.
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
    """A stored copy; None if it is missing or unreadable, and so in no group."""
    try:
        with Image.open(BytesIO(atlas.store.get(image, Variant.IMAGE))) as stored:
            return stored.convert("RGB")
    except (ImageNotStored, OSError):
        return None
