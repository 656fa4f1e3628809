"""Reads a folder of JSON files with one object each, as museums publish them, as one table."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tagatlas.errors import InputError
from tagatlas_tables.structured import JsonReading
from tagatlas_tables.wording import count, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tagatlas_tables.table import Table

JSON_ENDINGS = (".json", ".jsonl", ".ndjson", ".geojson")
_PICTURE_ENDINGS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".avif"),
    *(".tif", ".tiff", ".bmp", ".ico", ".heic", ".heif"),
)
_MOST_NAMED = 3


def is_json_folder(folder: Path) -> bool:
    """Whether a folder, with all below it, has JSON files and no picture."""
    has_json = False
    for name in _files_below(folder):
        if name.lower().endswith(_PICTURE_ENDINGS):
            return False
        has_json = has_json or _is_json(name)
    return has_json


def read_json_folder(folder: Path, read: Callable[[Path], bytes]) -> Table:
    """Read all JSON files in a folder and below it, in the order of their paths.

    The column ``file`` has each record's file, relative to the folder.

    Args:
        folder: an existing folder.
        read: gives a file's text in UTF-8.

    Raises:
        InputError: it has no readable JSON file.
    """
    every = list(_files_below(folder))
    names = sorted(filter(_is_json, every))
    if not names:
        raise InputError("there is no JSON file in the folder")
    reading = JsonReading()
    failed: list[str] = []
    for name in names:
        try:
            reading.add(read(folder / name), name)
        except InputError as error:
            failed.append(f"{shown(name)} ({error})")
    if len(failed) == len(names):
        raise InputError(f"none of {count(len(names), 'JSON file')} can be read: {failed[0]}")
    notes = []
    if failed:
        further = f" and {len(failed) - _MOST_NAMED:,} more" if len(failed) > _MOST_NAMED else ""
        notes.append(
            f"left out, because they cannot be read: {count(len(failed), 'file')}, "
            + ", ".join(failed[:_MOST_NAMED])
            + further
        )
    if others := len(every) - len(names):
        notes.append(f"left out, because they are not JSON: {count(others, 'file')}")
    return reading.table(count(len(names) - len(failed), "JSON file"), tuple(notes))


def _is_json(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(JSON_ENDINGS)


def _files_below(folder: Path) -> Iterator[str]:
    """The relative paths of all files that are neither hidden nor behind a link."""
    to_visit = [""]
    while to_visit:
        place = to_visit.pop()
        try:
            with os.scandir(folder / place) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            continue
        for entry in visible:
            try:
                if entry.is_dir(follow_symlinks=False):
                    to_visit.append(f"{place}{entry.name}/")
                elif entry.is_file():
                    yield f"{place}{entry.name}"
            except OSError:  # such as a link that leads to itself
                continue
