"""Sources and the records read from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import polars as pl

from tagatlas.catalog.database import Database, now
from tagatlas.contracts import Records
from tagatlas.maps import SourceFacts

_ROWS_AT_ONCE = 1 << 14
_CONTRACT_COLUMNS = ("location", "frequency")


@dataclass(frozen=True)
class Added:
    """What adding a source changed.

    Attributes:
        records: number of records of the source.
        new_addresses: distinct addresses that the atlas had not seen before.
        unchanged: whether the very same records were there already.
    """

    records: int
    new_addresses: int
    unchanged: bool


class RecordTable:
    """The catalog's sources and records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, location: str, plugin: str, records: Records) -> Added:
        """Keep the records of a source; a source added before is replaced, all or nothing.

        Args:
            location: names the source; the same name is the same source.
            plugin: name of the source plugin that read it.
            records: what it read.
        """
        digest = _digest(records)
        known = self._database.rows("SELECT digest FROM sources WHERE location = ?", [location])
        if known and known[0][0] == digest:
            return Added(records.table.height, 0, unchanged=True)
        with self._database.transaction() as connection:
            before = connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
            connection.execute("DELETE FROM sources WHERE location = ?", [location])
            source = connection.execute(
                "INSERT INTO sources (location, plugin, recognised, digest, added_at) "
                "VALUES (?, ?, ?, ?, ?)",
                [location, plugin, records.recognised, digest, now()],
            ).lastrowid
            connection.executemany(
                "INSERT OR IGNORE INTO addresses (location, local) VALUES (?, ?)",
                ((address, records.local) for address, _, _ in _rows(records.table)),
            )
            connection.executemany(
                "INSERT INTO records (source, address, frequency, columns) VALUES "
                "(?, (SELECT id FROM addresses WHERE location = ? AND local = ?), ?, ?)",
                (
                    (source, address, records.local, frequency, columns)
                    for address, frequency, columns in _rows(records.table)
                ),
            )
            after = connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
        return Added(records.table.height, after - before, unchanged=False)

    def sources(self) -> list[SourceFacts]:
        """The sources in the order they were added, with their number of records."""
        frame = self._database.frame(
            "SELECT location, recognised, added_at, "
            "(SELECT count(*) FROM records WHERE source = sources.id) FROM sources ORDER BY id",
            {
                "location": pl.String,
                "recognised": pl.String,
                "added_at": pl.String,
                "records": pl.Int64,
            },
        )
        return [SourceFacts(**row) for row in frame.iter_rows(named=True)]

    def of_images(self) -> pl.DataFrame:
        """Every record that leads to an image, in the order they were added.

        Columns: ``image``, ``location`` (String), ``frequency`` (Int64), ``columns`` (String,
        a JSON object).
        """
        return self._database.frame(
            "SELECT images.sha256, addresses.location, records.frequency, records.columns "
            "FROM records JOIN addresses ON addresses.id = records.address "
            "JOIN images ON images.id = addresses.image ORDER BY records.id",
            {
                "image": pl.String,
                "location": pl.String,
                "frequency": pl.Int64,
                "columns": pl.String,
            },
        )


def _rows(table: pl.DataFrame) -> Iterator[tuple[str, int, str]]:
    """Each record's location, its frequency, and its further columns as a JSON object."""
    for some in table.iter_slices(_ROWS_AT_ONCE):
        rest = some.drop(_CONTRACT_COLUMNS)
        kept = rest.iter_rows(named=True) if rest.columns else repeat({}, some.height)
        for location, frequency, columns in zip(
            some["location"].to_list(), some["frequency"].to_list(), kept, strict=True
        ):
            yield location, frequency, json.dumps(columns, ensure_ascii=False)


def _digest(records: Records) -> str:
    digest = hashlib.sha256(f"{records.local} {records.recognised}".encode())
    for row in _rows(records.table):
        digest.update(json.dumps(row).encode())
    return digest.hexdigest()
