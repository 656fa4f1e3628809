"""The catalog: one SQLite file with all that is known of an atlas."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from tagatlas.catalog.addresses import AddressTable
from tagatlas.catalog.annotations import AnnotationTable
from tagatlas.catalog.changes import ChangesTable
from tagatlas.catalog.database import Database, damaged
from tagatlas.catalog.hidden import HiddenTable
from tagatlas.catalog.inspection import wrong_values
from tagatlas.catalog.maps import MAP_FILES, MapTable, StoredMap
from tagatlas.catalog.names import NameTable
from tagatlas.catalog.pages import PageTable
from tagatlas.catalog.placeholders import PlaceholderTable
from tagatlas.catalog.records import Added, KnownSource, RecordTable
from tagatlas.catalog.removals import Extent, RemovalTable, Target
from tagatlas.catalog.tagging import Backend, EndedCall, Spent, Tagging
from tagatlas.errors import AtlasDamaged
from tagatlas_parts import ANSWERS, Sealing

__all__ = [
    "OF_CATALOG",
    "Added",
    "Backend",
    "Catalog",
    "EndedCall",
    "Extent",
    "KnownSource",
    "Spent",
    "StoredMap",
    "Target",
]

OF_CATALOG = ("catalog", MAP_FILES, ANSWERS)
"""Folders of its tables that are files, in that of its own file."""


class Catalog:
    """The catalog of one atlas, by subject. Used by one thread at a time; a context manager.

    Attributes:
        records: sources and records.
        addresses: addresses with their fetch status, and images.
        placeholders: which of them lead to placeholders for deleted images.
        tagging: backends, their answers and costs.
        maps: maps.
        annotations: annotations on maps.
        names: names of clusters, as last read from a file.
        changes: changes of clusters, likewise.
        hidden: images whose pictures are not shown.
        removals: removal of images and sources for good.
        pages: of sources that are still being read.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Open the catalog; create it if it is missing, migrate it if it is older.

        Args:
            path: of its file.
            write: whether it is opened to be changed.

        Raises:
            AtlasTooNew: a newer tagatlas wrote it.
            AtlasDamaged: it is not a readable catalog.
            StorageError: it cannot be written.
        """
        self._database = Database(path, write=write)
        self.records = RecordTable(self._database)
        self.addresses = AddressTable(self._database)
        self.placeholders = PlaceholderTable(self._database)
        self.tagging = Tagging(self._database)
        self.maps = MapTable(self._database)
        self.annotations = AnnotationTable(self._database)
        self.names = NameTable(self._database)
        self.changes = ChangesTable(self._database)
        self.hidden = HiddenTable(self._database)
        self.removals = RemovalTable(self._database, self.maps)
        self.pages = PageTable(self._database)

    def unchanging(self) -> AbstractContextManager[None]:
        """A block that sees one state of the catalog and does not write, whoever else does."""
        return self._database.unchanging()

    def faults(self) -> list[str]:
        """Faults of the file itself, a line each; empty if there are none."""
        found = [str(text) for (text,) in self._database.rows("PRAGMA integrity_check(3)")]
        broken = self._database.rows("PRAGMA foreign_key_check")
        return (
            [text for text in found if text != "ok"]
            + [
                f"a row of {table} refers to a missing one of {parent}"
                for table, _, parent, _ in broken[:3]
            ]
            + list(wrong_values(self._database))
            + self.maps.faults()
            + list(Sealing(self._database).faults())
        )

    def damage(self) -> AtlasDamaged | None:
        """The error that the catalog is damaged, if it is; looks at all of it.

        For what failed for no other reason that is known.
        """
        try:
            found = self.faults()
        except AtlasDamaged as error:
            return error
        return damaged(self._database.path, "; ".join(found[:3])) if found else None

    def close(self) -> None:
        """Close the file; what was stored is on disk."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
