"""Removal of images and sources from a catalog for good, and of what may not come back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import polars as pl

from tagatlas.catalog.database import Database
from tagatlas.catalog.maps import MapTable
from tagatlas.catalog.stripping import strip_annotations, strip_columns, strip_maps, strip_names
from tagatlas.errors import AtlasLocked
from tagatlas_fetching.refusing import hash_of
from tagatlas_parts import Sealing
from tagatlas_tables.table_folder import TableFolder

_CATALOG, _WRITTEN = "catalog", "written"
"""Items of the table ``unswept``: the catalog's own file, and all files written from it."""


@dataclass(frozen=True)
class Target:
    """Rows that are to be removed, by number in the catalog.

    Attributes:
        images: of images, by id; removed with all data about them.
        addresses: of addresses, removed with their records.
        source: of a source, removed with its records.
    """

    images: dict[str, int] = field(default_factory=dict)
    addresses: frozenset[int] = frozenset()
    source: int | None = None


@dataclass(frozen=True)
class Extent:
    """Extent of a removal.

    Attributes:
        images: ids of the images.
        locations: of the addresses.
        records: number of records.
        answers: number of answers of backends.
        maps: names of the maps that have to be made again.
        annotations: texts of annotations that are removed with their subject.
    """

    images: list[str]
    locations: list[str]
    records: int
    answers: int
    maps: list[str]
    annotations: list[str]


@dataclass(frozen=True)
class Unswept:
    """The unfinished work of a removal.

    Attributes:
        images: ids of images whose files are to be deleted; without those that came back since.
        written: whether files written from the catalog are to be deleted.
    """

    images: list[str]
    written: bool


class _OnlyLooked(Exception):
    """Raised to roll a transaction back."""


class RemovalTable:
    """Removal from the catalog; the caller deletes the files."""

    def __init__(self, database: Database, maps: MapTable) -> None:
        self._database = database
        self._maps = maps
        self._sealing = Sealing(database)

    def sources(self) -> list[tuple[int, str]]:
        """Number and location of each source, in the order they were added."""
        rows = self._database.rows("SELECT id, location FROM sources ORDER BY id")
        return [(int(str(number)), str(location)) for number, location in rows]

    def known(self) -> pl.DataFrame:
        """Every address: ``address`` (number), ``location``, ``final_url``, ``image`` (id)."""
        return self._database.frame(
            "SELECT addresses.id, location, final_url, sha256 FROM addresses "
            "LEFT JOIN images ON images.id = addresses.image ORDER BY addresses.id",
            {
                "address": pl.Int64,
                "location": pl.String,
                "final_url": pl.String,
                "image": pl.String,
            },
        )

    def numbers(self, images: Iterable[str]) -> dict[str, int]:
        """The catalog's number of each image, by id."""
        rows = self._database.rows(
            "SELECT sha256, id FROM images WHERE sha256 IN (SELECT value FROM json_each(?)) "
            "ORDER BY sha256",
            [_json(images)],
        )
        return {str(image): int(str(number)) for image, number in rows}

    def target_of_source(self, source: int) -> Target:
        """A source, the addresses of it alone, and the images that only these lead to."""
        addresses = self._database.rows(
            "SELECT DISTINCT address FROM records WHERE source = ?1 AND address NOT IN "
            "(SELECT address FROM records WHERE source != ?1)",
            [source],
        )
        numbers = frozenset(int(str(row[0])) for row in addresses)
        images = self._database.rows(
            "SELECT DISTINCT sha256, images.id FROM addresses "
            "JOIN images ON images.id = addresses.image "
            "WHERE addresses.id IN (SELECT value FROM json_each(?1)) AND images.id NOT IN "
            "(SELECT image FROM used_addresses WHERE image IS NOT NULL "
            "AND id NOT IN (SELECT value FROM json_each(?1)))",
            [_json(numbers)],
        )
        return Target(_by_id(images), numbers, source)

    def unused(self) -> Target:
        """The addresses that no record names, and the images that no record leads to."""
        addresses = self._database.rows(
            "SELECT id FROM addresses WHERE id NOT IN (SELECT address FROM records)"
        )
        images = self._database.rows(
            "SELECT sha256, id FROM images WHERE id NOT IN (SELECT image FROM collection)"
        )
        return Target(_by_id(images), frozenset(int(str(row[0])) for row in addresses))

    def answers(self, target: Target) -> int:
        """Number of answers about the images of a target."""
        [(count,)] = self._database.rows(
            "SELECT count(*) FROM answers WHERE image IN (SELECT value FROM json_each(?))",
            [_json(target.images.values())],
        )
        return int(str(count))

    def extent(self, target: Target) -> Extent:
        """The extent of removing a target; nothing is changed."""
        found = []
        with suppress(_OnlyLooked), self._database.transaction() as connection:
            found.append(
                _take_out(connection, target, self._maps.files, self._sealing, only_look=True)
            )
            raise _OnlyLooked
        return found[0]

    def take_out(self, target: Target, *, forever: bool = False) -> Extent:
        """Remove a target, in one transaction, and note that files are to be deleted.

        Args:
            target: to be removed.
            forever: whether its images and addresses may never come back; see :meth:`refuses`.
        """
        with self._database.transaction() as connection:
            extent = _take_out(connection, target, self._maps.files, self._sealing)
            written = [_WRITTEN] if extent.records or extent.maps else []
            connection.executemany(
                "INSERT OR IGNORE INTO unswept VALUES (?)",
                [(item,) for item in (_CATALOG, *written, *extent.images)],
            )
            if forever:
                _refuse(connection, [*extent.images, *extent.locations])
        return extent

    def refuse(self, names: Iterable[str]) -> None:
        """Refuse images of these ids and these addresses from now on."""
        with self._database.transaction() as connection:
            _refuse(connection, names)

    def refused(self) -> frozenset[str]:
        """Hashes of refused images and addresses."""
        return frozenset(str(row[0]) for row in self._database.rows("SELECT hash FROM refused"))

    def unswept(self) -> Unswept | None:
        """The unfinished work of a removal; None if none is under way."""
        items = {str(row[0]) for row in self._database.rows("SELECT item FROM unswept")}
        if not items:
            return None
        images = items - {_CATALOG, _WRITTEN}
        return Unswept(sorted(images - self.numbers(images).keys()), _WRITTEN in items)

    def scrub(self) -> None:
        """Write the catalog's file and parts again without deleted data.

        The files of emptied maps are deleted, too. That ends the removal.

        Raises:
            AtlasDamaged: a part is missing or damaged.
            AtlasLocked: another program reads it, and so keeps deleted data alive.
            StorageError: there is no space for a second copy of it.
        """
        self._maps.sweep()
        self._sealing.purge()
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.execute("VACUUM")
        self._empty_journal()
        self._database.execute("DELETE FROM unswept")
        self._empty_journal()

    def _empty_journal(self) -> None:
        [(is_busy, *_)] = self._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise AtlasLocked(
                f"another program reads {self._database.path}, which keeps what was removed: close "
                "it (tagatlas view, a notebook), then run tagatlas remove again to finish"
            )


def _refuse(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO refused VALUES (?)", [(hash_of(name),) for name in names]
    )


def _take_out(
    connection: sqlite3.Connection,
    target: Target,
    map_files: TableFolder,
    sealing: Sealing,
    *,
    only_look: bool = False,
) -> Extent:
    """Delete the target's rows, children first; write no files if it is only looked."""
    images = _json(target.images.values())
    addresses = connection.execute(
        "SELECT id, location FROM addresses WHERE id IN (SELECT value FROM json_each(?)) "
        "OR image IN (SELECT value FROM json_each(?)) ORDER BY id",
        [_json(target.addresses), images],
    ).fetchall()
    gone = _json(number for number, _ in addresses)
    records = _delete(connection, "records WHERE address IN (SELECT value FROM json_each(?))", gone)
    if target.source is not None:
        records += _delete(connection, "records WHERE source = ?", target.source)
        _delete(connection, "sources WHERE id = ?", target.source)
    names = {location for _, location in addresses}
    labels = _labels(connection)
    _delete(connection, "copied_answers WHERE original IN (SELECT value FROM json_each(?))", images)
    answers = _delete(connection, "answers WHERE image IN (SELECT value FROM json_each(?))", images)
    if answers:
        connection.execute("DELETE FROM labels WHERE id NOT IN (SELECT label FROM tags)")
    _delete(connection, "addresses WHERE id IN (SELECT value FROM json_each(?))", gone)
    _delete(connection, "images WHERE id IN (SELECT value FROM json_each(?))", images)
    ids = set(target.images)
    gone_labels = sealing.unused_labels(labels - _labels(connection), ids)
    strip_names(connection, ids)
    strip_columns(connection, names)
    return Extent(
        images=sorted(ids),
        locations=[str(location) for _, location in addresses],
        records=records,
        answers=answers,
        maps=strip_maps(
            connection,
            ids,
            gone_labels,
            map_files,
            everything=bool(records),
            only_look=only_look,
        ),
        annotations=strip_annotations(connection, ids, names),
    )


def _labels(connection: sqlite3.Connection) -> set[str]:
    return {str(row[0]) for row in connection.execute("SELECT label FROM labels")}


def _delete(connection: sqlite3.Connection, where: str, value: object) -> int:
    """Delete from a table; returns the number of rows, without cascaded ones."""
    return connection.execute(f"DELETE FROM {where}", [value]).rowcount  # noqa: S608 - our own text


def _by_id(rows: Iterable[tuple[object, ...]]) -> dict[str, int]:
    return {str(image): int(str(number)) for image, number in rows}


def _json(values: Iterable[object]) -> str:
    return json.dumps(list(values))
