"""Atomic writing of files and folders: readers see the old or the new one, never half of it.

No link is followed: a new file or folder has a random name, is made by this process alone, and
takes the place of whatever has its name at the end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from tagatlas.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEMPORARY = ".writing-"
"""Prefix of the names of incomplete files and folders; those of a killed process may be removed."""


@contextmanager
def write_atomically(path: Path) -> Iterator[BinaryIO]:
    """Open a file that replaces ``path`` when the block ends without an exception.

    Until then it is beside ``path``, under a hidden random name. If the block raises, it is
    removed and ``path`` is unchanged. A link at ``path`` is replaced, not followed.

    Raises:
        StorageError: the bytes could not be written.
    """
    part = _beside(path)
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"could not write {path}: {error.strerror or error}; free some space or write elsewhere"
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_by_content(folder: Path, suffix: str, write: Callable[[BinaryIO], object]) -> Path:
    """Write a file that is named by the SHA-256 of its bytes; returns its path.

    When this returns, the file is on the disk under its name, also after a crash of the machine:
    a database may name it. Links are not followed; one of its name is replaced.

    Args:
        folder: made if missing.
        suffix: of the name, such as ``.parquet``.
        write: writes the bytes.

    Raises:
        OSError: it could not be written; nothing is left of it.
    """
    if not folder.is_dir():
        folder.mkdir(parents=True)
    part = _beside(folder / suffix)
    try:
        with part.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        with part.open("rb") as written:
            path = folder / f"{hashlib.file_digest(written, 'sha256').hexdigest()}{suffix}"
        part.replace(path)
        _write_through(folder)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return path


def _write_through(folder: Path) -> None:
    """Have the names of new files survive a crash, where folders can be written through."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder beside ``path``, to be filled and then moved by :func:`replace_folder`.

    It is empty, and removed at the end of the block unless it was moved. Files in it may be
    opened with mode ``"x"``.

    Raises:
        OSError: it cannot be made.
    """
    folder = _beside(path)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_folder(new: Path, old: Path) -> None:
    """Move one folder to the path of another, which is removed if it exists.

    Raises:
        OSError: the file system refused.
    """
    away = _beside(old)
    if old.is_symlink():
        old.unlink()
    elif old.exists():
        old.rename(away)
    new.rename(old)
    shutil.rmtree(away, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Remove incomplete files and folders of killed processes; nobody may write there."""
    for left in folder.glob(f"{TEMPORARY}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{os.urandom(8).hex()}")
