"""The backends that have tagged, and how it went: what comparisons choose from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tagatlas.catalog.answers import Backend
from tagatlas.catalog.database import Database

_PAUSE = 60.0
"""Seconds without an answer after which tagging counts as interrupted."""


@dataclass(frozen=True)
class UsedBackend:
    """A backend that was used on the collection.

    Attributes:
        backend: which.
        number: its place among those of its tagger, from 1, the one used first at the front.
        is_latest: whether it is the one of its tagger that was used last.
    """

    backend: Backend
    number: int
    is_latest: bool


@dataclass(frozen=True)
class Pace:
    """How fast a backend answered.

    Attributes:
        images: that were answered in runs of more than one moment.
        seconds: that these runs took; interruptions of more than a minute do not count.
    """

    images: int
    seconds: float

    @property
    def images_per_second(self) -> float | None:
        """Their ratio; None where too little was measured."""
        return self.images / self.seconds if self.seconds > 0 else None


class UsedTable:
    """The catalog's backends as those who compare them see them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[UsedBackend]:
        """Those with tags of their own, by name, each tagger's in the order of their first use."""
        frame = self._database.frame(
            "SELECT id, name, fingerprint, "
            "row_number() OVER (PARTITION BY name ORDER BY id), "
            "used = max(used) OVER (PARTITION BY name) "
            "FROM backends WHERE used > 0 ORDER BY name, id",
            {
                "id": pl.Int64,
                "name": pl.String,
                "fingerprint": pl.String,
                "number": pl.Int64,
                "is_latest": pl.Boolean,
            },
        )
        return [
            UsedBackend(Backend(*row[:3]), number=row[3], is_latest=row[4])
            for row in frame.iter_rows()
        ]

    def statuses(self, backend: int) -> pl.DataFrame:
        """What became of each image at a backend: ``image`` (id), ``status``; by image."""
        return self._database.frame(
            "SELECT sha256, coalesce(status, 'pending') FROM collection "
            "JOIN images ON images.id = collection.image LEFT JOIN answers "
            "ON answers.image = collection.image AND answers.backend = ? ORDER BY sha256",
            {"image": pl.String, "status": pl.String},
            [backend],
        )

    def pace(self, backend: int) -> Pace:
        """How fast the backend answered, by the moments its answers were kept at.

        These are kept to the second, so that nothing is known of short runs. Of a reading it is
        the pace of the backend that was asked.
        """
        moments = self._database.frame(
            "SELECT unixepoch(answered_at), count(*) FROM asked "
            "JOIN answers ON answers.backend = asked "
            "WHERE asked.backend = ? AND status != 'failed' GROUP BY 1 ORDER BY 1",
            {"moment": pl.Int64, "images": pl.Int64},
            [backend],
        )
        gaps = moments.with_columns(gap=pl.col("moment").diff()).filter(pl.col("gap") <= _PAUSE)
        return Pace(int(gaps["images"].sum()), float(gaps["gap"].sum()))

    def maps(self, backend: int) -> list[str]:
        """Names of the maps of a backend's tags, the one made last at the front."""
        rows = self._database.rows(
            "SELECT name FROM maps WHERE backend = ? AND digest != '' ORDER BY made_at DESC, name",
            [backend],
        )
        return [str(row[0]) for row in rows]
