"""A catalog is opened distrusted: it may come from anybody, and damaged.

Its schema must be ours, so that no view, trigger or expression of somebody else's runs; a
statement ends in a time that fits the file; and what is unpacked from it has a largest size.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import zlib
from functools import cache

from tagatlas.catalog.schema import MIGRATIONS

_AT_ONCE = 1_000_000
"""Steps of SQLite's machine between two looks at their number: some 20 ms."""

_LEAST_STEPS, _STEPS_PER_BYTE, _STEPS_PER_CHANGE = 100_000_000, 100, 10_000
"""Steps that a statement may take: our slowest takes one per byte of the file, and some hundred per
row that it writes."""

LARGEST_ANSWER = 16 << 20
"""Largest unpacked size of a service's answer, or of what else belongs to one image, in bytes."""


class Patience:
    """Ends statements that take longer than any of ours could on a file of this size."""

    def __init__(
        self, connection: sqlite3.Connection, least: int = _LEAST_STEPS, at_once: int = _AT_ONCE
    ) -> None:
        """Watch a connection.

        Args:
            connection: to the file.
            least: steps that any statement may take.
            at_once: steps between two looks at their number.
        """
        self._connection = connection
        self._least = least
        self._at_once = at_once
        [[size]] = connection.execute("PRAGMA page_size")
        self._page_size = int(size)
        self._most = 0
        self.begin()
        connection.set_progress_handler(self._is_over, at_once)

    def begin(self) -> None:
        """Count from 0 again: another statement begins, or a transaction, which is counted as one.

        The file may have grown since the last.
        """
        self._steps = 0
        [[pages]] = self._connection.execute("PRAGMA page_count")
        self._most = self._least + _STEPS_PER_BYTE * int(pages) * self._page_size
        self._changes = self._connection.total_changes

    def _is_over(self) -> bool:
        self._steps += self._at_once
        written = self._connection.total_changes - self._changes
        return self._steps > self._most + _STEPS_PER_CHANGE * written


def harden(connection: sqlite3.Connection) -> None:
    """Have SQLite run nothing for the sake of the schema, and check what it reads."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA, False)


def unexpected_schema(connection: sqlite3.Connection, version: int) -> str:
    """What of the schema is not as tagatlas makes it in a version, in words; empty if nothing.

    Statistics that ``ANALYZE`` has left are passed over.
    """
    if not 0 <= version <= len(MIGRATIONS):
        return ""  # refused by its version
    found, expected = _schema_of(connection), _expected(version)
    for name in sorted(found.keys() | expected.keys()):
        if name not in expected:
            return f"its {' '.join(name)} is none of tagatlas"
        if name not in found:
            return f"its {' '.join(name)} is missing"
        if found[name] != expected[name]:
            return f"its {' '.join(name)} is not as tagatlas makes it"
    return ""


def unpack(packed: object, limit: int) -> bytes:
    """What zlib packed.

    Raises:
        ValueError: it is no such thing, or unpacks to more than ``limit`` bytes.
    """
    if not isinstance(packed, bytes):
        raise ValueError("no bytes")  # noqa: TRY004 - a wrong value of the catalog
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(packed, limit)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacking.eof:
        raise ValueError(f"cut off, or larger than {limit:,} bytes")
    return data


_Schema = dict[tuple[str, str], str]
"""Normalised SQL, with the table, by type and name."""


def _schema_of(connection: sqlite3.Connection) -> _Schema:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    return {
        (str(kind), str(name)[:80]): f"{table}: {_normalised(str(sql))}"
        for kind, name, table, sql in rows
        if not (kind == "table" and re.fullmatch(r"sqlite_stat[14]", str(name)))
    }


@cache
def _expected(version: int) -> _Schema:
    connection = sqlite3.connect(":memory:")
    try:
        for script in MIGRATIONS[:version]:
            connection.executescript(script)
        return _schema_of(connection)
    finally:
        connection.close()


def _normalised(sql: str) -> str:
    """Without comments, spaces and quotes of names, which differ between versions of SQLite."""
    return re.sub(r'--[^\n]*|\s+|"', "", sql).lower()
