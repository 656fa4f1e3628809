"""Readings: tags read from the stored answers of a backend, which can be read again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tagatlas.catalog.database import Database, now
from tagatlas.catalog.tagging.answers import insert_answer
from tagatlas.catalog.tagging.embeddings import VECTOR
from tagatlas.catalog.tagging.part import Part
from tagatlas.contracts import KeptAnswer, Reading, TagResult
from tagatlas.errors import PluginError

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
        backend: the reading.
        all: also those that were read before.
    """

    database: Database
    backend: ReadingBackend
    all: bool

    def __iter__(self) -> Iterator[KeptAnswer]:
        for image_id, raw, vector in self.database.stream(
            "SELECT sha256, raw, vector FROM readable LEFT JOIN embeddings "
            "ON embeddings.backend = asked AND embeddings.image = readable.image "
            "WHERE readable.backend = ? AND status != 'failed' AND (? OR NOT is_read) "
            "ORDER BY sha256",
            [self.backend.id, self.all],
        ):
            yield KeptAnswer(
                str(image_id),
                zlib.decompress(raw) if isinstance(raw, bytes) else None,
                np.frombuffer(vector, VECTOR) if isinstance(vector, bytes) else None,
            )

    def images(self) -> list[tuple[str, int]]:
        """Ids and numbers of their images."""
        rows = self.database.rows(
            "SELECT sha256, image FROM readable "
            "WHERE backend = ? AND status != 'failed' AND (? OR NOT is_read) ORDER BY sha256",
            [self.backend.id, self.all],
        )
        return [(str(text), int(str(number))) for text, number in rows]


class Readings(Part):
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
        answers = _Answers(self._database, backend, all=collective)
        reading = read(answers)
        with self._database.transaction() as connection:
            if collective:
                connection.execute("DELETE FROM answers WHERE backend = ?", [backend.id])
            self._insert(connection, backend, reading.results, answers.images())
            connection.execute(
                "INSERT INTO answers "
                "SELECT backend, image, status, kind, message, NULL, answered_at "
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
        images: Sequence[tuple[str, int]],
    ) -> None:
        """Write the results for images, by id and number."""
        moment = now()
        expected = iter(images)
        for image_id, result in results:
            wanted, number = next(expected, ("", 0))
            if image_id != wanted:
                raise PluginError(f"{backend.name} read other images than it was given: {_AUTHOR}")
            kept = replace(result, raw=None, version="")  # the backend asked has them
            insert_answer(connection, backend.id, number, kept, moment)
            if result.version:  # of an answer that was stored without it
                connection.execute(
                    "INSERT OR IGNORE INTO model_versions VALUES (?, ?, ?)",
                    [backend.asked, number, result.version],
                )
        if next(expected, None) is not None:
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
