"""Names of clusters, stored as last read from a researcher's file."""

from __future__ import annotations

import msgspec

from tagatlas.catalog.database import Database
from tagatlas_mapping.maps.given_name import GivenName


class NameTable:
    """The catalog's copies of files of names, for when the files are missing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, path: str, names: list[GivenName]) -> None:
        """Store the names in a file; earlier ones of the same file are replaced."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO given_names VALUES (?, ?)",
                [path, msgspec.json.encode(names).decode()],
            )

    def of(self, path: str) -> list[GivenName] | None:
        """The names in a file when it was last read; None if it never was."""
        rows = self._database.rows("SELECT names FROM given_names WHERE path = ?", [path])
        if not rows:
            return None
        return msgspec.json.decode(str(rows[0][0]), type=list[GivenName])
