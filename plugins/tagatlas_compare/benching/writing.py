"""Writes what is made of stored results: documents, tables, methods, and the leaderboard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tagatlas.toolkit import write_atomically
from tagatlas_compare.benching.assembling import assemble
from tagatlas_compare.benching.document import Results
from tagatlas_compare.benching.methods import methods_bibliography, methods_text
from tagatlas_compare.benching.page.leaderboard import leaderboard
from tagatlas_compare.benching.results import RESULTS, TOGETHER, as_json, read_tasks
from tagatlas_compare.benching.tables import csv_tables, latex_results

PAGE = "leaderboard.html"


def write_results(out: Path, newest: Results | None = None) -> Path:
    """Write the leaderboard, and for each task its document, tables and methods.

    Args:
        out: folder of the results.
        newest: the results of a task that were put together just now, with those that failed.

    Returns:
        The leaderboard.

    Raises:
        InputError: a stored file is damaged.
        StorageError: a file cannot be read or written.
    """
    found: dict[str, Results] = {}
    for digest, task in read_tasks(out).items():
        is_newest = newest is not None and newest.task.digest == digest
        found[digest] = newest if newest is not None and is_newest else assemble(task)
        _write_task(out / RESULTS / digest, found[digest])
    if newest is not None:
        found.setdefault(newest.task.digest, newest)
    documents = sorted(found.values(), key=lambda each: each.made_at, reverse=True)
    with write_atomically(out / PAGE) as file:
        for part in leaderboard(documents):
            file.write(part.encode())
    return out / PAGE


def _write_task(folder: Path, results: Results) -> None:
    texts: Mapping[str, bytes] = {
        TOGETHER: as_json(results),
        "methods.md": methods_text(results).encode(),
        "references.bib": methods_bibliography(results).encode(),
        "results.tex": latex_results(results).encode(),
    }
    for name, text in texts.items():
        with write_atomically(folder / name) as file:
            file.write(text)
    for name, table in csv_tables(results).items():
        with write_atomically(folder / name) as file:
            table.write_csv(file, quote_style="non_numeric")
