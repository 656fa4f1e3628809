"""A look at every value of a catalog, for when something is wrong: SQLite checks few of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from tagatlas.catalog.database import Database
from tagatlas.catalog.distrust import LARGEST_ANSWER, unpack
from tagatlas.contracts import ImageStatus, TagStatus
from tagatlas.errors import AtlasDamaged, UsageError
from tagatlas.paths import check_name
from tagatlas_tables.arrow import read_frame

_TYPES = {"TEXT": "'text'", "INTEGER": "'integer'", "REAL": "'real', 'integer'", "BLOB": "'blob'"}
_MOST = 1 << 53


def _one_of(column: str, values: type[ImageStatus | TagStatus]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


_RANGES: Mapping[str, tuple[str, ...]] = {
    "images": (
        "length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'",
        f"min(width, height, frames) >= 1 AND max(width, height, bytes, frames) <= {_MOST}",
    ),
    "addresses": (_one_of("status", ImageStatus), f"attempts BETWEEN 0 AND {_MOST}"),
    "records": (f"frequency BETWEEN 1 AND {_MOST}",),
    "backends": (f"used BETWEEN 0 AND {_MOST}",),
    "answers": (_one_of("status", TagStatus),),
    "tags": ("score BETWEEN 0 AND 1",),
    "calls": (f"units BETWEEN 0 AND {_MOST} AND dollars BETWEEN 0 AND {_MOST}",),
}
"""What holds for every row, by table, besides the types and the constraints of the schema."""

_JSON: Mapping[tuple[str, str], type | tuple[type, ...]] = {
    ("records", "columns"): dict,
    ("backends", "notes"): dict,
    ("maps", "settings"): dict,
    ("maps", "making"): dict,
    ("maps", "outlines"): dict,
    ("annotations", "content"): (dict, type(None)),
    ("given_names", "names"): list,
    ("given_changes", "changes"): dict,
    ("pages", "told"): list,
}
_PACKED = {("answers", "raw"), ("signatures", "sketch"), ("groupings", "leaders")}
_FRAMES = {
    ("pages", "records"),
    *(("maps", column) for column in ("nodes", "edges", "clusters", "subclusters")),
}


def wrong_values(database: Database) -> Iterator[str]:
    """What is wrong with the values of a catalog, at most one sentence a column.

    Types, ranges, encoding, JSON and packed values of every row: takes as long as reading all.
    """
    tables = database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    for (name,) in tables:
        table = str(name)
        if table.startswith("sqlite_"):
            continue
        for column, declared, is_required in database.rows(
            'SELECT name, type, "notnull" FROM pragma_table_info(?)', [table]
        ):
            found = _wrong_in(database, table, str(column), str(declared), bool(is_required))
            if found is not None:
                yield f"{table}.{column} has {found}"
        for condition in _RANGES.get(table, ()):
            if database.rows(f"SELECT 1 FROM {table} WHERE NOT ({condition}) LIMIT 1"):  # noqa: S608 - names of our own
                yield f"{table} has a row without {condition}"


def _wrong_in(
    database: Database, table: str, column: str, declared: str, is_required: bool
) -> str | None:
    """What is wrong with a column; None if nothing."""
    allowed = _TYPES[declared] + ("" if is_required else ", 'null'")
    query = f'SELECT typeof("{column}") FROM {table} WHERE typeof("{column}") NOT IN ({allowed})'  # noqa: S608 - names of our own
    if odd := database.rows(f"{query} LIMIT 1"):
        return f"a value of the type {odd[0][0]}"
    if declared not in ("TEXT", "BLOB"):
        return None
    try:
        for (value,) in database.stream(f'SELECT "{column}" FROM {table}'):  # noqa: S608 - names of our own
            if value is not None:
                _check_value((table, column), value)
    except (ValueError, UsageError, RecursionError) as error:
        return f"a value that is wrong: {' '.join(str(error).split())[:120]}"
    except AtlasDamaged as error:
        return f"a value that cannot be read: {error}"
    return None


def _check_value(place: tuple[str, str], value: object) -> None:
    """Check one value.

    Raises:
        ValueError, UsageError, RecursionError: it is wrong.
    """
    if place in _JSON:
        content: object = json.loads(str(value))
        json.dumps(content, ensure_ascii=False).encode()  # no half of a pair of surrogates
        if not isinstance(content, _JSON[place]):
            raise ValueError("JSON of another kind")
        cells = content.values() if place[1] == "columns" and isinstance(content, dict) else ()
        if any(not isinstance(each, str | None) for each in cells):
            raise ValueError("a cell that is no text")
    elif place in _PACKED:
        unpack(value, LARGEST_ANSWER if place[0] != "groupings" else 1 << 31)
    elif place in _FRAMES and value:
        read_frame(value)
    elif place == ("maps", "name"):
        check_name(str(value), "a map")
    elif place[1].endswith("_at") and not _is_moment(str(value)):
        raise ValueError("no moment")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
