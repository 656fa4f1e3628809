"""What sealing needs of the database whose rows it seals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import polars as pl


class Tables(Protocol):
    """An SQLite file with the tables of answers.

    They are ``images`` (``id``, ``sha256``), ``answers`` (``backend``, ``image``, ``raw``,
    ``sealed``), ``tags`` (``backend``, ``image``, ``label``, ``score``), ``labels`` (``id``,
    ``label``), ``embeddings`` (``backend``, ``image``, ``vector``), ``parts`` and ``stale``.

    Attributes:
        path: of the file.
    """

    path: Path

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction: all writes of the block are stored, or none."""
        ...

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        ...

    def stream(self, query: str, parameters: Sequence[object] = ()) -> Iterator[tuple[object, ...]]:
        """The rows of a query, streamed."""
        ...

    def frame(
        self, query: str, schema: dict[str, type[pl.DataType]], parameters: Sequence[object] = ()
    ) -> pl.DataFrame:
        """All rows of a query as a table; ``schema`` names and types its columns in order."""
        ...
