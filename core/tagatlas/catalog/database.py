"""The SQLite file of the catalog: opening it, transactions, SQLite's errors as our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import polars as pl

from tagatlas.catalog.connecting import connect
from tagatlas.catalog.distrust import Patience, harden, unexpected_schema
from tagatlas.catalog.schema import check_version, migrate
from tagatlas.errors import AtlasDamaged, AtlasError, AtlasLocked, StorageError
from tagatlas.wording import in_one_line

APPLICATION_ID = 0x7A617461
"""Marks the file as a tagatlas catalog (SQLite's ``application_id``)."""

SCRATCH = ".scratch-"
"""Prefix of scratch folders; those of a process that died may be removed."""

ROWS_AT_ONCE = 1 << 17
"""Rows that are converted to a table together, unless said otherwise."""

_LONGEST_SAID = 300

_DISK_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGE_CODES = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_TOOBIG,
}


def now() -> str:
    """The present time, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def damaged(path: Path, what: str) -> AtlasDamaged:
    """The error that a catalog is damaged.

    Args:
        path: of the catalog.
        what: is wrong with it.
    """
    return AtlasDamaged(
        f"{path} is damaged: {what[:_LONGEST_SAID]}; restore a backup, or make the atlas again "
        "from its sources"
    )


class Database:
    """A connection to a catalog file, used by one thread at a time.

    The file is in write-ahead mode with full synchronisation: a finished transaction survives
    a crash of the process or the machine at any time. Where nothing can be written, it is read.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Open the file, create it if it is missing, and migrate it; or read it where it lies.

        Raises:
            AtlasTooNew, AtlasDamaged, AtlasLocked, StorageError: see their descriptions.
        """
        self.path = path
        self._scratch = ExitStack()
        self._reader: sqlite3.Connection | None = None
        self._reading = Lock()
        with self._our_errors():
            self.connection, self._can_change = connect(path, write=write)
        try:
            with self._our_errors():
                self._prepare()
        except sqlite3.DatabaseError as error:  # such as an unknown version of the file format
            self.connection.close()
            raise damaged(path, in_one_line(error)) from error
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        harden(self.connection)
        self._patience = Patience(self.connection)
        found = int(self.connection.execute("PRAGMA application_id").fetchone()[0])
        tables = int(self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
        if found != APPLICATION_ID and tables > 0:
            raise AtlasDamaged(
                f"{self.path} is a database of another program: choose another atlas"
            )
        if not self._can_change:
            check_version(self.connection, self.path)
        version = int(self.connection.execute("PRAGMA user_version").fetchone()[0])
        if wrong := unexpected_schema(self.connection, version):
            raise damaged(self.path, wrong)
        if not self._can_change:
            return
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        if found != APPLICATION_ID:
            self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(self.connection)

    def close(self) -> None:
        """Close the file; what was committed is on disk. Scratch folders go."""
        self.connection.close()
        self._scratch.close()

    def scratch_folder(self) -> Path:
        """A new empty folder for tables that do not fit into memory, beside the file if possible.

        Raises:
            StorageError: it cannot be created.
        """
        place = self.path.parent if self._can_change else None
        try:
            folder = TemporaryDirectory(prefix=SCRATCH, dir=place)
        except OSError as error:
            raise StorageError(f"cannot make a folder for tables: {error}") from error
        return Path(self._scratch.enter_context(folder))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all writes of the block are stored, or none."""
        with self._our_errors():
            self._patience.begin()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """All queries of the block see the same state; nothing is written in it."""
        with self._our_errors():
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def execute(self, statement: str) -> None:
        """Run a statement outside of transactions, such as one on the whole file."""
        with self._our_errors():
            self._patience.begin()
            self.connection.execute(statement)

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        with self._our_errors():
            self._patience.begin()
            return self.connection.execute(query, parameters).fetchall()

    def rows_elsewhere(
        self, query: str, parameters: Sequence[object] = ()
    ) -> list[tuple[object, ...]]:
        """All rows of a query, on another connection: for any thread, waiting for no writing."""
        with self._our_errors(), self._reading:
            if self._reader is None:
                self._reader, _ = connect(self.path, write=False, one_thread=False)
                self._scratch.callback(self._reader.close)
                harden(self._reader)
            return self._reader.execute(query, parameters).fetchall()

    def stream(self, query: str, parameters: Sequence[object] = ()) -> Iterator[tuple[object, ...]]:
        """The rows of a query, streamed: they are never all in memory."""
        with self._our_errors():
            self._patience.begin()
            yield from self.connection.execute(query, parameters)

    def frames(
        self,
        query: str,
        schema: dict[str, type[pl.DataType]],
        parameters: Sequence[object] = (),
        at_once: int = ROWS_AT_ONCE,
    ) -> Iterator[pl.DataFrame]:
        """The rows of a query in tables of ``at_once``, streamed, the first of them empty.

        ``schema`` names and types the columns in order.

        Raises:
            AtlasDamaged: a value is of another type.
        """
        yield pl.DataFrame(schema=schema)
        rows = self.stream(query, parameters)
        while some := list(islice(rows, at_once)):
            try:
                yield pl.DataFrame(some, schema=schema, orient="row")
            except (TypeError, OverflowError, pl.exceptions.PolarsError) as error:
                wrong = f"a value of {' or '.join(schema)} is of another type"
                raise damaged(self.path, wrong) from error

    def frame(
        self,
        query: str,
        schema: dict[str, type[pl.DataType]],
        parameters: Sequence[object] = (),
    ) -> pl.DataFrame:
        """All rows of a query as a table; see :meth:`frames`, near whose sum its memory stays."""
        return pl.concat(self.frames(query, schema, parameters), rechunk=True)

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translate(error) from error
        except UnicodeDecodeError as error:  # a name in the schema, or SQLite's message with it
            raise damaged(self.path, in_one_line(error)) from error

    def _translate(self, error: sqlite3.DatabaseError) -> Exception:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without SQLite's extended codes
        if code in _DISK_CODES:
            return StorageError(
                f"cannot write {self.path}: {error}; free some space or check permissions, "
                "then run the command again: nothing that was stored is lost"
            )
        if code == sqlite3.SQLITE_READONLY:
            return StorageError(
                f"cannot write {self.path}: it lies on a read-only medium, or permissions forbid "
                "it: copy the atlas to a folder that can be written"
            )
        if code in _BUSY_CODES:
            return AtlasLocked(f"{self.path} is in use by another program: try again later")
        if code == sqlite3.SQLITE_INTERRUPT:
            return damaged(self.path, "a statement takes longer than the file's size allows")
        is_text = not code and "decode" in str(error)  # Python's own error, without a code
        if code in _DAMAGE_CODES or is_text:
            return damaged(self.path, in_one_line(error))
        if code == sqlite3.SQLITE_CANTOPEN:
            return AtlasError(f"cannot open {self.path}: {error}; check the path and permissions")
        return error
