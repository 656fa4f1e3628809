"""Answers stored in the catalog's file, read one by one, which the library does not need."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class KeptAnswer:
    """The stored answer for an image; for a reading, that of the backend it was read from."""

    status: str
    kind: str | None
    message: str
    raw: bytes | None


def kept_answer(atlas: Path, backend: int, image: str) -> KeptAnswer:
    """The answer of a backend, by number, about an image, by id."""
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as connection:
        status, kind, message, raw = connection.execute(
            "SELECT status, kind, message, raw FROM asked "
            "JOIN answers ON answers.backend = asked.asked "
            "JOIN images ON images.id = answers.image WHERE asked.backend = ? AND sha256 = ?",
            [backend, image],
        ).fetchone()
    return KeptAnswer(status, kind, message, None if raw is None else zlib.decompress(raw))
