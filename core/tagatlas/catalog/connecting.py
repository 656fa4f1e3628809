"""Connecting to a catalog's file, also where nothing can be written."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tagatlas.errors import StorageError

_PATIENCE = 10.0
"""Seconds to wait for another connection's transaction."""


def connect(path: Path, *, write: bool, one_thread: bool = True) -> tuple[sqlite3.Connection, bool]:
    """Connect to a file, which is created if it is missing.

    To read a file, SQLite writes others beside it. Where nothing can be written, as on a read-only
    medium or a full disk, the file is opened as one that does not change: nobody has it open if no
    log is beside it.

    Args:
        path: of the file.
        write: whether it is opened to be changed; an error of the disk is raised later then.
        one_thread: whether it is used by this thread alone, not by any one at a time.

    Returns:
        The connection, and whether it can change the file.

    Raises:
        StorageError: it cannot be written, and a log beside it has transactions to be completed.
        sqlite3.DatabaseError: it cannot be opened.
    """
    if _is_writable(path.parent) and (not path.exists() or _is_writable(path)):
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=_PATIENCE, check_same_thread=one_thread
        )
        if write or _can_read(connection):
            return connection, True
        connection.close()
    return _connect_to_read(path, one_thread), False


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK)


def _can_read(connection: sqlite3.Connection) -> bool:
    """Whether the disk has room for the files that reading needs."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)
    return True


def _connect_to_read(path: Path, one_thread: bool) -> sqlite3.Connection:
    log, index = (path.with_name(f"{path.name}-{part}") for part in ("wal", "shm"))
    is_logged = log.exists() and log.stat().st_size > 0
    if is_logged and not index.exists() and not _is_writable(path.parent):
        raise StorageError(
            f"{path} was not closed when it was copied, and nothing can be written there to "
            "complete it: copy the atlas to a folder that can be written"
        )
    mode = "mode=ro" if is_logged else "mode=ro&immutable=1"
    address = f"{path.absolute().as_uri()}?{mode}"
    return sqlite3.connect(
        address, isolation_level=None, timeout=_PATIENCE, check_same_thread=one_thread, uri=True
    )
