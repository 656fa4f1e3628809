"""Answers: a backend's result for each image."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping, Sequence

import polars as pl

from tagatlas.catalog.database import Database, now
from tagatlas.catalog.ids import ids_found
from tagatlas.catalog.tagging.calls import EndedCall, end_call
from tagatlas.catalog.tagging.embeddings import VECTOR, Embeddings
from tagatlas.contracts import TagResult, TagStatus
from tagatlas_parts import IMAGES, UNSEALED, insert_rows
from tagatlas_tagging import Ids

_LOOK = 100_000
"""Answers that are stored between two looks whether they are to be sealed."""

_PAUSE = 60.0
"""Seconds without an answer after which tagging counts as interrupted."""


class Answers(Embeddings):
    """Answers of backends, image by image."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._stored = 0

    def seal(self, *backends: int, unsealed: int = UNSEALED, images: int = IMAGES) -> None:
        """Seal what is long of the answers of backends that have very many; see :meth:`unseal`.

        It is read as before. While answers are stored, this is done now and then.

        Args:
            backends: their numbers.
            unsealed: up to so many unsealed answers of a backend stay where they are.
            images: in a part, at most.

        Raises:
            StorageError: a part cannot be written; nothing is lost.
        """
        self._stored = 0
        for backend in backends:
            self._sealing.seal(backend, unsealed=unsealed, images=images)

    def unseal(self, backend: int) -> None:
        """Move all that is sealed of a backend back to the catalog's file.

        Raises:
            AtlasDamaged: a part is missing or damaged.
        """
        self._sealing.unseal(backend)

    def unanswered(self, backend: int, *, retry_failed: bool, copied: bool = False) -> Ids:
        """Ids of the images still to be tagged by the backend, in id order; read when needed.

        Args:
            backend: the backend's number.
            retry_failed: also those that failed before.
            copied: also those with another image's answer.
        """
        return ids_found(
            self._database,
            "SELECT images.id FROM collection JOIN images ON images.id = collection.image "
            "LEFT JOIN answers ON answers.image = images.id AND answers.backend = ? "
            "LEFT JOIN copied_answers AS copied "
            "ON copied.image = answers.image AND copied.backend = answers.backend "
            "WHERE answers.status IS NULL OR (answers.status = 'failed' AND ?) "
            "OR (copied.image IS NOT NULL AND ?) ORDER BY sha256",
            [backend, retry_failed, copied],
        )

    def answered(self, backend: int) -> set[str]:
        """Ids of the images that the backend itself tagged without failing."""
        rows = self._database.rows(
            "SELECT sha256 FROM answers JOIN images ON images.id = answers.image "
            "WHERE backend = ?1 AND status != 'failed' "
            "AND image NOT IN (SELECT image FROM copied_answers WHERE backend = ?1)",
            [backend],
        )
        return {str(row[0]) for row in rows}

    def failures(self, backend: int) -> dict[str, str]:
        """The kind of failure of each of the collection's images at a backend, by id."""
        rows = self._database.rows(
            "SELECT sha256, kind FROM collection JOIN images ON images.id = collection.image "
            "JOIN answers ON answers.image = images.id "
            "WHERE backend = ? AND status = 'failed'",
            [backend],
        )
        return {str(image): str(kind) for image, kind in rows}

    def reasons(self, backend: int) -> dict[str, int]:
        """Number of the collection's images by why a backend failed; the most frequent first."""
        rows = self._database.rows(
            "SELECT message, count(*) FROM collection JOIN answers USING (image) "
            "WHERE backend = ? AND status = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1",
            [backend],
        )
        return {str(message): int(str(images)) for message, images in rows}

    def store(
        self,
        backend: int,
        answers: Sequence[tuple[str, TagResult]],
        call: EndedCall | None = None,
    ) -> None:
        """Store answers, by image id, in one transaction; an earlier failure is replaced.

        Tags read from a replaced answer are deleted.

        Args:
            backend: the backend's number.
            answers: image id and result.
            call: the call that gave them, if it was recorded.

        Raises:
            PluginError: embeddings of the backend differ in length.
        """
        self._check_sizes(backend, answers)
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
        self._stored += len(answers)
        if self._stored >= _LOOK:
            self.seal(backend)

    def copy_answers(self, backend: int, originals: Mapping[str, str]) -> None:
        """Give images copies of other images' answers, in one transaction, marked as copies.

        Args:
            backend: the backend's number.
            originals: image with the answer to copy, by image; both as ids. None of them gets a
                copy itself.
        """
        sealed = self._sealing.of_originals(backend, originals)
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
                    "SELECT backend, ?, status, kind, message, raw, answered_at, 0 "
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
                connection.execute(
                    "INSERT INTO model_versions SELECT backend, ?, version FROM model_versions "
                    "WHERE backend = ? AND image = ?",
                    place,
                )
                connection.execute("INSERT INTO copied_answers VALUES (?2, ?1, ?3)", place)
            insert_rows(connection, backend, sealed)

    def copied(self, backend: int) -> dict[str, str]:
        """The image whose answer was copied, by image with the copy; both as ids."""
        rows = self._database.rows(
            "SELECT images.sha256, originals.sha256 FROM asked "
            "JOIN copied_answers AS copied ON copied.backend = asked.asked "
            "JOIN images ON images.id = copied.image "
            "JOIN images AS originals ON originals.id = copied.original "
            "WHERE asked.backend = ? ORDER BY 1",
            [backend],
        )
        return {str(image): str(original) for image, original in rows}

    def model_versions(self, backend: int) -> dict[str, int]:
        """Number of the collection's images by the version of the model that answered.

        The most frequent first; empty text for answers without a known version. Empty if no
        version is known. For a reading these are the versions of the answers that it reads.
        """
        rows = self._database.rows(
            "SELECT coalesce(version, ''), count(*) FROM asked "
            "JOIN answers ON answers.backend = asked AND status != 'failed' "
            "JOIN collection ON collection.image = answers.image "
            "LEFT JOIN model_versions AS versions "
            "ON versions.backend = asked AND versions.image = answers.image "
            "WHERE asked.backend = ? GROUP BY 1 ORDER BY 2 DESC, 1",
            [backend],
        )
        found = {str(version): int(str(images)) for version, images in rows}
        return found if any(found) else {}

    def counts(self, backend: int) -> dict[str, int]:
        """Number of the collection's images by tag status, with every status."""
        found = self._database.frame(
            "SELECT coalesce(status, 'pending'), count(*) "
            "FROM collection LEFT JOIN answers "
            "ON answers.image = collection.image AND answers.backend = ? GROUP BY 1",
            {"status": pl.String, "count": pl.Int64},
            [backend],
        )
        counts = dict.fromkeys((str(status) for status in TagStatus), 0)
        return counts | dict(found.iter_rows())

    def statuses(self, backend: int) -> pl.DataFrame:
        """The tag status of each image at a backend: ``image`` (id), ``status``; by image."""
        return self._database.frame(
            "SELECT sha256, coalesce(status, 'pending') FROM collection "
            "JOIN images ON images.id = collection.image LEFT JOIN answers "
            "ON answers.image = collection.image AND answers.backend = ? ORDER BY sha256",
            {"image": pl.String, "status": pl.String},
            [backend],
        )

    def images_per_second(self, backend: int) -> float | None:
        """Images per second of a backend, from the times its answers were stored.

        These are to the second, so it is None for short runs. Interruptions do not count. For a
        reading it is the speed of the backend that was asked.
        """
        moments = self._database.frame(
            "SELECT unixepoch(answered_at), count(*) FROM asked "
            "JOIN answers ON answers.backend = asked "
            "WHERE asked.backend = ? AND status != 'failed' GROUP BY 1 ORDER BY 1",
            {"moment": pl.Int64, "images": pl.Int64},
            [backend],
        )
        gaps = moments.with_columns(gap=pl.col("moment").diff()).filter(pl.col("gap") <= _PAUSE)
        seconds = float(gaps["gap"].sum())
        return float(gaps["images"].sum()) / seconds if seconds > 0 else None


def _forget_answer(connection: sqlite3.Connection, backend: int, image: int) -> None:
    """Delete an image's answer, and the tags read from it."""
    connection.execute(
        "DELETE FROM answers WHERE image = ?1 AND (backend = ?2 "
        "OR backend IN (SELECT id FROM backends WHERE reads = ?2))",
        [image, backend],
    )


def insert_answer(
    connection: sqlite3.Connection, backend: int, image: int, result: TagResult, moment: str
) -> None:
    """Write an answer and its tags, for an image without an answer of this backend."""
    raw = None if result.raw is None else zlib.compress(result.raw)
    connection.execute(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        [backend, image, str(result.status), result.kind, result.message, raw, moment],
    )
    if result.version:
        connection.execute(
            "INSERT INTO model_versions VALUES (?, ?, ?)", [backend, image, result.version]
        )
    connection.executemany(
        "INSERT OR IGNORE INTO labels (label) VALUES (?)", ([tag.label] for tag in result.tags)
    )
    connection.executemany(
        "INSERT INTO tags VALUES (?, ?, (SELECT id FROM labels WHERE label = ?), ?)",
        ([backend, image, tag.label, tag.score] for tag in result.tags),
    )
