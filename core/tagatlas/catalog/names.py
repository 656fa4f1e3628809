"""Names of clusters, kept as they were last read from a researcher's file."""

from __future__ import annotations

import msgspec

from tagatlas.annotations import GivenName
from tagatlas.catalog.database import Database


class NameTable:
    """The catalog's copies of files of names: the files may go, or stay on another machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, path: str, names: list[GivenName]) -> None:
        """Keep what a file says; what it said before is replaced."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO given_names VALUES (?, ?)",
                [path, msgspec.json.encode(names).decode()],
            )

    def of(self, path: str) -> list[GivenName] | None:
        """What a file said when it was last read; None if it never was."""
        rows = self._database.rows("SELECT names FROM given_names WHERE path = ?", [path])
        if not rows:
            return None
        return msgspec.json.decode(str(rows[0][0]), type=list[GivenName])
