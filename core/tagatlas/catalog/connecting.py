"""Connecting to a catalog's file, also where nothing can be written."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tagatlas.errors import StorageError

_PATIENCE = 10.0
"""Seconds to wait for another connection's transaction."""


def can_change(path: Path) -> bool:
    """Whether a file can be written, and files beside it: SQLite needs both, even to read."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a file, which is created if it is missing.

    A file that cannot be written, such as one on a read-only medium, is opened for reading. Nobody
    has it open if no log is beside it: SQLite then reads it as one that does not change.

    Raises:
        StorageError: it cannot be written, and a log beside it has transactions to be completed.
        sqlite3.DatabaseError: it cannot be opened.
    """
    if can_change(path):
        return sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
    log, index = (path.with_name(f"{path.name}-{part}") for part in ("wal", "shm"))
    is_logged = log.exists() and log.stat().st_size > 0
    if is_logged and not index.exists() and not os.access(path.parent, os.W_OK):
        raise StorageError(
            f"{path} was not closed when it was copied, and nothing can be written there to "
            "complete it: copy the atlas to a folder that can be written"
        )
    mode = "mode=ro" if is_logged else "mode=ro&immutable=1"
    address = f"{path.absolute().as_uri()}?{mode}"
    return sqlite3.connect(address, isolation_level=None, timeout=_PATIENCE, uri=True)
