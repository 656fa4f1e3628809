"""The local tagging engine: batches in threads, answers as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Semaphore

from tagatlas.contracts import ImageInput, ImageStore, Tagger, TagResult, Variant
from tagatlas.errors import ImageNotStored, PluginError, TaggerError

Answers = list[tuple[str, TagResult]]


def tag_images(ids: Sequence[str], store: ImageStore, tagger: Tagger) -> Iterator[Answers]:
    """Tag images, and yield each batch's answers as soon as they are there.

    Batches are sent in the order of ``ids``, at most ``tagger.concurrency`` at once, and the
    images of the next ones are read meanwhile; only that many are in memory. When the iterator
    is closed, the batches in flight are waited for and dropped.

    Args:
        ids: of the images, each once.
        store: where their bytes are.
        tagger: the backend.

    Yields:
        ``(image id, result)`` for every image of a batch, in the batch's order.

    Raises:
        TaggerError: the backend cannot go on; raised after the answers in flight were yielded.
        PluginError: the tagger broke its contract; likewise.
    """
    waiting = iter(range(0, len(ids), tagger.batch_size))
    slots = Semaphore(tagger.concurrency)
    trouble: TaggerError | PluginError | None = None
    with ThreadPoolExecutor(tagger.concurrency + 1, thread_name_prefix="tag") as pool:
        running: set[Future[Answers]] = set()
        while True:
            while trouble is None and len(running) <= tagger.concurrency:
                first = next(waiting, None)
                if first is None:
                    break
                batch = ids[first : first + tagger.batch_size]
                running.add(pool.submit(_tag_batch, batch, store, tagger, slots))
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    answers = future.result()
                except (TaggerError, PluginError) as error:
                    trouble = trouble or error
                else:
                    yield answers
    if trouble is not None:
        raise trouble


def _tag_batch(ids: Sequence[str], store: ImageStore, tagger: Tagger, slots: Semaphore) -> Answers:
    answers: dict[str, TagResult] = {}
    images = []
    for image_id in ids:
        try:
            images.append(ImageInput(image_id, store.get(image_id, Variant.IMAGE)))
        except ImageNotStored as error:
            answers[image_id] = TagResult.failed("transient", f"{error}: fetch it again")
    if images:
        with slots:
            results = _ask(images, tagger)
        answers |= {image.id: result for image, result in zip(images, results, strict=True)}
    return [(image_id, answers[image_id]) for image_id in ids]


def _ask(images: Sequence[ImageInput], tagger: Tagger) -> Sequence[TagResult]:
    name = type(tagger).__name__
    try:
        results = tagger.tag(images)
    except TaggerError:
        raise
    except Exception as error:
        message = " ".join(f"{type(error).__name__}: {error}".split())
        raise PluginError(f"{name} failed ({message}): tell its author") from error
    if len(results) != len(images):
        raise PluginError(
            f"{name} gave {len(results)} results for {len(images)} images: tell its author"
        )
    return results
