"""Compiling and loading the code that draws a map, beside other steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager

from tagatlas.contracts import ShowProgress
from tagatlas.steps.making import MapPlugins

_LOADING = 3.0
"""Seconds that loading compiled kernels takes at most: if it takes longer, they are compiled."""


@contextmanager
def preparing(
    plugins: MapPlugins, show: ShowProgress, *, at_once: bool
) -> Iterator[Callable[[], None]]:
    """Compile and load the code that draws a map, in a thread.

    Args:
        plugins: that will make the map.
        show: see :func:`tagatlas.run`.
        at_once: begin now, beside the steps of the block, and not only when the result is needed.

    Yields:
        A function that waits until that is done; for :func:`map_collection`.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="prepare")

    def prepare() -> None:
        from tagatlas_mapping.maps.prepare import prepare_drawing

        prepare_drawing(plugins.layout.product, plugins.clusterer.product)

    begun = [thread.submit(prepare)] if at_once else []

    def wait() -> None:
        prepared = begun[0] if begun else thread.submit(prepare)
        if wait_for([prepared], timeout=_LOADING).not_done:
            with show("preparing") as progress:
                progress(0, 1)
                prepared.result()
                progress(1, 1)
        prepared.result()

    try:
        yield wait
    finally:
        thread.shutdown(wait=False)  # an error of the block is raised without waiting
