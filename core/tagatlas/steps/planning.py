"""Which images to send to a backend, one of several that look the same if it costs money."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from io import BytesIO

import polars as pl
from PIL import Image

from tagatlas.atlas import Atlas
from tagatlas.contracts import Tagger, Variant
from tagatlas.errors import ImageNotStored
from tagatlas.plugins import PluginChoice
from tagatlas.steps.signatures import UNREADABLE, complete_signatures
from tagatlas.steps.spending import Estimate
from tagatlas_duplicates.pixels import are_equal
from tagatlas_tagging import Plan, plan_asking


def estimate_tagging(
    atlas: Atlas,
    tagger: PluginChoice[Tagger],
    *,
    images: Collection[str] | None = None,
    retry_failed: bool = False,
    retry_unreadable: bool = False,
    ask_each: bool = False,
    budget: float | None = None,
) -> Estimate:
    """Estimate the work and maximum cost of tagging. Nothing is sent or written.

    Args:
        atlas: open.
        tagger: the backend.
        images: ids of the only ones to plan for; None for all.
        retry_failed: see :func:`tagatlas.tag`.
        retry_unreadable: see :func:`tagatlas.tag`.
        ask_each: if images cost money, also those that look the same as others.
        budget: maximum US dollars that the atlas may ever spend on the backend; None for no limit.
    """
    instance = tagger.product
    plan = plan_tagging(
        atlas,
        instance,
        atlas.catalog.tagging.find(tagger.name, instance.fingerprint()),
        images=images,
        retry_failed=retry_failed,
        retry_unreadable=retry_unreadable,
        ask_each=ask_each,
    )
    return Estimate(
        backend=tagger.name,
        images=len(plan.ask),
        copies=len(plan.originals) + len(plan.waiting),
        price=instance.price,
        spent=atlas.catalog.tagging.spent(tagger.name).dollars,
        budget=budget,
        held=len(plan.held),
    )


def plan_tagging(
    atlas: Atlas,
    tagger: Tagger,
    backend: int | None,
    *,
    images: Collection[str] | None = None,
    retry_failed: bool,
    retry_unreadable: bool,
    ask_each: bool,
) -> Plan:
    """Plan the images to send. Nothing is sent or written.

    Args:
        atlas: open.
        tagger: the backend.
        backend: its number in the catalog; None if it was never used.
        images: ids of the only ones to plan for; None for all.
        retry_failed: see :func:`tagatlas.tag`.
        retry_unreadable: see :func:`tagatlas.tag`.
        ask_each: if images cost money, also send those that look the same as others.
    """
    tagging = atlas.catalog.tagging
    number = -1 if backend is None else backend
    unanswered: Sequence[str] = tagging.unanswered(
        number, retry_failed=retry_failed or retry_unreadable, copied=ask_each
    )
    if images is not None:
        unanswered = [image for image in unanswered if image in images]
    if tagger.price is None or not unanswered:
        return Plan(unanswered)
    failures = tagging.failures(number)
    unreadable, lost = (
        {image for image, kind in failures.items() if kind == wanted}
        for wanted in ("image", "transient")
    )
    return plan_asking(
        [image for image in unanswered if retry_failed or image not in lost],
        tagging.answered(number),
        [] if ask_each else look_alikes(atlas),
        lost=lost,
        unreadable=() if retry_unreadable else unreadable,
    )


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
        data = BytesIO(atlas.store.get(image, Variant.IMAGE))
        with Image.open(data, formats=("JPEG",)) as stored:
            return stored.convert("RGB")
    except (ImageNotStored, *UNREADABLE):
        return None
