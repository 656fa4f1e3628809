"""A folder of tables in Arrow's file format, each named by its content."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.errors import StorageError
from tagatlas_rendering.files import TEMPORARY, write_by_content
from tagatlas_tables.arrow import read_frame_of_file

if TYPE_CHECKING:
    import polars as pl

_SUFFIX = ".arrow"
_NAME = re.compile(rf"[0-9a-f]{{64}}\{_SUFFIX}")


class TableFolder:
    """Tables of which a database says which ones count; used by one writer at a time.

    A file is complete as soon as it has its name, which is the SHA-256 of its bytes, and is never
    changed. So a database that names it in a transaction of its own has the whole table or none.
    """

    def __init__(self, path: Path) -> None:
        """Use a folder, which is made with the first table."""
        self.path = path

    def keep(self, table: pl.DataFrame) -> str:
        """Write a table, to be there also after a crash of the machine; returns its name.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            path = write_by_content(
                self.path, _SUFFIX, lambda file: table.write_ipc(file, compression="zstd")
            )
        except OSError as error:
            raise StorageError(
                f"cannot write in {self.path}: {error.strerror or error}; free some space or check "
                "permissions, then run the command again"
            ) from error
        return path.name

    def read(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """A table, or some of its columns.

        Args:
            name: of any origin.
            columns: names of those that are read; None for all.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: that is no name, or the file is not the one that was written.
        """
        if not _NAME.fullmatch(name):
            raise ValueError("no name of a table")
        path = self.path / name
        if not path.is_file():
            raise FileNotFoundError(f"its file {name} is missing")
        try:
            with path.open("rb") as file:
                if _name_of(file) != name:
                    raise ValueError(f"{path.name} is not as it was written")
                return read_frame_of_file(file, columns)
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror or error}") from error

    def sweep(self, named: Collection[str]) -> None:
        """Delete all tables but those named, and what killed processes left; nobody may write.

        Raises:
            StorageError: one cannot be deleted, as on some systems while it is open.
        """
        try:
            for path in self.path.glob("*"):
                is_ours = path.name.startswith(TEMPORARY) or _NAME.fullmatch(path.name)
                if is_ours and path.name not in named:
                    path.unlink()
        except OSError as error:
            raise StorageError(
                f"cannot delete in {self.path}: {error.strerror or error}; close what reads it, "
                "then run the command again"
            ) from error


def _name_of(file: io.BufferedReader) -> str:
    file.seek(0)
    return f"{hashlib.file_digest(file, 'sha256').hexdigest()}{_SUFFIX}"
