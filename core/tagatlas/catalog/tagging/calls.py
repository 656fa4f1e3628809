"""Calls that cost money: each is written down before it is made."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import polars as pl

from tagatlas.catalog.database import now
from tagatlas.catalog.tagging.part import Part


@dataclass(frozen=True)
class Spent:
    """What was spent on a backend.

    Attributes:
        calls: number of calls that are, or may be, billed.
        units: what they are billed for at most.
        dollars: what that costs, in US dollars, at the prices of the time.
        unsure: the part of it, in US dollars, of which it is not known whether it was billed:
            calls without an answer, and those that a killed process had under way.
    """

    calls: int
    units: int
    dollars: float
    unsure: float


@dataclass(frozen=True)
class EndedCall:
    """How a call ended.

    Attributes:
        number: the call's.
        billed: ``yes``, ``no`` or ``unknown``.
        seconds: from the last try to its answer; None if there was none.
    """

    number: int
    billed: str
    seconds: float | None = None


class Calls(Part):
    """Calls that cost money. What is said to be spent is never less than what was."""

    def begin_call(self, backend: int, *, images: int, units: int, dollars: float) -> int:
        """Write down a call that is about to be made.

        Args:
            backend: number of the backend that is asked.
            images: how many it is asked about.
            units: what it may be billed for.
            dollars: what that costs.

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
        """What was spent on a tagger, whatever its fingerprint."""
        frame = self._database.frame(
            "SELECT count(*), coalesce(sum(units), 0), coalesce(sum(dollars), 0), "
            "coalesce(sum(dollars) FILTER (WHERE billed IS NULL OR billed = 'unknown'), 0) "
            "FROM calls JOIN backends ON backends.id = calls.backend "
            "WHERE name = ? AND billed IS NOT 'no'",
            {"calls": pl.Int64, "units": pl.Int64, "dollars": pl.Float64, "unsure": pl.Float64},
            [tagger],
        )
        return Spent(*frame.row(0))

    def calls(self, backend: int) -> pl.DataFrame:
        """The calls for a backend's answers: ``dollars`` (0 if not billed), ``seconds``.

        ``seconds`` is null where no answer came. Of a reading these are the calls for the answers
        that it reads.
        """
        return self._database.frame(
            "SELECT iif(billed = 'no', 0.0, dollars), seconds FROM asked "
            "JOIN calls ON calls.backend = asked WHERE asked.backend = ? ORDER BY calls.id",
            {"dollars": pl.Float64, "seconds": pl.Float64},
            [backend],
        )


def end_call(connection: sqlite3.Connection, call: EndedCall) -> None:
    """Write down how a call ended, in a transaction of the caller's."""
    connection.execute(
        "UPDATE calls SET ended_at = ?, billed = ?, seconds = ? WHERE id = ?",
        [now(), call.billed, call.seconds, call.number],
    )
