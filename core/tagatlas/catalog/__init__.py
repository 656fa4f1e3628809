"""The catalog: one SQLite file that is the single truth about an atlas."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tagatlas.catalog.addresses import AddressTable
from tagatlas.catalog.annotations import AnnotationTable
from tagatlas.catalog.answers import AnswerTable, Backend
from tagatlas.catalog.calls import CallTable, EndedCall, Spent
from tagatlas.catalog.database import Database
from tagatlas.catalog.maps import MapTable, StoredMap
from tagatlas.catalog.names import NameTable
from tagatlas.catalog.readings import ReadingTable
from tagatlas.catalog.records import Added, KnownSource, RecordTable
from tagatlas.catalog.removals import Extent, RemovalTable, Target
from tagatlas.catalog.tags import TagTable
from tagatlas.catalog.used import UsedBackend, UsedTable

__all__ = [
    "Added",
    "Backend",
    "Catalog",
    "EndedCall",
    "Extent",
    "KnownSource",
    "Spent",
    "StoredMap",
    "Target",
    "UsedBackend",
]


class Catalog:
    """The catalog of one atlas, by matter. Used by one thread at a time; a context manager.

    Attributes:
        records: sources and records.
        addresses: addresses, what became of them, and images.
        answers: backends and their answers.
        tags: tags.
        readings: backends whose tags are read from the kept answers of another.
        calls: calls that cost money.
        maps: maps.
        annotations: annotations on maps.
        names: names of clusters, as they were last read from a file.
        removals: what is taken out for good.
        used: the backends that have tagged, and how that went.
    """

    def __init__(self, path: Path) -> None:
        """Open the catalog, made if it is not there, migrated if it is older.

        Raises:
            AtlasTooNew: a newer tagatlas wrote it.
            AtlasDamaged: it is no readable catalog.
            StorageError: it cannot be written.
        """
        self._database = Database(path)
        self.records = RecordTable(self._database)
        self.addresses = AddressTable(self._database)
        self.answers = AnswerTable(self._database)
        self.tags = TagTable(self._database)
        self.readings = ReadingTable(self._database)
        self.calls = CallTable(self._database)
        self.maps = MapTable(self._database)
        self.annotations = AnnotationTable(self._database)
        self.names = NameTable(self._database)
        self.removals = RemovalTable(self._database)
        self.used = UsedTable(self._database)

    def faults(self) -> list[str]:
        """What is wrong with the file itself, a line each; empty where it is sound."""
        found = [str(text) for (text,) in self._database.rows("PRAGMA integrity_check(3)")]
        broken = self._database.rows("PRAGMA foreign_key_check")
        return [text for text in found if text != "ok"] + [
            f"a row of {table} refers to a missing one of {parent}"
            for table, _, parent, _ in broken[:3]
        ]

    def close(self) -> None:
        """Close the file; what was stored is on disk."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
