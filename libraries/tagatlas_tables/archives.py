"""Reads files inside ZIP archives, without unpacking to the disk.

A file in an archive is named by the archive's path, ``!/`` and its name inside:
``/data/photos.zip!/a/1.jpg``. So no name in an archive can lead outside it, and nothing is left
on the disk; the reader limits the unpacked size.
"""

from __future__ import annotations

import lzma
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected, InputError
from tagatlas_tables.endings import PICTURE_ENDING

INSIDE = "!/"
"""Separates the path of an archive from the name of a file in it."""

JUNK = frozenset(
    {
        *("__macosx", "@eadir", "$recycle.bin", "system volume information", "#recycle"),
        *("lost+found", "thumbs.db", "ehthumbs.db", "desktop.ini"),
    }
)
"""Files and folders that systems and viewers create beside pictures, in lower case."""

_MAGIC = b"PK\x03\x04"
_DOCUMENTS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})
_TABLE = re.compile(r"\.(csv|tsv|tab|xlsx|ods|parquet|pq|ndjson|jsonl)(\.gz)?$", re.IGNORECASE)
_MAYBE_TABLE = re.compile(r"\.(txt|json)(\.gz)?$", re.IGNORECASE)
_PICTURE = re.compile(PICTURE_ENDING + "$", re.IGNORECASE)
_MOST_FILES = 1_000_000


def is_junk(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or created by a system or a viewer."""
    return name.startswith(".") or name.lower() in JUNK


@dataclass(frozen=True, eq=False)
class Archive:
    """A ZIP archive.

    Attributes:
        path: absolute path.
        members: its files by name, in its order, without those that cannot or must not be read.
        left_out: number of files left out, by reason.
    """

    path: str
    members: dict[str, zipfile.ZipInfo]
    left_out: Counter[str]
    _file: zipfile.ZipFile

    def location(self, name: str) -> str:
        """The location of a file in it."""
        return f"{self.path}{INSIDE}{name}"

    def read(self, name: str, max_bytes: int) -> bytes:
        """The bytes of a file in it. Safe to call from several threads.

        Raises:
            ImageRejected: ``missing``, ``refused`` (larger), ``unreadable`` (damaged, or packed
                by an unknown method).
        """
        data = self.beginning(name, max_bytes + 1)
        if len(data) > max_bytes:
            raise ImageRejected(
                ImageStatus.REFUSED, f"larger than {max_bytes:,} bytes", setting="max_bytes"
            )
        return data

    def beginning(self, name: str, count: int) -> bytes:
        """The first ``count`` bytes of a file in it, or all; no more is unpacked.

        Raises:
            ImageRejected: ``missing``, or ``unreadable`` as above.
        """
        member = self.members.get(name)
        if member is None:
            raise ImageRejected(ImageStatus.MISSING, "no such file in the archive")
        try:
            with self._file.open(member) as file:
                return file.read(count)
        except (NotImplementedError, RuntimeError) as error:
            reason = "packed in a way that cannot be read here: unpack the archive"
            raise ImageRejected(ImageStatus.UNREADABLE, reason) from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            reason = "damaged in the archive"
            raise ImageRejected(ImageStatus.UNREADABLE, reason) from error


def is_archive(location: str) -> bool:
    """Whether there is a ZIP archive that is not an office document or the like."""
    try:
        with Path(location).open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return False
        return _DOCUMENTS.isdisjoint(open_archive(location).members)
    except (OSError, ValueError):
        return False
    except InputError:  # damaged: its name decides
        return location.lower().endswith(".zip")


def archive_contents(location: str) -> Literal["pictures", "table", ""]:
    """Contents of an archive, ``table`` or ``pictures``; empty if there is no archive.

    A table if it has exactly one, or no picture; otherwise pictures.
    """
    if not is_archive(location):
        return ""
    try:
        members = open_archive(location).members
    except InputError:
        return "pictures"
    has_pictures = bool(pictures_in(members))
    return "pictures" if has_pictures and len(tables_in(members)) != 1 else "table"


def pictures_in(names: Iterable[str]) -> list[str]:
    """The pictures among the files of an archive, by their endings."""
    return [name for name in names if _PICTURE.search(name)]


def tables_in(names: Collection[str]) -> list[str]:
    """The tables among the files of an archive; text and JSON only if there are no others."""
    tables = [name for name in names if _TABLE.search(name)]
    if tables or pictures_in(names):
        return tables
    return [name for name in names if _MAYBE_TABLE.search(name)]


def open_archive(location: str) -> Archive:
    """The archive at a path.

    Raises:
        InputError: it is damaged, or holds more than a million files.
    """
    try:
        path = Path(location).resolve()
        status = path.stat()
        return _opened(path.as_posix(), status.st_mtime_ns, status.st_size)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"the ZIP archive is damaged ({error}): get it again") from error


def archived(location: str) -> tuple[str, str] | None:
    """The archive and the name inside that a location means; None if it is not in an archive."""
    start = location.find(INSIDE)
    while start >= 0:
        path = location[:start]
        if Path(path).is_file():
            return path, location[start + len(INSIDE) :]
        start = location.find(INSIDE, start + 1)
    return None


@lru_cache(maxsize=4)  # an archive's list is long, and read once for each of its pictures otherwise
def _opened(path: str, _changed: int, _size: int) -> Archive:
    file = zipfile.ZipFile(path)
    entries = file.infolist()
    if len(entries) > _MOST_FILES:
        raise InputError(f"more than {_MOST_FILES:,} files in the archive: unpack it")
    members: dict[str, zipfile.ZipInfo] = {}
    left_out: Counter[str] = Counter()
    for entry in entries:
        name = _name(entry)
        parts = PurePosixPath(name).parts
        if entry.is_dir() or any(is_junk(part) for part in parts if part not in ("..", "/")):
            continue
        if ".." in parts or name.startswith("/") or not name.isprintable():
            left_out["names that lead out of the archive or are not printable"] += 1
        elif stat.S_ISLNK(entry.external_attr >> 16):
            left_out["links"] += 1
        elif entry.flag_bits & 1:
            left_out["encrypted, unpack with the password"] += 1
        elif name in members:
            left_out["a name that comes twice"] += 1
        else:
            members[name] = entry
    return Archive(path, members, left_out, file)


def _name(entry: zipfile.ZipInfo) -> str:
    """The intended name: some programs write UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/")
