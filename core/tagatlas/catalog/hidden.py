"""Images whose pictures are not shown."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tagatlas.catalog.database import Database


class HiddenTable:
    """The images that a user hides; those joined with them are hidden as well, and not here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def images(self) -> dict[str, int]:
        """Ids of the hidden images, each with the time it was hidden, in seconds since 1970."""
        rows = self._database.rows(
            "SELECT sha256, hidden_at FROM hidden JOIN images ON images.id = hidden.image "
            "ORDER BY sha256"
        )
        return {str(image): int(str(hidden_at)) for image, hidden_at in rows}

    def change(self, images: Iterable[str], *, hide: bool) -> None:
        """Hide images from now on, or show them again; those that are so already stay so."""
        given = json.dumps(list(images))
        with self._database.transaction() as connection:
            if hide:
                connection.execute(
                    "INSERT OR IGNORE INTO hidden SELECT id, CAST(strftime('%s') AS INTEGER) "
                    "FROM images WHERE sha256 IN (SELECT value FROM json_each(?))",
                    [given],
                )
            else:
                connection.execute(
                    "DELETE FROM hidden WHERE image IN (SELECT id FROM images WHERE sha256 IN "
                    "(SELECT value FROM json_each(?)))",
                    [given],
                )
