"""Backends, their answers, and the tags in them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tagatlas.catalog.database import Database, now
from tagatlas.contracts import TagResult, TagStatus


@dataclass(frozen=True)
class Backend:
    """A tagger with one fingerprint.

    Attributes:
        id: its number in the catalog.
        name: the tagger's name.
        fingerprint: whatever changes its answers.
    """

    id: int
    name: str
    fingerprint: str


class AnswerTable:
    """The catalog's backends, answers and tags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def backend(self, tagger: str, fingerprint: str) -> int:
        """The number of a backend, given to it when it is first used; marks it as used last."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO backends (name, fingerprint, used) "
                "VALUES (?, ?, (SELECT coalesce(max(used), 0) + 1 FROM backends)) "
                "ON CONFLICT (name, fingerprint) DO UPDATE SET used = excluded.used RETURNING id",
                [tagger, fingerprint],
            ).fetchone()
        return int(row[0])

    def last_used(self, tagger: str | None = None) -> Backend | None:
        """The backend used last: of this tagger, or of any; None if there is none."""
        frame = self._database.frame(
            "SELECT id, name, fingerprint FROM backends WHERE name = coalesce(?, name) "
            "ORDER BY used DESC LIMIT 1",
            {"id": pl.Int64, "name": pl.String, "fingerprint": pl.String},
            [tagger],
        )
        return Backend(*frame.row(0)) if frame.height else None

    def unanswered(self, backend: int, *, retry_failed: bool) -> list[str]:
        """Ids of the images that the backend is still to be asked about, in id order.

        Args:
            backend: the backend's number.
            retry_failed: also those it failed on before.
        """
        rows = self._database.rows(
            "SELECT sha256 FROM collection JOIN images ON images.id = collection.image "
            "LEFT JOIN answers ON answers.image = images.id AND answers.backend = ? "
            "WHERE answers.status IS NULL OR (answers.status = 'failed' AND ?) ORDER BY sha256",
            [backend, retry_failed],
        )
        return [str(row[0]) for row in rows]

    def store(self, backend: int, answers: Sequence[tuple[str, TagResult]]) -> None:
        """Keep answers, by image id, in one transaction; an earlier failure is replaced."""
        moment = now()
        with self._database.transaction() as connection:
            for sha256, result in answers:
                [image] = connection.execute(
                    "SELECT id FROM images WHERE sha256 = ?", [sha256]
                ).fetchone()
                connection.execute(
                    "DELETE FROM answers WHERE backend = ? AND image = ?", [backend, image]
                )
                raw = None if result.raw is None else zlib.compress(result.raw)
                connection.execute(
                    "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [backend, image, str(result.status), result.kind, result.message, raw, moment],
                )
                connection.executemany(
                    "INSERT OR IGNORE INTO labels (label) VALUES (?)",
                    ([tag.label] for tag in result.tags),
                )
                connection.executemany(
                    "INSERT INTO tags VALUES (?, ?, (SELECT id FROM labels WHERE label = ?), ?)",
                    ([backend, image, tag.label, tag.score] for tag in result.tags),
                )

    def raw(self, backend: int, sha256: str) -> bytes | None:
        """The response as it came; None where there is none."""
        rows = self._database.rows(
            "SELECT raw FROM answers JOIN images ON images.id = answers.image "
            "WHERE backend = ? AND sha256 = ?",
            [backend, sha256],
        )
        if not rows or not isinstance(rows[0][0], bytes):
            return None
        return zlib.decompress(rows[0][0])

    def counts(self, backend: int) -> dict[str, int]:
        """Number of the collection's images by tag status; every status is there."""
        found = self._database.frame(
            "SELECT coalesce(status, 'pending'), count(*) "
            "FROM collection LEFT JOIN answers "
            "ON answers.image = collection.image AND answers.backend = ? GROUP BY 1",
            {"status": pl.String, "count": pl.Int64},
            [backend],
        )
        counts = dict.fromkeys((str(status) for status in TagStatus), 0)
        return counts | dict(found.iter_rows())

    def failures(self, backend: int) -> pl.DataFrame:
        """What the backend failed on: ``image``, ``kind``, ``message``; ordered by image."""
        return self._database.frame(
            "SELECT sha256, kind, message FROM answers JOIN images ON images.id = answers.image "
            "WHERE backend = ? AND status = 'failed' ORDER BY sha256",
            {"image": pl.String, "kind": pl.String, "message": pl.String},
            [backend],
        )

    def tags(self, backend: int) -> pl.DataFrame:
        """All tags: ``image``, ``tag`` (String), ``score`` (Float64).

        Ordered by image, falling score, tag.
        """
        # The long table is read and sorted as numbers; its texts are shared by its rows.
        images = self._database.frame(
            "SELECT images.id, sha256 FROM images JOIN collection ON collection.image = images.id "
            "ORDER BY sha256",
            {"number": pl.Int64, "text": pl.String},
        )
        labels = self._database.frame(
            "SELECT id, label FROM labels ORDER BY label", {"number": pl.Int64, "text": pl.String}
        )
        tags = self._database.frame(
            "SELECT image, label, score FROM tags WHERE backend = ?",
            {"image": pl.Int64, "label": pl.Int64, "score": pl.Float64},
            [backend],
        )
        ordered = (
            tags.join(_ranks(images, "image"), on="image")
            .join(_ranks(labels, "label"), on="label")
            .sort("image rank", "score", "label rank", descending=[False, True, False])
        )
        return pl.DataFrame(
            {
                "image": images["text"].gather(ordered["image rank"]),
                "tag": labels["text"].gather(ordered["label rank"]),
                "score": ordered["score"],
            }
        )


def _ranks(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    """The place of each number of a table of texts, which is ordered by text."""
    return texts.with_row_index(f"{name} rank").select(pl.col("number").alias(name), f"{name} rank")
