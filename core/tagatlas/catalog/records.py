"""Sources and the records read from them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat

import polars as pl

from tagatlas.catalog.database import Database, now
from tagatlas.contracts import Records, SourceFacts
from tagatlas_tables.shown import cells_as_shown

_ROWS_AT_ONCE = 1 << 14
_CONTRACT_COLUMNS = ("location", "frequency")


@dataclass(frozen=True)
class Added:
    """Result of adding a source.

    Attributes:
        records: number of records of the source.
        new_addresses: distinct addresses that the atlas had not seen before.
        unchanged: whether the very same records were there already.
        replaced: number of earlier records of the source that these replaced.
    """

    records: int
    new_addresses: int
    unchanged: bool
    replaced: int = 0


@dataclass(frozen=True)
class KnownSource:
    """A source that was added.

    Attributes:
        number: its number in the catalog.
        location: where it was read.
        content: digest of its records as read, independent of where they are.
    """

    number: int
    location: str
    content: str


class RecordTable:
    """The catalog's sources and records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, location: str, plugin: str, records: Records, *, replaced: int | None = None
    ) -> Added:
        """Store the records of a source; a source added before is replaced, all or nothing.

        Args:
            location: names the source; the same name is the same source.
            plugin: name of the source plugin that read it.
            records: the records that it read.
            replaced: number of another source that it replaces.
        """
        digest = _digest(records)
        known = self._database.rows("SELECT digest FROM sources WHERE location = ?", [location])
        is_known = bool(known) and known[0][0] == digest
        if is_known and replaced is None:
            return Added(records.table.height, 0, unchanged=True)
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM sources WHERE id = ? AND location != ?", [replaced, location]
            )
            if is_known:
                return Added(records.table.height, 0, unchanged=True)
            before = connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
            had = connection.execute(
                "SELECT count(*) FROM records WHERE source IN "
                "(SELECT id FROM sources WHERE location = ?)",
                [location],
            ).fetchone()[0]
            connection.execute("DELETE FROM sources WHERE location = ?", [location])
            content = content_digest(records, location)
            source = connection.execute(
                "INSERT INTO sources (location, plugin, recognised, digest, content, added_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [location, plugin, records.recognised, digest, content, now()],
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
        return Added(records.table.height, after - before, unchanged=False, replaced=had)

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

    def known(self) -> list[KnownSource]:
        """The sources in the order they were added."""
        rows = self._database.rows("SELECT id, location, content FROM sources ORDER BY id")
        return [
            KnownSource(
                int(str(number)),
                str(location),
                str(content) if content else self._content(int(str(number)), str(location)),
            )
            for number, location, content in rows
        ]

    def of_source(self, number: int) -> pl.DataFrame:
        """The records of a source, in their order.

        Columns: ``location`` (String), ``local`` (Boolean), and of the image that it leads to,
        null if there is no image, ``image`` (String, id) and ``bytes`` (Int64, of the original).
        """
        return self._database.frame(
            "SELECT addresses.location, local, sha256, bytes FROM records "
            "JOIN addresses ON addresses.id = records.address "
            "LEFT JOIN images ON images.id = addresses.image "
            "WHERE records.source = ? ORDER BY records.id",
            {"location": pl.String, "local": pl.Boolean, "image": pl.String, "bytes": pl.Int64},
            [number],
        )

    def move(self, number: int, location: str, records: Records) -> None:
        """Move a source, and its addresses on this machine, to its present location.

        Removed records stay removed, and the outcomes of addresses stay.

        Args:
            number: of the source.
            location: where it is now.
            records: the records read there: the same except for the location.
        """
        with self._database.transaction() as connection:
            [old] = connection.execute(
                "SELECT location FROM sources WHERE id = ?", [number]
            ).fetchone()
            if records.local:
                _move_addresses(connection, number, old, location)
            connection.execute(
                "UPDATE sources SET location = ?, recognised = ?, digest = ?, content = ? "
                "WHERE id = ?",
                [
                    location,
                    records.recognised,
                    _digest(records),
                    content_digest(records, location),
                    number,
                ],
            )

    def _content(self, number: int, location: str) -> str:
        """The content digest of a source that an older tagatlas added."""
        rows = self._database.rows(
            "SELECT location, frequency, columns, local FROM records "
            "JOIN addresses ON addresses.id = records.address WHERE source = ? ORDER BY records.id",
            [number],
        )
        plain = ((str(place), int(str(often)), str(rest)) for place, often, rest, _ in rows)
        return _content(plain, location, local=bool(rows and rows[0][3]))

    def of_images(self) -> pl.DataFrame:
        """Every record that leads to an image, in the order they were added.

        Columns: ``image``, ``location`` (String, as shown), ``frequency`` (Int64), ``columns``
        (String, a JSON object; addresses as shown).
        """
        records = self._database.frame(
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
        return cells_as_shown(records, "location", "columns")


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


def content_digest(records: Records, location: str) -> str:
    """A digest of records that does not change when their source is moved or renamed.

    Args:
        records: of the source.
        location: of the source; locations below it count relative to it.
    """
    return _content(_rows(records.table), location, local=records.local)


def _content(rows: Iterable[tuple[str, int, str]], root: str, *, local: bool) -> str:
    digest = hashlib.sha256(f"{local}".encode())
    for location, frequency, columns in rows:
        place = location.removeprefix(root) if local else location
        digest.update(json.dumps([place, frequency, columns]).encode())
    return digest.hexdigest()


def _move_addresses(connection: sqlite3.Connection, source: int, old: str, new: str) -> None:
    """Put a new root before the addresses of a source.

    An existing address of the new name is deleted if no record uses it; if another source uses
    it, both share it from now on.
    """
    rows = connection.execute(
        "SELECT DISTINCT address, location FROM records "
        "JOIN addresses ON addresses.id = records.address WHERE source = ? AND local",
        [source],
    ).fetchall()
    for address, location in rows:
        place = [new + location.removeprefix(old)]
        connection.execute(
            "DELETE FROM addresses WHERE location = ? AND local "
            "AND NOT EXISTS (SELECT 1 FROM records WHERE address = addresses.id)",
            place,
        )
        there = connection.execute(
            "SELECT id FROM addresses WHERE location = ? AND local", place
        ).fetchone()
        if there is None:
            connection.execute("UPDATE addresses SET location = ? WHERE id = ?", [*place, address])
        else:
            connection.execute(
                "UPDATE records SET address = ? WHERE address = ? AND source = ?",
                [there[0], address, source],
            )
