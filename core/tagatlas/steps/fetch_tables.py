"""Tables of the fetch status of every address: counts, shares, hosts, duplicates, placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog.shown import cells_as_shown
from tagatlas.contracts import ImageStatus
from tagatlas.errors import StorageError
from tagatlas_fetching.fates import by_host, duplicates, table_of
from tagatlas_fetching.placeholders import Placeholder
from tagatlas_rendering import safe_cells, write_atomically

FOLDER = "fetched"
"""Folder of the tables, in the atlas."""


def write_fetch_tables(
    atlas: Atlas,
    fates: pl.DataFrame,
    representatives: pl.DataFrame,
    same: pl.DataFrame,
    placeholders: Sequence[Placeholder] = (),
) -> list[Path]:
    """Write ``addresses``, ``hosts``, ``statuses``, ``duplicates`` and ``placeholders.csv``.

    Texts from outside are escaped, so that no spreadsheet program runs them as formulas.

    Args:
        atlas: to write into.
        fates: from :meth:`tagatlas.catalog.addresses.AddressTable.fates`.
        representatives: from :meth:`tagatlas.catalog.addresses.AddressTable.representatives`.
        same: likewise, of the level ``same``.
        placeholders: from :func:`tagatlas_fetching.placeholders.find_placeholders`.

    Returns:
        The files.

    Raises:
        StorageError: one cannot be written.
    """
    folder = atlas.folder / FOLDER
    tables = {
        "addresses.csv": cells_as_shown(fates.drop("local"), "location", "final_url", "reason"),
        "hosts.csv": by_host(fates),
        "statuses.csv": by_status(fates),
        "duplicates.csv": cells_as_shown(duplicates(fates, representatives, same), "location"),
        "placeholders.csv": table_of([each.as_shown() for each in placeholders]),
    }
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}") from error
    for name, table in tables.items():
        with write_atomically(folder / name) as file:
            safe = table.with_columns(safe_cells(pl.col(pl.String)))
            safe.write_csv(file, quote_style="non_numeric")
    return [folder / name for name in tables]


def by_status(fates: pl.DataFrame) -> pl.DataFrame:
    """Counts and shares by status and reason, statuses in their order, frequent reasons first.

    Args:
        fates: from :meth:`tagatlas.catalog.addresses.AddressTable.fates`.

    Returns:
        Columns ``status``, ``reason`` (addresses as shown), ``addresses``, ``share`` (of all
        addresses, in [0, 1]) and ``frequency`` (summed over their records).
    """
    order = {str(status): place for place, status in enumerate(ImageStatus)}
    return (
        cells_as_shown(fates, "reason")
        .group_by("status", "reason")
        .agg(pl.len().alias("addresses"), pl.col("frequency").sum())
        .with_columns(share=(pl.col("addresses") / fates.height).round(4))
        .sort(
            pl.col("status").replace_strict(order, return_dtype=pl.Int64),
            pl.col("addresses"),
            "reason",
            descending=[False, True, False],
        )
        .select("status", "reason", "addresses", "share", "frequency")
    )
