"""Results of other machines and people, added to those of a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tagatlas.errors import InputError
from tagatlas.toolkit import count
from tagatlas_compare.benching.page.verdict import without_images
from tagatlas_compare.benching.results.checking import plain
from tagatlas_compare.benching.results.document import Results
from tagatlas_compare.benching.results.folder import (
    Row,
    TaskRows,
    as_json,
    at_home,
    read_own,
    read_tasks,
    write_row,
)
from tagatlas_compare.benching.results.writing import made_files, write_files
from tagatlas_compare.benching.task import task_digest


def join_results(out: Path, folders: Sequence[Path]) -> list[str]:
    """Add results of other folders to those of one, and write its leaderboard again.

    Those of the same task come into one table; other tasks keep tables of their own. An entrant
    that is in both, measured elsewhere or with other results, is kept twice. All is read, checked
    and put together before anything is written.

    Args:
        out: folder of the results; made if missing.
        folders: of other results, such as other people's; they are checked.

    Returns:
        What was done, and what differs, a line each.

    Raises:
        InputError: a folder has no results, or damaged ones; nothing is changed.
        StorageError: a file cannot be read or written.
    """
    tasks, added, lines = read_own(out), dict[tuple[str, str], Row](), list[str]()
    for folder in folders:
        theirs = _read_theirs(folder)
        before = dict(tasks)
        for digest, found in theirs.items():
            joined = [at_home(out, row) for row in _joined(tasks.get(digest), found, lines)]
            added |= {(digest, row.name): row for row in joined}
            rows = {row.name: row for row in (*_rows(tasks.get(digest)), *joined)}
            tasks[digest] = TaskRows([rows[name] for name in sorted(rows)], found.truth)
        lines += _apart({**before, **theirs})
    files = made_files(tasks)
    for task in tasks.values():
        lines += map(plain, without_images([row.entrant for row in task.rows]))
    for (digest, _), row in added.items():
        write_row(out, row, tasks[digest].truth)
    write_files(out, files)
    return list(dict.fromkeys(lines))


def _read_theirs(folder: Path) -> dict[str, TaskRows]:
    """Results of others, wholly checked."""
    theirs = read_tasks(folder)
    if not theirs:
        raise InputError(f"{folder} has no results: name the --out folder of tagatlas bench")
    for found in theirs.values():
        _check_digest(folder, found)
    return theirs


def _rows(found: TaskRows | None) -> Sequence[Row]:
    return () if found is None else found.rows


def _check_digest(folder: Path, found: TaskRows) -> None:
    for row in found.rows:
        task, versions = row.document.task, row.document.versions
        made = task_digest(task.image_ids, found.truth, task.options, versions.get("tagatlas", ""))
        if made != task.digest:
            raise InputError(
                f"{folder}: the task of {row.name} does not have the images and labels that its"
                " digest stands for"
            )


def _joined(ours: TaskRows | None, theirs: TaskRows, lines: list[str]) -> list[Row]:
    """The rows of others as they are stored here; lines say what was done."""
    own = {row.name: row for row in _rows(ours)}
    joined = []
    for row in theirs.rows:
        mine = own.get(row.name)
        if mine is not None and _content(mine) != _content(row):
            digest = hashlib.sha256(_content(row)).hexdigest()[:6]
            row = replace(row, name=f"{row.name}-{digest}")
            lines.append(f"{plain(row.entrant.backend)} is kept twice: {_difference(mine, row)}")
        elif mine is not None and (row.images is None or mine.images is not None):
            joined.append(mine)
            continue
        joined.append(_marked(row))
    newest = theirs.newest
    lines.append(
        f"joined: {count(len(theirs.rows), 'entrant')} on {count(newest.task.images, 'image')} of"
        f" {plain(newest.collection)}"
    )
    return joined


def _marked(row: Row) -> Row:
    """A row of others that says so."""
    entrant = replace(row.entrant, joined=True)
    return replace(row, document=replace(row.document, entrants=[entrant]))


def _content(row: Row) -> bytes:
    """What an entrant's file says, wherever it lies and whatever is beside it."""
    entrant = replace(row.entrant, per_image="", codes_page="", joined=False)
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
            yield f"apart: {plain(other.collection)}, task {other.task.digest}: {reason}"


def _why_apart(one: Results, other: Results) -> str:
    if one.versions.get("tagatlas") != other.versions.get("tagatlas"):
        return "another version of tagatlas"
    if one.task.options != other.task.options:
        names = [
            f"--{name.replace('_', '-')}"
            for name in sorted({*one.task.options, *other.task.options})
            if one.task.options.get(name) != other.task.options.get(name)
        ]
        return f"other options ({plain(', '.join(names))})"
    return "other labels"
