"""Tables whose cells have types: JSON Lines, JSON arrays of objects, Parquet. Types become text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import polars as pl

from tagatlas.errors import InputError
from tagatlas.tables.encoding import decode
from tagatlas.tables.table import Table, unique_names

if TYPE_CHECKING:
    from pathlib import Path

_LIST_SEPARATOR = "; "  # as TCAT joins several values
_Object = dict[str, msgspec.Raw]


def read_json(data: bytes) -> Table:
    """Read JSON Lines, or one array of objects; each object is a row, each key a column.

    Numbers keep the digits they are written with; a list of strings is joined with ``"; "``; other
    lists and nested objects stay JSON text; ``null`` and missing keys are empty.

    Raises:
        InputError: the text is not JSON, or not made of objects.
    """
    decode(data)  # the decoder below looks into strings only, not into names
    if data.lstrip().startswith(b"["):
        rows, kind = _decode_array(data), "JSON array"
    else:
        rows, kind = _decode_lines(data), "JSON Lines"
    keys = list(dict.fromkeys(key for row in rows for key in row))
    names = unique_names(keys)
    columns = {
        name: [_text(row[key]) if key in row else "" for row in rows]
        for key, name in zip(keys, names, strict=True)
    }
    return Table(pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)), kind)


def read_parquet(path: Path) -> Table:
    """Read a Parquet file; columns of bytes and of nested records are left out.

    Raises:
        InputError: the file is damaged, or has no column that can be text.
    """
    try:
        schema = pl.read_parquet_schema(path)
        wanted = [number for number, kind in enumerate(schema.values()) if _can_be_text(kind)]
        frame = pl.read_parquet(path, columns=wanted, glob=False, hive_partitioning=False)
        columns = [_as_text(frame.to_series(number)) for number in range(frame.width)]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError("the Parquet file is damaged: write it again") from error
    if not columns:
        raise InputError("the Parquet file has no column of text or numbers")
    names = unique_names(frame.columns)
    return Table(pl.DataFrame(dict(zip(names, columns, strict=True))), "Parquet")


def _decode_array(data: bytes) -> list[_Object]:
    try:
        return msgspec.json.decode(data, type=list[_Object])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(f"not a JSON array of objects: {error}") from error


def _decode_lines(data: bytes) -> list[_Object]:
    read = msgspec.json.Decoder(_Object).decode
    rows = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                rows.append(read(line))
            except (msgspec.MsgspecError, RecursionError) as error:
                raise InputError(f"line {number:,} is not a JSON object: {error}") from error
    return rows


def _text(raw: msgspec.Raw) -> str:
    text = bytes(raw)
    if text.startswith(b'"'):
        return msgspec.json.decode(text, type=str)
    if text == b"null":
        return ""
    if text.startswith(b"["):
        try:
            return _LIST_SEPARATOR.join(msgspec.json.decode(text, type=list[str]))
        except msgspec.ValidationError:
            pass  # a list of something else than strings
    return text.decode()


def _can_be_text(kind: pl.DataType) -> bool:
    if isinstance(kind, pl.List):
        return _can_be_text(pl.Series(dtype=kind.inner).dtype)
    return not kind.is_nested() and kind not in (pl.Binary, pl.Object)


def _as_text(column: pl.Series) -> pl.Series:
    column = column.alias("")  # Polars takes some names for patterns
    if isinstance(column.dtype, pl.List):
        texts = column.cast(pl.List(pl.String)).list.join(_LIST_SEPARATOR, ignore_nulls=True)
    else:
        texts = column.cast(pl.String)
    return texts.fill_null("")
