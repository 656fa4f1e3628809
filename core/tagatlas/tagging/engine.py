"""The local tagging engine: batches in threads, answers as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event

from tagatlas.contracts import ImageStore, Tagger
from tagatlas.errors import CallRefused, TagatlasError
from tagatlas.tagging.batches import Batch, read_batches
from tagatlas.tagging.desk import PATIENCE, Call, Desk

Begin = Callable[[int], int | None]
"""Told of each call before it is made, with its number of images; gives the call's number. What
it writes down is known whatever becomes of the process. It raises BudgetReached to forbid the
call."""


def begin_freely(images: int) -> int | None:  # noqa: ARG001 - see Begin
    """A :data:`Begin` that keeps no books."""
    return None


def tag_images(
    ids: Iterable[str],
    store: ImageStore,
    tagger: Tagger,
    *,
    begin: Begin = begin_freely,
    ready: int = 0,
    stop: Event | None = None,
    patience: float = PATIENCE,
) -> Iterator[Call]:
    """Tag images, and yield each call as soon as it has ended.

    Batches are sent in the order of ``ids``, at most ``tagger.concurrency`` at once, and as many
    are read ahead; no more are in memory. The next batch is sent only when the caller has come
    back from dealing with the answers of one: a caller that stores them and dies loses at most
    the batches that the backend is working on, and ``ready`` more.

    An image that the tagger raises for fails alone, and costs the others nothing but time; how
    many in a row are not taken for the images' fault is in :mod:`tagatlas.tagging.desk`.

    Args:
        ids: of the images, each once.
        store: where their bytes are.
        tagger: the backend.
        begin: see :data:`Begin`; called by the thread that iterates.
        ready: calls that are begun beyond those that the backend works on, so that it need not
            wait for the caller; they are sent as soon as one under way has ended.
        stop: once it is set, by any thread, no further call is made; those under way are
            finished and yielded. It is set here as well where the backend cannot go on.
        patience: seconds for which a call that is refused is made again.

    Raises:
        TaggerError: the backend cannot go on, or no further call may be made; raised after the
            calls under way were yielded.
        PluginError: the tagger broke its contract, or raises whatever it is asked; likewise. The
            images that it raised for last are not answered.
    """
    ending = stop or Event()
    desk = Desk(tagger, ending, patience)
    limit = tagger.concurrency + ready
    trouble: TagatlasError | None = None
    with (
        ThreadPoolExecutor(tagger.concurrency, thread_name_prefix="read") as readers,
        ThreadPoolExecutor(tagger.concurrency, thread_name_prefix="tag") as callers,
    ):
        batches = _read_ahead(iter(ids), store, tagger, readers)
        asked: set[Future[Call]] = set()
        while True:
            while trouble is None and not ending.is_set() and len(asked) < limit:
                try:
                    batch = next(batches, None)
                    if batch is None:
                        break
                    number = begin(len(batch.images)) if batch.images else None
                except TagatlasError as error:  # no bytes or no budget: what was begun goes on
                    trouble = error
                else:
                    asked.add(callers.submit(desk.answer, batch, number))
            if not asked:
                break
            ended, _ = wait(asked, return_when=FIRST_COMPLETED)
            future = ended.pop()
            asked.remove(future)
            call = future.result()
            if call.trouble and not (ending.is_set() and isinstance(call.trouble, CallRefused)):
                trouble = trouble or call.trouble
            yield call
    if trouble is not None:
        raise trouble
    broken = desk.broken()
    if broken and not ending.is_set():
        yield Call(None, broken, "no")


def _read_ahead(
    ids: Iterator[str], store: ImageStore, tagger: Tagger, readers: ThreadPoolExecutor
) -> Iterator[Batch]:
    """Batches in the order of ``ids``; as many as the tagger takes at once are read ahead."""
    reading: deque[Future[list[Batch]]] = deque()
    while True:
        while len(reading) <= tagger.concurrency and (some := list(islice(ids, tagger.batch_size))):
            reading.append(
                readers.submit(read_batches, some, store, tagger.variant, tagger.batch_bytes)
            )
        if not reading:
            return
        yield from reading.popleft().result()
