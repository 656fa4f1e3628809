"""An atlas that stays open as long as it is in use."""

from __future__ import annotations

import sqlite3
import weakref
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.atlas import open_atlas
from tagatlas.plugins import load_plugins
from tagatlas.steps.opened import folder_of

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas


def stay_open(folder: str | Path) -> Atlas:
    """Open an atlas for reading, for as long as it, or a map of it, is used.

    It takes no lock, so that ``tagatlas`` can work on the atlas meanwhile.

    Raises:
        AtlasNotFound: there is no atlas there.
        AtlasError: the folder is not an atlas.
        AtlasTooNew, AtlasDamaged, StorageError: see their descriptions.
    """
    stack = ExitStack()
    atlas = stack.enter_context(open_atlas(folder_of(folder), load_plugins(), write=False))
    # A map refers to the store, not to the atlas.
    weakref.finalize(atlas.store, _close, stack).atexit = False
    return atlas


def _close(stack: ExitStack) -> None:
    # If another thread than the atlas's own finds that it is unused, SQLite closes it by itself.
    with suppress(sqlite3.ProgrammingError):
        stack.close()
