"""Atomic writing of files and folders: readers see the old or the new one, never half of it.

No link is followed: a new file or folder has a random name, is made by this process alone, and
takes the place of whatever has its name at the end.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from tagatlas.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
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
