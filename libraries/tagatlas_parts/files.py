"""The folder of parts: writing, checking, reading and sweeping its files."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection
from pathlib import Path

import polars as pl

from tagatlas.errors import AtlasDamaged, StorageError
from tagatlas.wording import in_one_line
from tagatlas_parts.kinds import Kind
from tagatlas_parts.pages import unpacked_size
from tagatlas_parts.sections import PartFile, Section
from tagatlas_rendering.files import TEMPORARY, write_by_content

_NAME = re.compile(r"[0-9a-f]{64}")
_ENDING = ".parquet"

_SMALL, _LARGEST_RATIO, _LARGEST = 64 << 20, 200, 4 << 30
"""Unpacked bytes of a part: the first, and so many times its size; the last at most."""

_MOST_ROWS = 1 << 27
_FAILURES = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)


class PartFolder:
    """The folder of an atlas's parts. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Look at nothing yet.

        Args:
            path: of the folder; made when the first part is written.
        """
        self.path = path
        self._sound: set[tuple[str, int, int]] = set()

    def write(self, kind: Kind, frame: pl.DataFrame) -> PartFile:
        """Write a part; when this returns, it is on the disk under its name.

        Args:
            kind: of the rows.
            frame: the rows, in the kind's order.

        Raises:
            StorageError: it cannot be written.
        """
        rows = frame.select(kind.schema.names())
        try:
            path = write_by_content(
                self.path, _ENDING, lambda file: rows.write_parquet(file, compression="zstd")
            )
            return PartFile(path.stem, frame.height, path.stat().st_size)
        except OSError as error:
            raise StorageError(
                f"cannot write {self.path}: {error.strerror or error}; free some space or check "
                "permissions, then run the command again: nothing that was stored is lost"
            ) from error

    def read(self, section: Section, kind: Kind) -> pl.DataFrame:
        """The rows of one kind of a section; none if it has no file of that kind.

        Raises:
            AtlasDamaged: the file is missing, or is not what it should be.
        """
        part = section.files.get(kind.name)
        if part is None:
            return kind.empty()
        path = self._checked(part)
        try:
            frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
        except _FAILURES as error:
            raise damaged(path, in_one_line(error)) from error
        if wrong := kind.wrong(frame, section.first, section.last):
            raise damaged(path, wrong)
        return frame

    def sound(self, section: Section, kind: Kind) -> Path:
        """The path of a file that was read and checked, to scan it where it lies.

        Each is read once, as long as it has the same size and time.

        Raises:
            AtlasDamaged: see :meth:`read`.
        """
        path = self._place(section.files[kind.name].name)
        if (mark := _mark(path)) is None or mark not in self._sound:
            self.read(section, kind)
            if (mark := _mark(path)) is not None:
                self._sound.add(mark)
        return path

    def sweep(self, named: Collection[str]) -> None:
        """Delete the files of other names, and those that were never completed.

        Args:
            named: the parts that count.

        Raises:
            StorageError: one cannot be deleted.
        """
        try:
            for path in self.path.iterdir() if self.path.is_dir() else ():
                is_ours = path.name.startswith(TEMPORARY) or _NAME.fullmatch(path.stem)
                if is_ours and path.stem not in named:
                    path.unlink()
        except OSError as error:
            raise StorageError(
                f"cannot clear {self.path}: {error.strerror or error}; check the permissions, then "
                "run the command again"
            ) from error

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise damaged(self.path, f"no part is called {name[:80]!a}")
        return self.path / f"{name}{_ENDING}"

    def _checked(self, part: PartFile) -> Path:
        """The path of a file with the content and of about the size that it should have."""
        path = self._place(part.name)
        try:
            if self.path.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
                raise damaged(path, "it is a link, or no file")
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size != part.bytes:
                    raise damaged(path, f"it has {size:,} bytes, and should have {part.bytes:,}")
                if hashlib.file_digest(file, "sha256").hexdigest() != part.name:
                    raise damaged(path, "its content has changed")
                most = min(_SMALL + _LARGEST_RATIO * size, _LARGEST)
                if not 0 < part.rows <= _MOST_ROWS or unpacked_size(file, part.rows) > most:
                    raise damaged(path, "it has more rows or bytes than any that is written")
        except FileNotFoundError as error:
            raise damaged(path, "it is missing") from error
        except (OSError, ValueError) as error:
            raise damaged(path, in_one_line(error)) from error
        return path


def _mark(path: Path) -> tuple[str, int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return path.name, found.st_size, found.st_mtime_ns


def damaged(path: Path, what: str) -> AtlasDamaged:
    """The error that a file of an atlas is damaged.

    Args:
        path: of the file.
        what: is wrong with it.
    """
    return AtlasDamaged(
        f"{path} is damaged: {what[:300]}; restore a backup of the atlas, or make it again "
        "from its sources; if another process is working on it, run the command again"
    )
