"""Changes of clusters, stored as last read from a researcher's file."""

from __future__ import annotations

import msgspec

from tagatlas.catalog.database import Database, damaged
from tagatlas_mapping.maps.changes_copy import ChangesCopy


class ChangesTable:
    """The catalog's copies of files of changes: what clusters in them are recognised by."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, path: str, changes: ChangesCopy) -> None:
        """Store the changes in a file; earlier ones of the same file are replaced."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO given_changes VALUES (?, ?)",
                [path, msgspec.json.encode(changes).decode()],
            )

    def of(self, path: str) -> ChangesCopy | None:
        """The changes in a file when it was last read; None if it never was."""
        rows = self._database.rows("SELECT changes FROM given_changes WHERE path = ?", [path])
        try:
            return msgspec.json.decode(str(rows[0][0]), type=ChangesCopy) if rows else None
        except msgspec.MsgspecError as error:
            raise damaged(self._database.path, f"of the changes in {path}, {error}") from error
