"""Backends: taggers with the fingerprint of everything that changes their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tagatlas.catalog.tagging.part import Part

_NUMBERED = (
    "SELECT id, name, fingerprint, row_number() OVER (PARTITION BY name, used > 0 ORDER BY id), "
    "used > 0 AND used = max(used) OVER (PARTITION BY name), used, notes FROM backends"
)
_COLUMNS: dict[str, type[pl.DataType]] = {
    "id": pl.Int64,
    "name": pl.String,
    "fingerprint": pl.String,
    "number": pl.Int64,
    "is_latest": pl.Boolean,
    "used": pl.Int64,
    "notes": pl.String,
}


@dataclass(frozen=True)
class Backend:
    """A tagger with one fingerprint.

    Attributes:
        id: its number in the catalog.
        name: the tagger's name.
        fingerprint: of everything that changes its answers.
        number: its number among those of its tagger, from 1, in the order of first use.
        is_latest: whether it is the one of its tagger that was used last.
        notes: plain remarks of the tagger by name, such as its model; see :class:`Reading`.
    """

    id: int
    name: str
    fingerprint: str
    number: int
    is_latest: bool
    notes: Mapping[str, str | int | float]

    @property
    def label(self) -> str:
        """Its name in lists: with its number unless it is its tagger's latest."""
        return self.name if self.is_latest else f"{self.name}:{self.number}"

    @property
    def description(self) -> str:
        """Its remarks and its fingerprint, in a line: ``model: x; vocabulary: y; clip 1a2b``."""
        return "; ".join(
            [*(f"{name}: {said}" for name, said in self.notes.items()), self.fingerprint]
        )


class Backends(Part):
    """The backends that have tagged."""

    def use(self, tagger: str, fingerprint: str) -> int:
        """The number of a backend, assigned on first use; marks it as used last."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO backends (name, fingerprint, used) "
                "VALUES (?, ?, (SELECT coalesce(max(used), 0) + 1 FROM backends)) "
                "ON CONFLICT (name, fingerprint) DO UPDATE SET used = excluded.used RETURNING id",
                [tagger, fingerprint],
            ).fetchone()
        return int(row[0])

    def find(self, tagger: str, fingerprint: str) -> int | None:
        """The number of a backend; None if it was never used."""
        rows = self._database.rows(
            "SELECT id FROM backends WHERE name = ? AND fingerprint = ?", [tagger, fingerprint]
        )
        return int(str(rows[0][0])) if rows else None

    def backends(self) -> list[Backend]:
        """Backends with tags, by name, each tagger's in the order of first use."""
        return self._backends("used > 0 ORDER BY name, id")

    def last_used(self, tagger: str | None = None) -> Backend | None:
        """The backend used last, of this tagger or of any; None if none was used."""
        found = self._backends("name = coalesce(?, name) ORDER BY used DESC LIMIT 1", [tagger])
        return found[0] if found else None

    def shown_on(self, map_name: str) -> Backend | None:
        """The backend whose tags a map shows; None if the map does not exist."""
        found = self._backends("id = (SELECT backend FROM maps WHERE name = ?)", [map_name])
        return found[0] if found else None

    def _backends(self, wanted: str, parameters: Sequence[object] = ()) -> list[Backend]:
        frame = self._database.frame(
            f"SELECT * FROM ({_NUMBERED}) WHERE {wanted}",  # noqa: S608 - texts of our own
            _COLUMNS,
            parameters,
        )
        return [
            Backend(**{**row, "notes": _plain_notes(row["notes"])})
            for row in frame.drop("used").iter_rows(named=True)
        ]


def _plain_notes(said: str | None) -> dict[str, str | int | float]:
    """The texts and numbers among the remarks on a reading."""
    try:
        found = json.loads(said or "{}")
    except (ValueError, RecursionError):  # of a catalog from elsewhere
        found = {}
    items = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in items if isinstance(value, str | int | float)}
