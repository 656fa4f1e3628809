"""The local tagging engine: batches in threads, answers as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from tagatlas.contracts import ImageInput, ImageStore, Tagger, TagResult, Variant
from tagatlas.errors import ImageNotStored, PluginError, TaggerError

Answers = list[tuple[str, TagResult]]
Batch = list[tuple[str, ImageInput | TagResult]]


def tag_images(ids: Sequence[str], store: ImageStore, tagger: Tagger) -> Iterator[Answers]:
    """Tag images, and yield each batch's answers as soon as they are there.

    Batches are sent in the order of ``ids``, at most ``tagger.concurrency`` at once, and as many
    are read ahead; no more are in memory. The next batch is sent only when the caller has come
    back from dealing with the answers of one: a caller that stores them and dies loses at most
    the batches that the backend is working on.

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
    firsts = iter(range(0, len(ids), tagger.batch_size))
    trouble: TaggerError | PluginError | None = None
    with ThreadPoolExecutor(2 * tagger.concurrency, thread_name_prefix="tag") as pool:
        read: deque[Future[Batch]] = deque()
        asked: set[Future[Answers]] = set()
        while True:
            while trouble is None and len(asked) < tagger.concurrency:
                read.extend(
                    pool.submit(
                        _read, ids[first : first + tagger.batch_size], store, tagger.variant
                    )
                    for first in islice(firsts, 1 + tagger.concurrency - len(read))
                )
                if not read:
                    break
                asked.add(pool.submit(_answer, read.popleft(), tagger))
            if not asked:
                break
            done, asked = wait(asked, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    answers = future.result()
                except (TaggerError, PluginError) as error:
                    trouble = trouble or error
                else:
                    yield answers
    if trouble is not None:
        raise trouble


def _read(ids: Sequence[str], store: ImageStore, variant: Variant) -> Batch:
    """The images' bytes; for one whose file is gone, the failure that this is."""
    batch: Batch = []
    for image_id in ids:
        try:
            batch.append((image_id, ImageInput(image_id, store.get(image_id, variant))))
        except ImageNotStored as error:
            failure = TagResult.failed("transient", f"{error}: fetch it again")
            batch.append((image_id, failure))
    return batch


def _answer(read: Future[Batch], tagger: Tagger) -> Answers:
    batch = read.result()
    images = [found for _, found in batch if isinstance(found, ImageInput)]
    results = iter(_ask(images, tagger) if images else ())
    return [
        (image_id, next(results) if isinstance(found, ImageInput) else found)
        for image_id, found in batch
    ]


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
