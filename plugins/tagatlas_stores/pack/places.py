"""Where packs lie: the folder ``packs`` of an atlas, or of a location that fsspec knows.

All methods may be called by several threads. Whatever goes wrong is raised as an ``OSError``, or a
:class:`~tagatlas.errors.StorageError` where something is to be written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from tagatlas.errors import StorageError
from tagatlas.toolkit import write_atomically
from tagatlas_stores.locations import Location, one_line
from tagatlas_stores.names import TEMPORARY

FOLDER = "packs"

_NEAR = 1 << 16
"""Bytes between two ranges that are read with them, which takes less than another request."""

_MOST = 1 << 24
"""Most bytes of ranges that are read as one."""


class Span(NamedTuple):
    """A range of bytes of a file: from ``start`` up to ``end``, or to the end of the file."""

    name: str
    start: int
    end: int


class Place(Protocol):
    """A folder of files that are written whole and never changed.

    Attributes:
        shown: it, for messages.
    """

    shown: str

    def sizes(self) -> dict[str, int]:
        """Bytes of each complete file by its name, as the folder is now.

        Raises:
            OSError: it cannot be listed. One that does not exist is empty.
        """

    def read(self, spans: Sequence[Span]) -> list[bytes | OSError]:
        """Ranges of bytes, in their order; an error in the place of one that cannot be read."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file at once: readers see all of it or none.

        Raises:
            StorageError: it cannot be written.
        """

    def delete(self, name: str) -> None:
        """Delete a file, if it is there.

        Raises:
            StorageError: it cannot be deleted.
        """

    def delete_leftovers(self) -> None:
        """Delete the incomplete files of killed writers; there may be no others.

        Raises:
            StorageError: one cannot be deleted.
        """


def read_together(place: Place, spans: Sequence[Span]) -> list[bytes | OSError]:
    """:meth:`Place.read` of ranges that may lie near one another: such are read as one."""
    joined: list[Span] = []
    parts: list[list[int]] = []
    for at in sorted(range(len(spans)), key=lambda each: spans[each]):
        name, start, end = spans[at]
        if joined and joined[-1].name == name and start - joined[-1].end <= _NEAR:
            end = max(end, joined[-1].end)
            if end - joined[-1].start <= _MOST:
                joined[-1] = Span(name, joined[-1].start, end)
                parts[-1].append(at)
                continue
        joined.append(spans[at])
        parts.append([at])
    found: list[bytes | OSError] = [b""] * len(spans)
    for whole, numbers, data in zip(joined, parts, place.read(joined), strict=True):
        for at in numbers:
            first, last = spans[at].start - whole.start, spans[at].end - whole.start
            found[at] = data if isinstance(data, OSError) else data[first:last]
    return found


class FolderPlace:
    """The folder of an atlas. Links in it are not followed."""

    def __init__(self, atlas: Path) -> None:
        self._folder = atlas / FOLDER
        self.shown = str(self._folder)

    def sizes(self) -> dict[str, int]:
        """See :meth:`Place.sizes`."""
        try:
            with os.scandir(self._folder) as entries:
                return {
                    entry.name: entry.stat(follow_symlinks=False).st_size
                    for entry in entries
                    if entry.is_file(follow_symlinks=False) and not entry.name.startswith(TEMPORARY)
                }
        except FileNotFoundError:
            return {}

    def read(self, spans: Sequence[Span]) -> list[bytes | OSError]:
        """See :meth:`Place.read`."""
        return [self._read(span) for span in spans]

    def _read(self, span: Span) -> bytes | OSError:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(self._folder / span.name, flags), "rb") as file:
                file.seek(span.start)
                return file.read(span.end - span.start)
        except OSError as error:
            return error

    def write(self, name: str, data: bytes) -> None:
        """See :meth:`Place.write`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot make {self._folder}: {error.strerror or error}; make room or check the "
                "folder's permissions, then run it again"
            ) from error
        with write_atomically(self._folder / name) as file:
            file.write(data)

    def delete(self, name: str) -> None:
        """See :meth:`Place.delete`."""
        path = self._folder / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot remove {path}: {error.strerror or error}; check the folder's "
                "permissions, then run it again"
            ) from error

    def delete_leftovers(self) -> None:
        """See :meth:`Place.delete_leftovers`."""
        for left in self._folder.glob(f"{TEMPORARY}*"):
            self.delete(left.name)


class LocationPlace:
    """A folder of a location that fsspec knows."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self._fs = location.fs
        self._folder = f"{location.root}/{FOLDER}"
        self.shown = f"{location.shown}/{FOLDER}"

    def sizes(self) -> dict[str, int]:
        """See :meth:`Place.sizes`."""
        try:
            self._fs.invalidate_cache(self._folder)  # files of other processes are not in it
            found = self._fs.ls(self._folder, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as error:  # libraries raise exceptions of any class
            raise OSError(one_line(error)) from error
        sizes = {
            each["name"].rstrip("/").rpartition("/")[2]: int(each["size"] or 0)
            for each in found
            if each["type"] == "file"
        }
        return {name: size for name, size in sizes.items() if not name.startswith(TEMPORARY)}

    def read(self, spans: Sequence[Span]) -> list[bytes | OSError]:
        """See :meth:`Place.read`."""
        found = self._fs.cat_ranges(
            [f"{self._folder}/{span.name}" for span in spans],
            [span.start for span in spans],
            [span.end for span in spans],
            on_error="return",
        )
        return [
            each if isinstance(each, bytes | FileNotFoundError) else OSError(one_line(each))
            for each in found
        ]

    def write(self, name: str, data: bytes) -> None:
        """See :meth:`Place.write`."""
        try:
            self.location.write(f"{FOLDER}/{name}", data)
        except Exception as error:  # libraries raise exceptions of any class
            raise self._refused("write", name, error) from error

    def delete(self, name: str) -> None:
        """See :meth:`Place.delete`. A versioned bucket keeps earlier versions."""
        try:
            self._fs.rm_file(f"{self._folder}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:
            raise self._refused("remove", name, error) from error

    def delete_leftovers(self) -> None:
        """See :meth:`Place.delete_leftovers`."""
        try:
            for left in self.location.leftovers(FOLDER):
                self._fs.rm_file(left)
        except Exception as error:
            raise self._refused("remove", f"{TEMPORARY}*", error) from error

    def _refused(self, doing: str, name: str, error: Exception) -> StorageError:
        return StorageError(
            f"cannot {doing} {self.shown}/{name}: {one_line(error)}; check the service and your "
            "permissions, then run it again"
        )
