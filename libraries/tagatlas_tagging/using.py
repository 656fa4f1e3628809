"""A tagger's life around its calls: prepared before the first, closed after the last."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tagatlas.contracts import ShowProgress, Tagger, no_show
from tagatlas.errors import TagatlasError
from tagatlas_tagging.secrets import without_key


@contextmanager
def closing(tagger: Tagger, name: str, warn: Callable[[str], None]) -> Iterator[None]:
    """Close a tagger at the end of a block, however that comes.

    Args:
        tagger: whoever had it made has it closed.
        name: as messages call it.
        warn: called with a line where closing fails: what was answered counts all the same.
    """
    try:
        yield
    finally:
        try:
            tagger.close()
        except TagatlasError as error:
            warn(without_key(f"{name} could not be closed: {error}", _key(tagger)))


def prepare(tagger: Tagger, show: ShowProgress = no_show) -> None:
    """Prepare a tagger for images to come; of one that has nothing to prepare, nothing is shown.

    Raises:
        TagatlasError: it cannot be used as things are.
    """
    if tagger.__class__.prepare is Tagger.prepare:  # it may be guarded, and so of another type
        return
    try:
        with show("loading") as progress:
            tagger.prepare(progress)
    except TagatlasError as error:
        error.args = (without_key(str(error), _key(tagger)),)
        raise


def _key(tagger: Tagger) -> str:
    return os.environ.get(tagger.key_variable or "", "")
