"""Tables of very many rows: Parquet in place of CSV, which few programs open at that size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.toolkit import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

MANY = 2_000_000
"""Nodes of a map above which its long tables are written as Parquet."""

_ROWS_IN_A_GROUP = 1 << 17


def write_long_table(table: pl.LazyFrame, path: Path) -> Path:
    """Write a table part by part; text is unchanged, since no program runs cells of Parquet.

    Raises:
        StorageError: it could not be written.
    """
    with write_atomically(path) as file:
        table.sink_parquet(file, row_group_size=_ROWS_IN_A_GROUP)
    return path


def remove_other_form(*paths: Path) -> None:
    """Delete the files of an earlier call, when the map had more images, or fewer."""
    for path in paths:
        path.unlink(missing_ok=True)
