"""Where processes on any machine leave files for each other: a folder, or an fsspec location."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from tagatlas.errors import MissingDependency, StorageError
from tagatlas.masking import as_shown
from tagatlas.wording import in_one_line
from tagatlas_rendering.files import TEMPORARY, write_atomically

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

GIVEN = "npz"
"""Ending of the names of files that processes are given."""

RESULTS = "parquet"
"""Ending of the names of files with results."""


@dataclass(frozen=True)
class Place:
    """A folder of files, each written whole by one put. Picklable.

    Attributes:
        location: a path on this machine, or a URL that fsspec knows.
        options: of the file system, such as ``endpoint_url``.
    """

    location: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        """The location, as shown."""
        return as_shown(self.location)

    def put(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all; one of that name is replaced.

        Args:
            name: with ``/`` between folders.
            data: its bytes.

        Raises:
            StorageError: it could not be written.
        """
        try:
            if (folder := self._folder()) is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with write_atomically(path) as file:
                    file.write(data)
                return
            fs, root = self._open()
            if _is_atomic(fs):
                fs.pipe_file(f"{root}/{name}", data)
                return
            _put_and_rename(fs, f"{root}/{name}", data)
        except (MissingDependency, StorageError):
            raise
        except Exception as error:  # libraries raise exceptions of any class
            raise StorageError(f"cannot write {self}/{name}: {in_one_line(error)}") from error

    def get(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            StorageError: it cannot be read, or is not there.
        """
        try:
            if (folder := self._folder()) is not None:
                return (folder / name).read_bytes()
            fs, root = self._open()
            data: bytes = fs.cat_file(f"{root}/{name}")
        except MissingDependency:
            raise
        except Exception as error:  # libraries raise exceptions of any class
            raise StorageError(f"cannot read {self}/{name}: {in_one_line(error)}") from error
        return data

    def names(self, folder: str, ending: str = RESULTS) -> list[str]:
        """Names of the files with an ending in a folder, in order; none if it is not there.

        Raises:
            StorageError: it cannot be listed.
        """
        try:
            return sorted(f"{folder}/{name}" for name in self._listed(folder, f".{ending}"))
        except MissingDependency:
            raise
        except Exception as error:  # libraries raise exceptions of any class
            raise StorageError(f"cannot list {self}/{folder}: {in_one_line(error)}") from error

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no error.

        Raises:
            StorageError: it could not be removed.
        """
        try:
            if (folder := self._folder()) is not None:
                (folder / name).unlink(missing_ok=True)
                return
            fs, root = self._open()
            fs.invalidate_cache()
            if fs.exists(f"{root}/{name}"):
                fs.rm_file(f"{root}/{name}")
        except MissingDependency:
            raise
        except Exception as error:  # libraries raise exceptions of any class
            raise StorageError(f"cannot remove {self}/{name}: {in_one_line(error)}") from error

    def clear(self, folder: str) -> Iterator[str]:
        """Remove all that processes were given, and their results, in a folder; yields names.

        Raises:
            StorageError: it cannot be listed, or a file not be removed.
        """
        for ending in (GIVEN, RESULTS):
            for name in self.names(folder, ending):
                self.remove(name)
                yield name

    def _listed(self, folder: str, ending: str) -> Iterator[str]:
        here = self._folder()
        if here is not None:
            yield from (path.name for path in (here / folder).glob(f"*{ending}"))
            return
        fs, root = self._open()
        fs.invalidate_cache()  # a cached listing would miss files of other processes
        if fs.isdir(f"{root}/{folder}"):
            for path in fs.ls(f"{root}/{folder}", detail=False):
                name = str(path).rpartition("/")[2]
                if name.endswith(ending) and not name.startswith(TEMPORARY):
                    yield name

    def _folder(self) -> Path | None:
        return None if "://" in self.location else Path(self.location)

    def _open(self) -> tuple[AbstractFileSystem, str]:
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise MissingDependency(
                f"{self} needs fsspec: pip install 'tagatlas[fsspec]'"
            ) from error
        fs, root = url_to_fs(self.location, **self.options)
        return fs, str(root).rstrip("/")


def _put_and_rename(fs: AbstractFileSystem, path: str, data: bytes) -> None:
    """Write a file under a name that no other writer has, and then give it its own."""
    folder = path.rpartition("/")[0]
    temporary = f"{folder}/{TEMPORARY}{token_hex(8)}"
    fs.makedirs(folder, exist_ok=True)
    try:
        fs.pipe_file(temporary, data)
        fs.mv(temporary, path)
    except BaseException:
        with suppress(OSError):
            fs.rm_file(temporary)
        raise


def _is_atomic(fs: AbstractFileSystem) -> bool:
    """Whether a put is seen whole or not at all: object stores do that."""
    protocols = fs.protocol
    names = {protocols} if isinstance(protocols, str) else set(protocols)
    return not names & {"file", "local", "sftp", "ssh", "smb", "hdfs", "ftp"}
