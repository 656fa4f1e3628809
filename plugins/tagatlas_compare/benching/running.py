"""Runs one tagger from a cold start in a process of its own, and measures time and memory.

The process is new for each tagger, so that loading is included and the peak of memory is that of
this tagger alone.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
from tagatlas.errors import ImageNotStored, PluginError, TagatlasError, TaggerError
from tagatlas.toolkit import count
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas.toolkit.taggers import closing, prepare
from tagatlas_compare.benching.robustness import RobustnessRow, robustness

_TAGS = {"image": pl.String, "tag": pl.String, "score": pl.Float64}


@dataclass(frozen=True)
class Work:
    """The task of a tagger.

    Attributes:
        atlas: folder of the atlas that has the images.
        tagger: its name.
        values: its options, by name.
        images: ids of the images.
        repeats: number of times that all are tagged.
        perturbed: ids of those that are also tagged perturbed.
        perturbations: kinds of that.
        top: number of tags of an image that count there.
        budget: maximum US dollars that it may cost.
    """

    atlas: Path
    tagger: str
    values: dict[str, object]
    images: Sequence[str]
    repeats: int
    perturbed: Sequence[str]
    perturbations: Sequence[str]
    top: int
    budget: float


@dataclass(frozen=True)
class Speed:
    """Speed, memory and cost of a tagger.

    Attributes:
        start: seconds to make and prepare it, and to have its first answer.
        images_per_second: of each repeat after that.
        call_seconds: of every call, its batch included.
        peak_megabytes: peak memory of its process, with Python and the libraries.
        dollars_per_1000: US dollars for 1,000 images; 0 if it is free.
        prices_of: when that price was read, such as ``2026-05``; empty if it is free.
    """

    start: float
    images_per_second: tuple[float, ...]
    call_seconds: tuple[float, ...]
    peak_megabytes: float
    dollars_per_1000: float
    prices_of: str = ""


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of a tagger, with its speed.

    Attributes:
        fingerprint: of the tagger.
        statuses: status of each image, in order.
        tags: ``image``, ``tag``, ``score``.
        embeddings: shape (images, d), in order, zeros if missing; None if the tagger gives none.
        robustness: against each perturbation; empty if it was not measured.
        speed: of the tagger.
    """

    fingerprint: str
    statuses: Sequence[str]
    tags: pl.DataFrame
    embeddings: NDArray[np.float16] | None
    robustness: Sequence[RobustnessRow]
    speed: Speed


def run_tagger(work: Work) -> Answers:
    """Run a tagger in a new process.

    Raises:
        TaggerError: it cannot go on, would cost more than the budget, or its process died.
        PluginError, MissingDependency, OptionError, UnknownPlugin: it cannot be started.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, sender), daemon=True)
    process.start()
    sender.close()
    try:
        found = receiver.recv()
    except EOFError as error:
        process.join()
        raise TaggerError(
            f"the process of {work.tagger} ended with status {process.exitcode}"
        ) from error
    process.join()
    if isinstance(found, TagatlasError):
        raise found
    assert isinstance(found, Answers)  # noqa: S101 - what the process sends
    return found


def _work(work: Work, sender: multiprocessing.connection.Connection) -> None:
    """Main function of the new process."""
    try:
        sender.send(answers_of(work))
    except TagatlasError as error:
        # An error with fields, such as a waiting time, may fail to unpickle; its text does not.
        sender.send(TaggerError(f"{work.tagger}: {error}"))


def answers_of(work: Work) -> Answers:
    """Do the work in this process."""
    plugins = load_plugins()
    began = time.perf_counter()
    tagger = plugins.choose(TAGGERS, work.tagger, work.values).make()
    with closing(tagger, work.tagger, _complain):
        return _answers(work, plugins, tagger, time.perf_counter() - began)


def _complain(text: str) -> None:
    raise PluginError(text)


def _answers(work: Work, plugins: Plugins, tagger: Tagger, made: float) -> Answers:
    price, prices_of = _price(tagger)
    repeats = work.repeats if tagger.local and not price else 1
    cost = price * len(work.images)
    if cost > work.budget:
        raise TaggerError(
            f"tagging {count(len(work.images), 'image')} costs ${cost:,.2f}: allow it with"
            f" --budget, or take fewer --images (prices of {prices_of})"
        )
    with open_atlas(work.atlas, plugins, write=False) as atlas:
        images = _inputs(atlas.store, tagger, work.images)
        began = time.perf_counter()
        prepare(tagger)
        made += time.perf_counter() - began
        return _measured(work, atlas.store, tagger, images, made, repeats)


def _price(tagger: Tagger) -> tuple[float, str]:
    """US dollars for an image, and when that price was read."""
    return (0.0, "") if tagger.price is None else (tagger.price.per_image, tagger.price.as_of)


def _measured(
    work: Work,
    store: ImageStore,
    tagger: Tagger,
    images: Sequence[ImageInput],
    made: float,
    repeats: int,
) -> Answers:
    """What a tagger answers that was prepared in ``made`` seconds, and how fast, on repeats."""
    price, prices_of = _price(tagger)
    results, spent, calls = _tag_all(tagger, images)
    start = made + calls[0]
    repeated = [_tag_all(tagger, images)[1:] for _ in range(repeats - 1)]
    # The first pass includes loading on first use: it counts only if it is the only one.
    steady = repeated or [(spent, calls)]
    rates = tuple(len(images) / seconds for seconds, _ in steady)
    of_calls = tuple(seconds for _, every in steady for seconds in every)
    read = _read(tagger, images, results)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def ask(some: Sequence[ImageInput]) -> Sequence[TagResult]:
        return _read(tagger, some, _tag_all(tagger, some)[0]) if some else []

    rows = (
        robustness(
            ask,
            store,
            tagger.variant,
            work.perturbed,
            work.perturbations,
            top=work.top,
        )
        if tagger.local and not price
        else []
    )
    return Answers(
        fingerprint=tagger.fingerprint(),
        statuses=[str(result.status) for result in read],
        tags=_table(images, read),
        embeddings=_embeddings(results),
        robustness=rows,
        speed=Speed(start, rates, of_calls, peak, 1000 * price, prices_of),
    )


def _inputs(store: ImageStore, tagger: Tagger, ids: Sequence[str]) -> list[ImageInput]:
    try:
        return [ImageInput(image, store.get(image, tagger.variant)) for image in ids]
    except ImageNotStored as error:
        raise TaggerError(f"{error}: fetch it again") from error


def _tag_all(
    tagger: Tagger, images: Sequence[ImageInput]
) -> tuple[list[TagResult], float, list[float]]:
    """Tag images in batches, as many at once as the tagger accepts.

    Returns:
        The results, the seconds in total, and those of each call.
    """
    batches = [
        images[start : start + tagger.batch_size]
        for start in range(0, len(images), tagger.batch_size)
    ]

    def ask(batch: Sequence[ImageInput]) -> tuple[Sequence[TagResult], float]:
        began = time.perf_counter()
        results = tagger.tag(batch)
        return results, time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(tagger.concurrency, thread_name_prefix="bench") as pool:
        answered = list(pool.map(ask, batches))
    spent = time.perf_counter() - began
    results = [result for some, _ in answered for result in some]
    if len(results) != len(images):
        raise TaggerError(f"gave {len(results)} results for {len(images)} images")
    return results, spent, [seconds for _, seconds in answered]


def _read(
    tagger: Tagger, images: Sequence[ImageInput], results: Sequence[TagResult]
) -> list[TagResult]:
    """The results; for a tagger that reads stored answers, as read from all of them together."""
    if not isinstance(tagger, RereadingTagger):
        return list(results)
    kept = [
        KeptAnswer(image.id, result.raw, result.embedding)
        for image, result in zip(images, results, strict=True)
        if result.status != TagStatus.FAILED
    ]
    kept.sort(key=lambda answer: answer.id)
    read = dict(tagger.read(kept).results)
    return [read.get(image.id, result) for image, result in zip(images, results, strict=True)]


def _table(images: Sequence[ImageInput], results: Sequence[TagResult]) -> pl.DataFrame:
    rows = [
        (image.id, tag.label, tag.score)
        for image, result in zip(images, results, strict=True)
        for tag in result.tags
    ]
    return pl.DataFrame(rows, schema=_TAGS, orient="row")


def _embeddings(results: Sequence[TagResult]) -> NDArray[np.float16] | None:
    given = [result.embedding for result in results if result.embedding is not None]
    if not given:
        return None
    nothing = np.zeros_like(given[0])
    return np.array(
        [nothing if result.embedding is None else result.embedding for result in results]
    )
