"""Pages of sources that are still being read."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import polars as pl

from tagatlas.catalog.database import Database, damaged, now
from tagatlas.contracts import Page, Records
from tagatlas.wording import in_one_line
from tagatlas_tables.arrow import read_frame

_Told = tuple[str, bool, tuple[str, ...]]

KEPT = timedelta(days=7)
"""A reading interrupted longer ago starts again, since its pages may be out of date."""


@dataclass(frozen=True)
class Begun:
    """Progress of an interrupted reading of a source.

    Attributes:
        pages: number of pages that are stored.
        token: of the last of them.
        kept_at: time that was stored, in ISO 8601.
    """

    pages: int
    token: str
    kept_at: str


class PageTable:
    """The catalog's pages of sources that are still being read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether there are pages of any source."""
        return bool(self._database.rows("SELECT 1 FROM pages LIMIT 1"))

    def begun(self, source: str, reading: str) -> Begun | None:
        """Progress of a recent reading of a source, read in the same way; None if there is none.

        Args:
            source: names the source.
            reading: plugin, version and options that read it.
        """
        rows = self._database.rows(
            "SELECT token, kept_at FROM pages WHERE source = ? AND reading = ? ORDER BY number",
            [source, reading],
        )
        if not rows:
            return None
        token, kept_at = (str(value) for value in rows[-1])
        if datetime.fromisoformat(kept_at) < datetime.now(UTC) - KEPT:
            return None
        return Begun(len(rows), token, kept_at)

    def keep(self, source: str, reading: str, page: Page) -> None:
        """Store one more page of a source."""
        records = page.records
        buffer = io.BytesIO()
        records.table.write_ipc(buffer, compression="zstd")
        told = json.dumps([records.recognised, records.local, list(records.notes)])
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO pages (source, reading, token, told, records, kept_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [source, reading, page.token, told, buffer.getvalue(), now()],
            )

    def records(self, source: str) -> Records | None:
        """The records of all pages of a source, in order, with the notes of the last; or None."""
        rows = self._database.rows(
            "SELECT told, records FROM pages WHERE source = ? ORDER BY number", [source]
        )
        if not rows:
            return None
        try:
            tables = [read_frame(data) for _, data in rows]
            recognised, local, notes = msgspec.json.decode(str(rows[-1][0]), type=_Told)
            table = pl.concat(tables, how="diagonal")
        except (ValueError, RecursionError, pl.exceptions.PolarsError) as error:
            wrong = f"a page of {source}: {in_one_line(error)}"
            raise damaged(self._database.path, wrong) from error
        return Records(table, recognised, local, notes)

    def drop(self, source: str) -> None:
        """Delete the pages of a source."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM pages WHERE source = ?", [source])
