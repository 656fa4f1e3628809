"""Main module of the process in which a tagger is measured; see :mod:`.running`."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from msgspec import convert

from tagatlas import (
    ImageInput,
    ImageStore,
    KeptAnswer,
    Plugins,
    RereadingTagger,
    Tagger,
    TagResult,
    TagStatus,
    load_plugins,
    open_atlas,
)
from tagatlas.errors import ImageNotStored, PluginError, PluginFailed, TagatlasError, TaggerError
from tagatlas.toolkit import without_alpha
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.taggers import closing, prepare
from tagatlas_compare.benching.results.document import Robustness, Speed
from tagatlas_compare.benching.running.memory import peak_megabytes, reset_peak
from tagatlas_compare.benching.running.process import (
    Ran,
    Work,
    read_work,
    telling_done,
    write_found,
)

Shown = Callable[[int], None]
"""Called with the number of images that were shown to the tagger just now."""


def main(place: str) -> None:
    """Do the work that lies in a folder, and leave there what was found."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(place)
    with telling_done(folder) as done:
        found = measured(read_work(folder), done)
    write_found(folder, found)


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, in any way."""
    sys.stdin.buffer.read()
    os._exit(1)


def measured(work: Work, shown: Shown) -> Ran:
    """Do the work in this process; what fails is said in its result.

    Args:
        work: what is to be done.
        shown: see :data:`Shown`.
    """
    plugins = load_plugins()
    reset_peak()
    began = time.perf_counter()
    try:
        tagger = plugins.choose(TAGGERS, work.tagger, work.values).make()
        with closing(tagger, work.tagger, _complain):
            return _measured(work, plugins, tagger, time.perf_counter() - began, shown)
    except TagatlasError as error:
        return Ran(troubles=[f"speed and memory were not measured: {error}"])


def _complain(text: str) -> None:
    raise PluginError(text)


def _measured(work: Work, plugins: Plugins, tagger: Tagger, made: float, shown: Shown) -> Ran:
    with open_atlas(work.atlas, plugins, write=False) as atlas:
        speed = _speed(work, atlas.store, tagger, made, shown)
        try:
            rows = _robustness(work, atlas.store, tagger, shown)
        except TagatlasError as error:
            return Ran(speed, troubles=[f"robustness was not measured: {error}"])
    return Ran(speed, rows)


def _robustness(work: Work, store: ImageStore, tagger: Tagger, shown: Shown) -> list[Robustness]:
    # Imported only now: what it needs is not the tagger's memory.
    from tagatlas_compare.benching.robustness.curves import robustness

    def ask(images: Sequence[ImageInput]) -> Sequence[TagResult]:
        return _read(tagger, images, _tag_all(tagger, images).results) if images else []

    if not work.perturbed:
        return []
    rows = robustness(
        ask, store, tagger.variant, work.perturbed, work.perturbations, top=work.top, shown=shown
    )
    return [convert(row.document(), Robustness) for row in rows]


def _read(
    tagger: Tagger, images: Sequence[ImageInput], results: Sequence[TagResult]
) -> Sequence[TagResult]:
    """The results; for a tagger that reads stored answers, as read from all of them together."""
    if not isinstance(tagger, RereadingTagger):
        return results
    kept = [
        KeptAnswer(image.id, result.raw, result.embedding)
        for image, result in zip(images, results, strict=True)
        if result.status != TagStatus.FAILED
    ]
    kept.sort(key=lambda answer: answer.id)
    read = dict(tagger.read(kept).results)
    return [read.get(image.id, result) for image, result in zip(images, results, strict=True)]


def _speed(work: Work, store: ImageStore, tagger: Tagger, made: float, shown: Shown) -> Speed:
    images = _inputs(store, tagger, work.images)
    began = time.perf_counter()
    prepare(tagger)
    made += time.perf_counter() - began
    first = _tag_all(tagger, images, shown)
    # The first pass includes loading on first use: it counts only if it is the only one.
    steady = [_tag_all(tagger, images, shown) for _ in range(work.repeats - 1)] or [first]
    rates = [len(images) / max(each.seconds, 1e-9) for each in steady]
    of_calls = [seconds for each in steady for seconds in each.calls]
    return Speed(
        start_seconds=made + first.calls[0],
        images=len(images),
        images_per_second=median(rates),
        images_per_second_of_repeats=rates,
        batch_size=tagger.batch_size,
        at_once=tagger.concurrency,
        call_seconds_median=median(of_calls),
        call_seconds_95=float(np.quantile(of_calls, 0.95)),
        peak_megabytes=peak_megabytes(),
    )


def _inputs(store: ImageStore, tagger: Tagger, ids: Sequence[str]) -> list[ImageInput]:
    try:
        return [ImageInput(image, without_alpha(store.get(image, tagger.variant))) for image in ids]
    except ImageNotStored as error:
        raise TaggerError(f"{error}: fetch it again") from error


@dataclass(frozen=True)
class _Pass:
    """All images tagged once: their results, the seconds in total, and those of each call."""

    results: Sequence[TagResult]
    seconds: float
    calls: Sequence[float]


def _tag_all(tagger: Tagger, images: Sequence[ImageInput], shown: Shown = lambda _: None) -> _Pass:
    """Tag images in batches, as many at once as the tagger accepts."""
    batches = [
        images[start : start + tagger.batch_size]
        for start in range(0, len(images), tagger.batch_size)
    ]

    def ask(batch: Sequence[ImageInput]) -> tuple[Sequence[TagResult], float]:
        began = time.perf_counter()
        results = _answers(tagger, batch)
        return results, time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(tagger.concurrency, thread_name_prefix="bench") as pool:
        answered = []
        for batch, answers in zip(batches, pool.map(ask, batches), strict=True):
            answered.append(answers)
            shown(len(batch))
    spent = time.perf_counter() - began
    results = [result for some, _ in answered for result in some]
    return _Pass(results, spent, [seconds for _, seconds in answered])


def _answers(tagger: Tagger, batch: Sequence[ImageInput]) -> Sequence[TagResult]:
    """The answers to a batch. An image for which a tagger raises has failed, as elsewhere."""
    try:
        return tagger.tag(batch)
    except PluginFailed as error:
        if len(batch) == 1:
            return [TagResult.failed("image", str(error))]
    return [result for image in batch for result in _answers(tagger, [image])]


if __name__ == "__main__":
    main(sys.argv[1])
