"""Sources and the records read from them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import polars as pl

from tagatlas.catalog.database import Database, now
from tagatlas.contracts import Records
from tagatlas.maps import SourceFacts

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
        columns = _kept_columns(records.table)
        digest = _digest(records, columns)
        known = self._database.rows("SELECT digest FROM sources WHERE location = ?", [location])
        if known and known[0][0] == digest:
            return Added(records.table.height, 0, unchanged=True)
        locations = records.table["location"].to_list()
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
                ((address, records.local) for address in locations),
            )
            connection.executemany(
                "INSERT INTO records (source, address, frequency, columns) VALUES "
                "(?, (SELECT id FROM addresses WHERE location = ? AND local = ?), ?, ?)",
                zip(
                    [source] * len(locations),
                    locations,
                    [records.local] * len(locations),
                    records.table["frequency"].to_list(),
                    columns,
                    strict=True,
                ),
            )
            after = connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
        return Added(len(locations), after - before, unchanged=False)

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


def _kept_columns(table: pl.DataFrame) -> list[str]:
    """The further columns of each record as a JSON object."""
    rest = table.drop(_CONTRACT_COLUMNS)
    if not rest.columns:
        return ["{}"] * table.height
    return [json.dumps(row, ensure_ascii=False) for row in rest.iter_rows(named=True)]


def _digest(records: Records, columns: list[str]) -> str:
    lines = zip(
        records.table["location"].to_list(),
        records.table["frequency"].to_list(),
        columns,
        strict=True,
    )
    digest = hashlib.sha256(f"{records.local} {records.recognised}".encode())
    for line in lines:
        digest.update(json.dumps(line).encode())
    return digest.hexdigest()
