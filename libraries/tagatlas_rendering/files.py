"""Atomic writing of files and folders: readers see the old or the new one, never half of it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from tagatlas.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def write_atomically(path: Path) -> Iterator[BinaryIO]:
    """Open a file that replaces ``path`` when the block ends without an exception.

    Until then it is beside ``path``, under a hidden name. If the block raises, it is removed and
    ``path`` is unchanged. One writer at a time per path.

    Raises:
        StorageError: the bytes could not be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
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


def replace_folder(new: Path, old: Path) -> None:
    """Move one folder to the path of another, which is removed if it exists.

    Raises:
        OSError: the file system refused.
    """
    away = old.with_name(f".{old.name}.old")
    shutil.rmtree(away, ignore_errors=True)
    if old.exists():
        old.rename(away)
    new.rename(old)
    shutil.rmtree(away, ignore_errors=True)
