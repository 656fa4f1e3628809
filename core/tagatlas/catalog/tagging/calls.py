"""Calls that cost money: each is recorded before it is made."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import polars as pl

from tagatlas.catalog.database import now
from tagatlas.catalog.tagging.part import Part


@dataclass(frozen=True)
class Spent:
    """Money spent on a backend.

    Attributes:
        calls: number of calls that are, or may be, billed.
        units: billed units, at most.
        dollars: their cost in US dollars, at the prices of the time.
        unsure: the part of it, in US dollars, that may not have been billed: calls without an
            answer, and those under way when a process was killed.
    """

    calls: int
    units: int
    dollars: float
    unsure: float


@dataclass(frozen=True)
class EndedCall:
    """The end of a call.

    Attributes:
        number: of the call.
        billed: ``yes``, ``no`` or ``unknown``.
        seconds: from the last try to its answer; None if there was none.
    """

    number: int
    billed: str
    seconds: float | None = None


class Calls(Part):
    """Calls that cost money. The reported sum is never less than what was spent."""

    def begin_call(self, backend: int, *, images: int, units: int, dollars: float) -> int:
        """Record a call before it is made.

        Args:
            backend: number of the backend that is called.
            images: number of images in the call.
            units: units that may be billed.
            dollars: their cost in US dollars.

        Returns:
            The call's number.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO calls (backend, images, units, dollars, begun_at) "
                "VALUES (?, ?, ?, ?, ?) RETURNING id",
                [backend, images, units, dollars, now()],
            ).fetchone()
        return int(row[0])

    def spent(self, tagger: str) -> Spent:
        """Money spent on a tagger, with any fingerprint; no call gives any back."""
        frame = self._database.frame(
            "SELECT count(*), coalesce(sum(max(units, 0)), 0), coalesce(sum(max(dollars, 0)), 0), "
            "coalesce(sum(max(dollars, 0)) FILTER (WHERE billed IS NULL OR billed = 'unknown'), 0) "
            "FROM calls JOIN backends ON backends.id = calls.backend "
            "WHERE name = ? AND billed IS NOT 'no'",
            {"calls": pl.Int64, "units": pl.Int64, "dollars": pl.Float64, "unsure": pl.Float64},
            [tagger],
        )
        return Spent(*frame.row(0))

    def calls(self, backend: int) -> pl.DataFrame:
        """The calls for a backend's answers: ``dollars`` (0 if not billed), ``seconds``.

        ``seconds`` is null if no answer came. For a reading these are the calls for the answers
        that it reads.
        """
        return self._database.frame(
            "SELECT iif(billed = 'no', 0.0, dollars), seconds FROM asked "
            "JOIN calls ON calls.backend = asked WHERE asked.backend = ? ORDER BY calls.id",
            {"dollars": pl.Float64, "seconds": pl.Float64},
            [backend],
        )


def end_call(connection: sqlite3.Connection, call: EndedCall) -> None:
    """Record the end of a call, in the caller's transaction."""
    connection.execute(
        "UPDATE calls SET ended_at = ?, billed = ?, seconds = ? WHERE id = ?",
        [now(), call.billed, call.seconds, call.number],
    )
