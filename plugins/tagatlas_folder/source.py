"""The source ``folder``: from a folder to records."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from tagatlas.contracts import Records, Source
from tagatlas.errors import InputError
from tagatlas_folder import is_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tagatlas_folder import FolderOptions


_Kind = Literal["folder", "link to folder", "file", "other"]
_MOST_EXTENSIONS = 5


@dataclass
class _Findings:
    """What lies below a folder: paths relative to it, written with ``/``, and what was left out."""

    images: list[str] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)  # by extension
    links: int = 0
    undecodable: int = 0
    unreadable: int = 0


class FolderSource(Source):
    """Reads the image files below a folder."""

    def __init__(self, options: FolderOptions) -> None:
        self._extensions = {f".{name.lower().lstrip('.')}" for name in options.extensions}

    def read(self, location: str) -> Records:
        """List the image files below ``location``, a folder.

        One record per file, its frequency 1. Kept columns: ``file``, the path relative to the
        folder, written with ``/``; ``folder``, the topmost folder on that path, empty at the root.
        """
        if not is_folder(location):
            raise InputError(f"there is no folder {location!r}: check the path")
        root = Path(location).resolve()  # one folder by two names is one collection
        findings = _walk(root, self._extensions)
        if not findings.images:
            raise _nothing_found(location, findings, self._extensions)
        files = sorted(findings.images)
        prefix = root.as_posix().rstrip("/")
        table = pl.DataFrame(
            {
                "location": [f"{prefix}/{file}" for file in files],
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
        line = f"folder: {_count(len(files), 'image file')} in {_count(folders, 'folder')}"
        left_out = _left_out(findings)
        says = f"{line}; {left_out}" if left_out else line
        return Records(table, says, local=True, notes=tuple(_other_ways(findings)))


def _walk(root: Path, extensions: Collection[str]) -> _Findings:
    findings = _Findings()
    to_visit = [""]  # relative paths that are empty or end in a slash
    while to_visit:
        folder = to_visit.pop()
        try:
            with os.scandir(root / folder) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            findings.unreadable += 1
            continue
        for entry in visible:
            path = f"{folder}{entry.name}"
            extension = Path(entry.name).suffix.lower()
            kind = _kind(entry)
            if kind == "folder":
                to_visit.append(f"{path}/")
            elif kind == "link to folder":
                findings.links += 1
            elif kind == "other" or extension not in extensions:
                findings.other[extension] += 1
            elif not _is_utf8(entry.path):
                findings.undecodable += 1
            else:
                findings.images.append(path)
    return findings


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
    """What was not taken, in a few words; empty if there is nothing."""
    reasons = []
    if others := findings.other.total():
        reasons.append(f"{_count(others, 'other file')} ignored")
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


def _other_ways(findings: _Findings) -> Iterator[str]:
    """What else the folder could have been read as."""
    if number := sum(findings.other[extension] for extension in (".json", ".jsonl", ".ndjson")):
        yield (
            f"the pictures are taken; the folder also has {_count(number, 'JSON file')}, which "
            "--source table would read instead"
        )


def _nothing_found(location: str, findings: _Findings, wanted: Collection[str]) -> InputError:
    extensions = [name for name, _ in findings.other.most_common() if name.isprintable() and name]
    examples = f" ({', '.join(extensions[:_MOST_EXTENSIONS])})" if extensions else ""
    return InputError(
        f"no image file in {location!r}: {_left_out(findings) or 'nothing is in it'}{examples}; "
        f"image files end in {', '.join(sorted(wanted))}"
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
