"""Tables of the fetch status of every address: counts, shares, hosts, duplicates, placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.errors import StorageError
from tagatlas_fetching.fates import by_host, by_status, duplicates, table_of
from tagatlas_fetching.placeholders import Placeholder
from tagatlas_rendering import safe_cells, write_atomically
from tagatlas_tables.shown import cells_as_shown

FOLDER = "fetched"
"""Folder of the tables, in the atlas."""


def write_fetch_tables(atlas: Atlas, placeholders: Sequence[Placeholder]) -> list[Path]:
    """Write ``addresses``, ``hosts``, ``statuses``, ``duplicates`` and ``placeholders.csv``.

    Texts from outside are escaped, so that no spreadsheet program runs them as formulas.

    Args:
        atlas: to write into.
        placeholders: from :func:`tagatlas_fetching.placeholders.find_placeholders`.

    Returns:
        The files.

    Raises:
        StorageError: one cannot be written.
    """
    table = atlas.catalog.addresses
    groups = atlas.representatives(), atlas.representatives("same"), table.several()
    folder = atlas.folder / FOLDER
    tables: dict[str, Callable[[], Iterable[pl.DataFrame]]] = {
        "addresses.csv": lambda: (
            cells_as_shown(part.drop("local"), "location", "final_url", "reason")
            for part in table.fates()
        ),
        "hosts.csv": lambda: [by_host(table.fates())],
        "statuses.csv": lambda: [by_status(table.fates())],
        "duplicates.csv": lambda: [cells_as_shown(duplicates(table.fates(), *groups), "location")],
        "placeholders.csv": lambda: [table_of([each.as_shown() for each in placeholders])],
    }
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}") from error
    for name, parts in tables.items():
        with write_atomically(folder / name) as file:
            for number, part in enumerate(parts()):
                safe = part.with_columns(safe_cells(pl.col(pl.String)))
                safe.write_csv(file, include_header=number == 0, quote_style="non_numeric")
    return [folder / name for name in tables]
