"""The catalog: one SQLite file that is the single truth about an atlas."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tagatlas.catalog.addresses import AddressTable
from tagatlas.catalog.answers import AnswerTable, Backend
from tagatlas.catalog.database import Database
from tagatlas.catalog.maps import Annotation, AnnotationTable, MapTable, StoredMap
from tagatlas.catalog.readings import ReadingTable
from tagatlas.catalog.records import Added, RecordTable
from tagatlas.catalog.tags import TagTable

__all__ = ["Added", "Annotation", "Backend", "Catalog", "StoredMap"]


class Catalog:
    """The catalog of one atlas, by matter. Used by one thread at a time; a context manager.

    Attributes:
        records: sources and records.
        addresses: addresses, what became of them, and images.
        answers: backends and their answers.
        tags: tags.
        readings: backends whose tags are read from the kept answers of another.
        maps: maps.
        annotations: annotations on maps.
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
        self.maps = MapTable(self._database)
        self.annotations = AnnotationTable(self._database)

    def close(self) -> None:
        """Close the file; what was stored is on disk."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
