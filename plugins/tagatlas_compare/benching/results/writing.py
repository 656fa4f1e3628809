"""Writes what is made of stored results: documents, tables, methods, and the leaderboard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tagatlas.toolkit import write_atomically
from tagatlas_compare.benching.page.leaderboard import leaderboard
from tagatlas_compare.benching.results.assembling import assemble
from tagatlas_compare.benching.results.document import Results
from tagatlas_compare.benching.results.folder import (
    RESULTS,
    TOGETHER,
    TaskRows,
    as_json,
    make_folder,
    read_own,
)
from tagatlas_compare.benching.results.methods import methods_bibliography, methods_text
from tagatlas_compare.benching.results.tables import csv_tables, latex_results
from tagatlas_compare.spreadsheets import csv_of

PAGE = "leaderboard.html"


def write_results(out: Path, newest: Results | None = None) -> Path:
    """Write the leaderboard, and for each task its document, tables and methods.

    All is made before anything is written.

    Args:
        out: folder of the results.
        newest: the results of a task that were put together just now, with those that failed.

    Returns:
        The leaderboard.

    Raises:
        InputError: a stored file is damaged.
        StorageError: a file cannot be read or written.
    """
    write_files(out, made_files(read_own(out), newest))
    return out / PAGE


def made_files(tasks: Mapping[str, TaskRows], newest: Results | None = None) -> dict[str, bytes]:
    """The leaderboard, and the document, tables and methods of each task.

    Args:
        tasks: the stored results, by digest.
        newest: see :func:`write_results`.

    Returns:
        What is in the files, by path in the leaderboard's folder.
    """
    found: dict[str, Results] = {}
    files: dict[str, bytes] = {}
    for digest, task in tasks.items():
        is_newest = newest is not None and newest.task.digest == digest
        found[digest] = newest if newest is not None and is_newest else assemble(task)
        for name, text in _task_files(found[digest]).items():
            files[f"{RESULTS}/{digest}/{name}"] = text
    if newest is not None:
        found.setdefault(newest.task.digest, newest)
    documents = sorted(found.values(), key=lambda each: each.made_at, reverse=True)
    files[PAGE] = "".join(leaderboard(documents)).encode()
    return files


def write_files(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a leaderboard's folder.

    Args:
        out: the folder.
        files: by path in it.

    Raises:
        StorageError: one cannot be written.
    """
    for name, text in files.items():
        make_folder((out / name).parent)
        with write_atomically(out / name) as file:
            file.write(text)


def _task_files(results: Results) -> dict[str, bytes]:
    tables = {name: csv_of(table) for name, table in csv_tables(results).items()}
    return {
        TOGETHER: as_json(results),
        "methods.md": methods_text(results).encode(),
        "references.bib": methods_bibliography(results).encode(),
        "results.tex": latex_results(results).encode(),
        **tables,
    }
