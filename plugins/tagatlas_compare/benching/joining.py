"""Results of other machines and people, added to those of a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tagatlas.errors import InputError
from tagatlas.toolkit import count, one_line
from tagatlas_compare.benching.document import Results
from tagatlas_compare.benching.results import (
    Row,
    TaskRows,
    as_json,
    read_tasks,
    write_row,
)
from tagatlas_compare.benching.task import task_digest


def join_results(out: Path, folders: Sequence[Path]) -> list[str]:
    """Add results of other folders to those of one.

    Those of the same task come into one table; other tasks keep tables of their own. An entrant
    that is in both, measured elsewhere or with other results, is kept twice.

    Args:
        out: folder of the results; made if missing.
        folders: of other results, such as other people's; they are checked.

    Returns:
        What was done, and what differs, a line each.

    Raises:
        InputError: a folder has no results, or damaged ones; nothing of it is added.
        StorageError: a file cannot be read or written.
    """
    lines: list[str] = []
    for folder in folders:
        theirs = read_tasks(folder)
        if not theirs:
            raise InputError(f"{folder} has no results: name the --out folder of tagatlas bench")
        for found in theirs.values():
            _check_digest(folder, found)
        ours = read_tasks(out)
        for digest, found in theirs.items():
            lines += _join(out, ours.get(digest), found)
        lines += _apart({**ours, **theirs})
    return list(dict.fromkeys(lines))


def _check_digest(folder: Path, found: TaskRows) -> None:
    for row in found.rows:
        task, versions = row.document.task, row.document.versions
        made = task_digest(task.image_ids, found.truth, task.options, versions.get("tagatlas", ""))
        if made != task.digest:
            raise InputError(
                f"{folder}: the task of {row.name} does not have the images and labels that its"
                " digest stands for"
            )


def _join(out: Path, ours: TaskRows | None, theirs: TaskRows) -> Iterator[str]:
    own = {} if ours is None else {row.name: row for row in ours.rows}
    for row in theirs.rows:
        label = one_line(row.entrant.backend)
        mine = own.get(row.name)
        if mine is not None and _content(mine) != _content(row):
            digest = hashlib.sha256(_content(row)).hexdigest()[:6]
            row = replace(row, name=f"{row.name}-{digest}")
            yield f"{label} is kept twice: {_difference(mine, row)}"
        write_row(out, row, theirs.truth)
    newest = theirs.newest
    yield (
        f"joined: {count(len(theirs.rows), 'entrant')} on {count(newest.task.images, 'image')} of"
        f" {one_line(newest.collection)}"
    )


def _content(row: Row) -> bytes:
    """What an entrant's file says, wherever it lies and whatever is beside it."""
    entrant = replace(row.entrant, per_image="", codes_page="")
    return as_json(replace(row.document, entrants=[entrant]))


def _difference(mine: Row, other: Row) -> str:
    if mine.entrant.figures != other.entrant.figures:
        return "its answers differ"
    if mine.document.machine != other.document.machine:
        return "it was measured on another machine"
    return "it was measured at another time"


def _apart(tasks: dict[str, TaskRows]) -> Iterator[str]:
    """Why tasks on the same images are not one table."""
    by_images: dict[tuple[str, ...], list[Results]] = {}
    for found in tasks.values():
        document = found.newest
        by_images.setdefault(tuple(document.task.image_ids), []).append(document)
    for documents in by_images.values():
        first, *others = documents
        for other in others:
            reason = _why_apart(first, other)
            yield f"apart: {one_line(other.collection)}, task {other.task.digest}: {reason}"


def _why_apart(one: Results, other: Results) -> str:
    if one.versions.get("tagatlas") != other.versions.get("tagatlas"):
        return "another version of tagatlas"
    if one.task.options != other.task.options:
        names = [
            f"--{name.replace('_', '-')}"
            for name in sorted({*one.task.options, *other.task.options})
            if one.task.options.get(name) != other.task.options.get(name)
        ]
        return f"other options ({one_line(', '.join(names))})"
    return "other labels"
