"""The tables of a stored map's nodes and edges, to be looked at and replaced."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from tagatlas.catalog.maps import MAP_FILES
from tagatlas_tables.table_folder import TableFolder


def map_table(atlas: Path, column: str) -> pl.DataFrame:
    """The nodes or the edges of an atlas's only map."""
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as catalog:
        [name] = catalog.execute(f"SELECT {column}_file FROM maps").fetchone()  # noqa: S608 - of the test
    return TableFolder(atlas / MAP_FILES).read(name)


def map_file(atlas: Path, column: str) -> Path:
    """Their file."""
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as catalog:
        [name] = catalog.execute(f"SELECT {column}_file FROM maps").fetchone()  # noqa: S608 - of the test
    return atlas / MAP_FILES / str(name)


def replace_map_table(atlas: Path, column: str, table: pl.DataFrame) -> None:
    """Give the map another table, as somebody would who knows how it is stored."""
    name = TableFolder(atlas / MAP_FILES).keep(table)
    with closing(sqlite3.connect(atlas / "catalog.sqlite", isolation_level=None)) as catalog:
        catalog.execute(f"UPDATE maps SET {column}_file = ?", [name])  # noqa: S608 - of the test
