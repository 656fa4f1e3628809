"""The tagging engine: sends batches from threads, yields each call when it has finished."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event

from tagatlas.contracts import ImageStore, Tagger
from tagatlas.errors import CallRefused, TagatlasError
from tagatlas_tagging.batches import Batch, read_batches
from tagatlas_tagging.calls import PATIENCE, Call, Caller, OnFault, no_log

Afford = Callable[[int], int]
"""Called before a call is begun with its number of images. Returns how many of them it may have;
the others are left to a next call."""

Begin = Callable[[int], int | None]
"""Called before each call with its number of images. Records the call, so that a crash cannot hide
a paid one, and returns its number. Raises BudgetReached to forbid the call."""


def no_limit(images: int) -> int:
    """An :data:`Afford` that allows all images."""
    return images


def no_bookkeeping(images: int) -> int | None:  # noqa: ARG001 - see Begin
    """A :data:`Begin` that records nothing."""
    return None


def tag_images(
    ids: Iterable[str],
    store: ImageStore,
    tagger: Tagger,
    *,
    afford: Afford = no_limit,
    begin: Begin = no_bookkeeping,
    ready: int = 0,
    stop: Event | None = None,
    patience: float = PATIENCE,
    warn: Callable[[str], None] = lambda _: None,
    on_fault: OnFault = no_log,
) -> Iterator[Call]:
    """Tag images, and yield each call as soon as it has finished.

    Batches are sent in the order of ``ids``, at most ``tagger.concurrency`` at once, and as many
    are read ahead; no more are in memory. The next batch is sent only after the answers of a
    finished call have been taken: if the process dies, at most the calls under way and ``ready``
    more are lost.

    An image for which the tagger raises fails alone. After too many in a row, the run ends: see
    :mod:`tagatlas_tagging.calls`.

    Args:
        ids: of the images, each once.
        store: holds their bytes.
        tagger: the tagger to call.
        afford: see :data:`Afford`; called by the thread that iterates.
        begin: see :data:`Begin`; called by the thread that iterates.
        ready: calls begun beyond those under way, so that the service is kept busy; each is sent
            as soon as one under way has finished.
        stop: once it is set, by any thread, no further call is made; those under way are
            finished and yielded. Also set here when the tagger cannot go on.
        patience: seconds for which a refused call is retried.
        warn: called, by any thread, with a line that says that calls are retried, and until when:
            at once if the service cannot be reached.
        on_fault: see :data:`tagatlas_tagging.calls.OnFault`; called by any thread.

    Raises:
        TaggerError: the tagger cannot go on, or no further call may be made; raised after the
            calls under way were yielded.
        PluginError: the tagger broke its contract, or raises for every image; raised likewise.
            The images it raised for last get no answer.
    """
    ending = stop or Event()
    caller = Caller(tagger, ending, patience, warn, on_fault)
    limit = tagger.concurrency + ready
    trouble: TagatlasError | None = None
    with (
        ThreadPoolExecutor(tagger.concurrency, thread_name_prefix="read") as readers,
        ThreadPoolExecutor(tagger.concurrency, thread_name_prefix="tag") as callers,
    ):
        batches = _read_ahead(iter(ids), store, tagger, readers)
        rest: Batch | None = None
        asked: set[Future[Call]] = set()
        while True:
            while trouble is None and not ending.is_set() and len(asked) < limit:
                try:
                    batch = rest or next(batches, None)
                    if batch is None:
                        break
                    if batch.images:  # of at least one, so that `begin` says what is wrong
                        batch, rest = batch.divided(max(afford(len(batch.images)), 1))
                    number = begin(len(batch.images)) if batch.images else None
                except TagatlasError as error:  # no bytes or no budget: begun calls go on
                    trouble = error
                else:
                    asked.add(callers.submit(caller.answer, batch, number))
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
    broken = caller.broken()
    if broken and not ending.is_set():
        yield Call(None, broken, "no")


def _read_ahead(
    ids: Iterator[str], store: ImageStore, tagger: Tagger, readers: ThreadPoolExecutor
) -> Iterator[Batch]:
    """Batches in the order of ``ids``; ``tagger.concurrency`` of them are read ahead."""
    reading: deque[Future[list[Batch]]] = deque()
    while True:
        while len(reading) <= tagger.concurrency and (some := list(islice(ids, tagger.batch_size))):
            reading.append(
                readers.submit(read_batches, some, store, tagger.variant, tagger.batch_bytes)
            )
        if not reading:
            return
        yield from reading.popleft().result()
