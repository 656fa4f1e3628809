"""The source ``folder``: reads records from a folder or a ZIP archive."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import polars as pl

from tagatlas import Records, Source
from tagatlas.errors import ImageRejected, InputError
from tagatlas.toolkit import is_archive, is_junk, open_archive
from tagatlas_sources import ATLAS_FILE
from tagatlas_sources.folder import is_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tagatlas.toolkit import Archive
    from tagatlas_sources.folder import FolderOptions


_Kind = Literal["folder", "link to folder", "file", "other"]
_TABLES = (".csv", ".tsv", ".tab", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet")
_MOST_EXTENSIONS = 6
_HEAD = 32
_BEGINNINGS = (
    *(b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    *(b"\0\0\x01\0", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
)
_BRANDS = frozenset(
    {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
)


@dataclass
class _Findings:
    """Files below a folder: relative paths, written with ``/``, and counts of files left out."""

    images: list[str] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)  # by extension
    disguised: Counter[str] = field(default_factory=Counter)  # pictures by their first bytes
    links: int = 0
    atlases: int = 0
    undecodable: int = 0
    unreadable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class FolderSource(Source):
    """Lists the image files below a folder, or in a ZIP archive."""

    def __init__(self, options: FolderOptions) -> None:
        extensions = {name.lower().lstrip(".") for name in options.extensions}
        self._takes_all = "all" in extensions
        self._extensions = {f".{name}" for name in extensions - {"all"}}

    def read(self, location: str) -> Records:
        """List the image files below ``location``, a folder or an archive.

        One record per file, its frequency 1. Kept columns: ``file``, the path relative to the
        folder, written with ``/``; ``folder``, the topmost folder on that path, empty at the root.
        """
        if not is_folder(location):
            raise InputError(f"there is no folder {location!r}: check the path")
        if is_archive(location):
            kind, findings = "ZIP archive", _Findings()
            archive = open_archive(location)
            prefix = archive.location("")
            for name in archive.members:
                self._sort(name, partial(_head_in, archive, name), findings)
            findings.reasons = archive.left_out
        else:
            kind = "folder"
            root = Path(location).resolve()  # one folder by two names is one collection
            prefix = f"{root.as_posix().rstrip('/')}/"
            findings = self._walk(root)
        if not findings.images:
            raise _nothing_found(location, findings, self._extensions)
        return _records(kind, prefix, findings)

    def _walk(self, root: Path) -> _Findings:
        findings = _Findings()
        to_visit = [""]  # relative paths that are empty or end in a slash
        while to_visit:
            folder = to_visit.pop()
            try:
                with os.scandir(root / folder) as entries:
                    visible = [entry for entry in entries if not is_junk(entry.name)]
            except OSError:
                findings.unreadable += 1
                continue
            if folder and any(entry.name == ATLAS_FILE for entry in visible):
                findings.atlases += 1
                continue
            for entry in visible:
                path = f"{folder}{entry.name}"
                kind = _kind(entry)
                if kind == "folder":
                    to_visit.append(f"{path}/")
                elif kind == "link to folder":
                    findings.links += 1
                elif kind == "other":
                    findings.other[_extension(path)] += 1
                else:
                    self._sort(path, partial(_head, entry.path), findings)
        return findings

    def _sort(self, path: str, head: Callable[[], bytes], findings: _Findings) -> None:
        """Decide whether a file is taken: by its extension, else by its first bytes."""
        extension = _extension(path)
        is_named = extension in self._extensions
        if not is_named and not _is_picture(head()):
            findings.other[extension] += 1
        elif not is_named and not self._takes_all:
            findings.disguised[extension] += 1
        elif not _is_utf8(path):
            findings.undecodable += 1
        else:
            findings.images.append(path)


def _records(kind: str, prefix: str, findings: _Findings) -> Records:
    files = sorted(findings.images)
    table = pl.DataFrame(
        {
            "location": [f"{prefix}{file}" for file in files],
            "frequency": [1] * len(files),
            "file": files,
            "folder": [file.partition("/")[0] if "/" in file else "" for file in files],
        },
        schema={
            "location": pl.String,
            "frequency": pl.Int64,
            "file": pl.String,
            "folder": pl.String,
        },
    )
    folders = len({file.rpartition("/")[0] for file in files})
    line = f"{kind}: {_count(len(files), 'image file')} in {_count(folders, 'folder')}"
    left_out = _left_out(findings)
    notes = [
        f"{_count(number, 'file')} left out: {why}" for why, number in findings.reasons.items()
    ]
    if findings.disguised:
        number = findings.disguised.total()
        notes.insert(
            0,
            f"{_count(number, 'picture')} left out that no known ending names"
            f"{_examples(findings.disguised)}: --extensions all takes them",
        )
    if nested := sum(findings.other[ending] for ending in (".zip", ".rar", ".7z", ".tar", ".tgz")):
        notes.append(f"{_count(nested, 'archive')} inside not opened: unpack to include")
    if findings.atlases:
        notes.append(f"atlases in the folder, left out with their pictures: {findings.atlases}")
    notes += _other_ways(findings)
    line = f"{line}; {left_out}" if left_out else line
    return Records(table, line, local=True, notes=tuple(notes))


def _extension(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _head(path: str) -> bytes:
    """The first bytes of a file; empty if it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path that may not be UTF-8
            return file.read(_HEAD)
    except OSError:
        return b""


def _head_in(archive: Archive, name: str) -> bytes:
    try:
        return archive.beginning(name, _HEAD)
    except ImageRejected:
        return b""


def _is_picture(head: bytes) -> bool:
    """Whether a file has the first bytes of a supported format."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12] in _BRANDS
    return head.startswith(_BEGINNINGS)


def _kind(entry: os.DirEntry[str]) -> _Kind:
    try:
        if entry.is_dir():
            return "link to folder" if entry.is_symlink() else "folder"
        return "file" if entry.is_file() else "other"
    except OSError:  # such as a link that leads to itself
        return "other"


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # Python holds foreign bytes as lone surrogates
        return False
    return True


def _left_out(findings: _Findings) -> str:
    """A note on what was not taken; empty if nothing."""
    reasons = []
    if others := findings.other.total():
        reasons.append(f"{_count(others, 'other file')} ignored{_examples(findings.other)}")
    if findings.links:
        reasons.append(f"{_count(findings.links, 'link')} to folders not followed")
    if findings.undecodable:
        reasons.append(
            f"{_count(findings.undecodable, 'image file')} left out whose path is not UTF-8: "
            "rename to include"
        )
    if findings.unreadable:
        reasons.append(f"{_count(findings.unreadable, 'folder')} could not be read")
    return "; ".join(reasons)


def _examples(endings: Counter[str]) -> str:
    """The endings in brackets, the most frequent first: `` (2 .mov, 1 without an ending)``."""
    ordered = sorted(endings.items(), key=lambda one: (-one[1], one[0]))
    known = [(name, number) for name, number in ordered if name.isprintable()]
    listed = [f"{number:,} {name or 'without an ending'}" for name, number in known]
    further = [] if len(listed) <= _MOST_EXTENSIONS else ["…"]
    return f" ({', '.join([*listed[:_MOST_EXTENSIONS], *further])})" if listed else ""


def _other_ways(findings: _Findings) -> Iterator[str]:
    """A note on other sources that could read the folder."""
    if number := sum(findings.other[extension] for extension in (".json", ".jsonl", ".ndjson")):
        yield (
            f"the pictures are taken; the folder also has {_count(number, 'JSON file')}, which "
            "--source table would read instead"
        )
    if tables := _tables(findings):
        yield (
            f"the pictures are taken, without the columns of {_count(tables, 'table')} beside "
            "them: give a table itself, with --files and this folder or archive, to keep these"
        )


def _tables(findings: _Findings) -> int:
    return sum(findings.other[extension] for extension in _TABLES)


def _nothing_found(location: str, findings: _Findings, wanted: set[str]) -> InputError:
    said = [_left_out(findings)]
    if findings.disguised:
        number = _count(findings.disguised.total(), "picture")
        said.append(
            f"{number} that no known ending names{_examples(findings.disguised)}: "
            "--extensions all takes them"
        )
    if tables := _tables(findings):
        said.append(f"{_count(tables, 'table')}, to be given one at a time by the path of the file")
    said += [
        f"{_count(number, 'file')} left out: {why}" for why, number in findings.reasons.items()
    ]
    what = "; ".join(part for part in said if part) or "nothing is in it"
    endings = f"; image files end in {', '.join(sorted(wanted))}" if wanted else ""
    return InputError(f"no image file in {location!r}: {what}{endings}")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
