"""Base class of the parts of :class:`tagatlas.catalog.tagging.Tagging`."""

from __future__ import annotations

from tagatlas.catalog.database import Database
from tagatlas_parts import Sealing


class Part:
    """Works on a catalog's file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sealing = Sealing(database)
