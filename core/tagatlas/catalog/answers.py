"""Backends and their answers."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.calls import EndedCall, end_call
from tagatlas.catalog.database import Database, now
from tagatlas.contracts import TagResult, TagStatus
from tagatlas.errors import PluginError

VECTOR = np.dtype("<f2")
"""How embeddings are stored: float16, little-endian."""


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
    """The catalog's backends, answers and embeddings."""

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

    def known(self, tagger: str, fingerprint: str) -> int | None:
        """The number of a backend; None if it was never used."""
        rows = self._database.rows(
            "SELECT id FROM backends WHERE name = ? AND fingerprint = ?", [tagger, fingerprint]
        )
        return int(str(rows[0][0])) if rows else None

    def last_used(self, tagger: str | None = None) -> Backend | None:
        """The backend used last: of this tagger, or of any; None if there is none."""
        frame = self._database.frame(
            "SELECT id, name, fingerprint FROM backends WHERE name = coalesce(?, name) "
            "ORDER BY used DESC LIMIT 1",
            {"id": pl.Int64, "name": pl.String, "fingerprint": pl.String},
            [tagger],
        )
        return Backend(*frame.row(0)) if frame.height else None

    def unanswered(self, backend: int, *, retry_failed: bool, copied: bool = False) -> list[str]:
        """Ids of the images that the backend is still to be asked about, in id order.

        Args:
            backend: the backend's number.
            retry_failed: also those it failed on before.
            copied: also those that have another image's answer.
        """
        rows = self._database.rows(
            "SELECT sha256 FROM collection JOIN images ON images.id = collection.image "
            "LEFT JOIN answers ON answers.image = images.id AND answers.backend = ? "
            "LEFT JOIN copied_answers AS copied "
            "ON copied.image = answers.image AND copied.backend = answers.backend "
            "WHERE answers.status IS NULL OR (answers.status = 'failed' AND ?) "
            "OR (copied.image IS NOT NULL AND ?) ORDER BY sha256",
            [backend, retry_failed, copied],
        )
        return [str(row[0]) for row in rows]

    def answered(self, backend: int) -> set[str]:
        """Ids of the images that the backend could look at itself."""
        rows = self._database.rows(
            "SELECT sha256 FROM answers JOIN images ON images.id = answers.image "
            "WHERE backend = ?1 AND status != 'failed' "
            "AND image NOT IN (SELECT image FROM copied_answers WHERE backend = ?1)",
            [backend],
        )
        return {str(row[0]) for row in rows}

    def store(
        self,
        backend: int,
        answers: Sequence[tuple[str, TagResult]],
        call: EndedCall | None = None,
    ) -> None:
        """Keep answers, by image id, in one transaction; an earlier failure is replaced.

        What was read from an answer that is replaced is forgotten.

        Args:
            backend: the backend's number.
            answers: image id and result.
            call: the call that gave them, where it was written down.

        Raises:
            PluginError: an embedding is longer or shorter than others of the backend.
        """
        self._check_dimensions(backend, answers)
        moment = now()
        with self._database.transaction() as connection:
            for sha256, result in answers:
                [image] = connection.execute(
                    "SELECT id FROM images WHERE sha256 = ?", [sha256]
                ).fetchone()
                _forget_answer(connection, backend, int(image))
                insert_answer(connection, backend, int(image), result, moment)
                if result.embedding is not None:
                    connection.execute(
                        "INSERT INTO embeddings VALUES (?, ?, ?)",
                        [backend, image, result.embedding.astype(VECTOR).tobytes()],
                    )
            if call is not None:
                end_call(connection, call)

    def copy(self, backend: int, originals: Mapping[str, str]) -> None:
        """Give images the answers of others, in one transaction, and note that it was so.

        Args:
            backend: the backend's number.
            originals: for each image the one whose answer it gets; both by id.
        """
        with self._database.transaction() as connection:
            for pair in originals.items():
                [image], [original] = (
                    connection.execute("SELECT id FROM images WHERE sha256 = ?", [each]).fetchone()
                    for each in pair
                )
                _forget_answer(connection, backend, image)
                place = [image, backend, original]
                connection.execute(
                    "INSERT INTO answers "
                    "SELECT backend, ?, status, kind, message, raw, answered_at "
                    "FROM answers WHERE backend = ? AND image = ?",
                    place,
                )
                connection.execute(
                    "INSERT INTO tags SELECT backend, ?, label, score FROM tags "
                    "WHERE backend = ? AND image = ?",
                    place,
                )
                connection.execute(
                    "INSERT INTO embeddings SELECT backend, ?, vector FROM embeddings "
                    "WHERE backend = ? AND image = ?",
                    place,
                )
                connection.execute("INSERT INTO copied_answers VALUES (?2, ?1, ?3)", place)

    def copied(self, backend: int) -> dict[str, str]:
        """For each image that has another one's answer, that one; both by id."""
        rows = self._database.rows(
            "SELECT images.sha256, originals.sha256 FROM asked "
            "JOIN copied_answers AS copied ON copied.backend = asked.asked "
            "JOIN images ON images.id = copied.image "
            "JOIN images AS originals ON originals.id = copied.original "
            "WHERE asked.backend = ? ORDER BY 1",
            [backend],
        )
        return {str(image): str(original) for image, original in rows}

    def raw(self, backend: int, sha256: str) -> bytes | None:
        """The response as it came; None where there is none."""
        rows = self._database.rows(
            "SELECT raw FROM asked JOIN answers ON answers.backend = asked "
            "JOIN images ON images.id = answers.image WHERE asked.backend = ? AND sha256 = ?",
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

    def embeddings(
        self, backend: int, ids: Sequence[str] | pl.Series
    ) -> NDArray[np.float16] | None:
        """Embeddings of images; no more than the result is in memory.

        Args:
            backend: the backend's number.
            ids: of the images, each once.

        Returns:
            Shape (ids, d), in the order of ``ids``, a row of zeros where an image has none;
            None if the backend stores none.
        """
        dimension = self._dimension(backend)
        if dimension is None:
            return None
        row_of = {image_id: row for row, image_id in enumerate(ids)}
        found = np.zeros((len(row_of), dimension), dtype=np.float16)
        stored = self._database.stream(
            "SELECT sha256, vector FROM asked JOIN embeddings ON embeddings.backend = asked "
            "JOIN images ON images.id = embeddings.image WHERE asked.backend = ?",
            [backend],
        )
        for image_id, vector in stored:
            row = row_of.get(str(image_id))
            if row is not None and isinstance(vector, bytes):
                found[row] = np.frombuffer(vector, VECTOR)
        return found

    def names_with_embeddings(self) -> list[str]:
        """Names of the taggers that stored embeddings with the fingerprint they were used last."""
        rows = self._database.rows(
            "SELECT name FROM backends WHERE used IN "
            "(SELECT max(used) FROM backends GROUP BY name) "
            "AND coalesce(reads, id) IN (SELECT backend FROM embeddings) ORDER BY name"
        )
        return [str(row[0]) for row in rows]

    def _dimension(self, backend: int) -> int | None:
        """How long the backend's embeddings are; None if it stores none."""
        rows = self._database.rows(
            "SELECT length(vector) FROM asked JOIN embeddings ON embeddings.backend = asked "
            "WHERE asked.backend = ? LIMIT 1",
            [backend],
        )
        return int(str(rows[0][0])) // VECTOR.itemsize if rows else None

    def _check_dimensions(self, backend: int, answers: Sequence[tuple[str, TagResult]]) -> None:
        given = {len(result.embedding) for _, result in answers if result.embedding is not None}
        stored = self._dimension(backend) if given else None
        lengths = sorted(given if stored is None else given | {stored})
        if len(lengths) > 1:
            [(name,)] = self._database.rows("SELECT name FROM backends WHERE id = ?", [backend])
            raise PluginError(
                f"{name} gave embeddings of {lengths[0]:,} and of {lengths[-1]:,} values:"
                " tell its author"
            )


def _forget_answer(connection: sqlite3.Connection, backend: int, image: int) -> None:
    """Delete an image's answer, and what was read from it."""
    connection.execute(
        "DELETE FROM answers WHERE image = ?1 AND (backend = ?2 "
        "OR backend IN (SELECT id FROM backends WHERE reads = ?2))",
        [image, backend],
    )


def insert_answer(
    connection: sqlite3.Connection, backend: int, image: int, result: TagResult, moment: str
) -> None:
    """Write an answer and its tags, of an image that has none of this backend."""
    raw = None if result.raw is None else zlib.compress(result.raw)
    connection.execute(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
        [backend, image, str(result.status), result.kind, result.message, raw, moment],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO labels (label) VALUES (?)", ([tag.label] for tag in result.tags)
    )
    connection.executemany(
        "INSERT INTO tags VALUES (?, ?, (SELECT id FROM labels WHERE label = ?), ?)",
        ([backend, image, tag.label, tag.score] for tag in result.tags),
    )
