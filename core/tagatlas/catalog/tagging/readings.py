"""Readings: tags read from the stored answers of a backend, which can be read again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tagatlas.catalog.database import Database, now
from tagatlas.catalog.distrust import LARGEST_ANSWER, unpack
from tagatlas.catalog.tagging.answers import insert_answer
from tagatlas.catalog.tagging.embeddings import Embeddings, vector_of
from tagatlas.contracts import KeptAnswer, Reading, TagResult
from tagatlas.errors import PluginError
from tagatlas_parts import Sealing

_AUTHOR = "tell its author"


@dataclass(frozen=True)
class ReadingBackend:
    """A backend whose tags are read from answers.

    Attributes:
        id: its number in the catalog, used by maps and exports.
        name: the tagger's name.
        asked: number of the backend that is called, and whose answers are stored.
    """

    id: int
    name: str
    asked: int


@dataclass(frozen=True)
class _Answers(Iterable[KeptAnswer]):
    """The answers to read, by image id; streamed at each iteration.

    Attributes:
        database: the catalog's.
        sealing: likewise.
        backend: the reading.
        all: also those that were read before.
        size: number of values of a vector; 0 if there are none.
        damaged: ids of the images whose answer is damaged, as far as they were met; they are
            passed over.
    """

    database: Database
    sealing: Sealing
    backend: ReadingBackend
    all: bool
    size: int
    damaged: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[KeptAnswer]:
        sealed = self.sealing.ascending(self.backend.asked)
        for image_id, *stored in self.database.stream(
            "SELECT sha256, raw, vector FROM readable LEFT JOIN embeddings "
            "ON embeddings.backend = asked AND embeddings.image = readable.image "
            "WHERE readable.backend = ? AND status != 'failed' AND (? OR NOT is_read) "
            "ORDER BY sha256",
            [self.backend.id, self.all],
        ):
            kept = zip(stored, sealed(str(image_id)), strict=True)
            raw, vector = (there if here is None else here for here, there in kept)
            try:
                answer = None if raw is None else unpack(raw, LARGEST_ANSWER)
            except ValueError:
                self.damaged.add(str(image_id))
                continue
            values = None if vector is None else vector_of(vector, self.size)
            if vector is not None and values is None:
                self.damaged.add(str(image_id))
                continue
            yield KeptAnswer(str(image_id), answer, values)

    def images(self) -> list[tuple[str, int]]:
        """Ids and numbers of their images, without damaged ones."""
        rows = self.database.rows(
            "SELECT sha256, image FROM readable "
            "WHERE backend = ? AND status != 'failed' AND (? OR NOT is_read) ORDER BY sha256",
            [self.backend.id, self.all],
        )
        return [
            (str(text), int(str(number))) for text, number in rows if str(text) not in self.damaged
        ]

    def give_up_damaged(self, connection: sqlite3.Connection) -> None:
        """Mark the damaged answers as failed, so that their images can be asked about again."""
        connection.executemany(
            "UPDATE answers SET status = 'failed', kind = 'transient', raw = NULL, "
            "message = 'the stored answer is damaged' "
            "WHERE backend = ? AND image = (SELECT id FROM images WHERE sha256 = ?)",
            [(self.backend.asked, image) for image in sorted(self.damaged)],
        )


class Readings(Embeddings):
    """Backends whose tags are read from stored answers."""

    def use_reading(self, tagger: str, fingerprint: str, reading: str) -> ReadingBackend:
        """The reading of a tagger's answers, made when first used; marks it as used last.

        Args:
            tagger: the tagger's name.
            fingerprint: of everything that changes its answers.
            reading: of everything else that changes the tags.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO backends (name, fingerprint, used) VALUES (?, ?, 0)",
                [tagger, fingerprint],
            )
            [asked] = connection.execute(
                "SELECT id FROM backends WHERE name = ? AND fingerprint = ?", [tagger, fingerprint]
            ).fetchone()
            [number] = connection.execute(
                "INSERT INTO backends (name, fingerprint, reads, used) "
                "VALUES (?, ?, ?, (SELECT max(used) + 1 FROM backends)) "
                "ON CONFLICT (name, fingerprint) DO UPDATE SET used = excluded.used RETURNING id",
                [tagger, f"{fingerprint}; {reading}", asked],
            ).fetchone()
        return ReadingBackend(int(number), tagger, int(asked))

    def update_reading(
        self,
        backend: ReadingBackend,
        read: Callable[[Iterable[KeptAnswer]], Reading],
        *,
        collective: bool,
    ) -> None:
        """Read the collection's answers that are not read yet, and store all tags at once.

        Args:
            backend: the reading.
            read: see :meth:`tagatlas.contracts.RereadingTagger.read`; not called if there is
                nothing to read.
            collective: whether all answers are to be read together, and again if the set of
                answers has changed.

        Raises:
            PluginError: the results do not match the answers.
        """
        if self._is_current(backend, collective=collective):
            return
        size = self.embedding_size(backend.id) or 0
        answers = _Answers(self._database, self._sealing, backend, all=collective, size=size)
        reading = read(answers)
        with self._database.transaction() as connection:
            if collective:
                for table in ("parts", "stale", "answers"):
                    connection.execute(f"DELETE FROM {table} WHERE backend = ?", [backend.id])  # noqa: S608 - our own names
            self._insert(connection, backend, reading.results, answers)
            answers.give_up_damaged(connection)
            connection.execute(
                "INSERT INTO answers "
                "SELECT backend, image, status, kind, message, NULL, answered_at, 0 "
                "FROM readable WHERE backend = ? AND NOT is_read",
                [backend.id],
            )
            connection.execute(
                "UPDATE backends SET notes = ?, extent = ? WHERE id = ?",
                [json.dumps(reading.notes), self._extent(backend), backend.id],
            )

    def _insert(
        self,
        connection: sqlite3.Connection,
        backend: ReadingBackend,
        results: Iterable[tuple[str, TagResult]],
        answers: _Answers,
    ) -> None:
        """Write the results for images."""
        moment = now()
        expected = iter(answers.images())
        for image_id, result in results:
            # Answers are read as they are asked for: by now it is known which are damaged.
            given = (each for each in expected if each[0] not in answers.damaged)
            wanted, number = next(given, ("", 0))
            if image_id != wanted:
                raise PluginError(f"{backend.name} read other images than it was given: {_AUTHOR}")
            kept = replace(result, raw=None, version="")  # the backend asked has them
            insert_answer(connection, backend.id, number, kept, moment)
            if result.version:  # of an answer that was stored without it
                connection.execute(
                    "INSERT OR IGNORE INTO model_versions VALUES (?, ?, ?)",
                    [backend.asked, number, result.version],
                )
        if any(image_id not in answers.damaged for image_id, _ in expected):
            raise PluginError(f"{backend.name} read fewer images than it was given: {_AUTHOR}")

    def _is_current(self, backend: ReadingBackend, *, collective: bool) -> bool:
        [(unread,)] = self._database.rows(
            "SELECT count(*) FROM readable WHERE backend = ? AND NOT is_read", [backend.id]
        )
        if unread or not collective:
            return not unread
        [(extent,)] = self._database.rows("SELECT extent FROM backends WHERE id = ?", [backend.id])
        return extent == self._extent(backend)

    def _extent(self, backend: ReadingBackend) -> str:
        """Digest of the ids of the collection's images with an answer to read."""
        digest = hashlib.sha256()
        for (image,) in self._database.stream(
            "SELECT sha256 FROM readable WHERE backend = ? AND status != 'failed' ORDER BY sha256",
            [backend.id],
        ):
            digest.update(str(image).encode())
        return digest.hexdigest()
