"""Tables in Arrow's file format of unknown origin: how large they are, before they are unpacked.

The format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format; its metadata are
FlatBuffers. A compressed buffer begins with its unpacked length, and readers reserve as much.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_MAGIC = b"ARROW1"
_BLOCK, _BUFFER, _LENGTH = 24, 16, 8
"""Sizes in bytes of a block, a buffer's place, and an unpacked length."""
_RECORD_BATCH = 3


def read_arrow(data: bytes, limit: int) -> pl.DataFrame:
    """A table in Arrow's file format.

    Args:
        data: of any origin.
        limit: largest unpacked size, in bytes.

    Raises:
        ValueError: it is no such table, or unpacks to more.
    """
    import polars as pl

    size = unpacked_size(data)
    if size > limit:
        raise ValueError(f"a table that unpacks to {size:,} bytes, and {limit:,} are the most")
    try:
        return pl.read_ipc(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise ValueError(f"no readable table: {' '.join(str(error).split())[:100]}") from error


def unpacked_size(data: bytes) -> int:
    """Bytes that the columns of a table in Arrow's file format unpack to.

    Raises:
        ValueError: it is no such table, or has dictionaries.
    """
    if not data.startswith(_MAGIC) or not data.endswith(_MAGIC):
        raise ValueError("no table in Arrow's file format")
    try:
        return sum(_sizes(data))
    except (struct.error, OverflowError) as error:
        raise ValueError("no readable table in Arrow's file format") from error


def _sizes(data: bytes) -> Iterator[int]:
    """Unpacked size of each buffer."""
    length = _number(data, len(data) - len(_MAGIC) - 4, "<i")
    footer = _table(data, len(data) - len(_MAGIC) - 4 - length)
    if _vector(data, _field(data, footer, 2))[1]:
        raise ValueError("a table with dictionaries, which none of ours has")
    first, blocks = _vector(data, _field(data, footer, 3))
    for place in range(first, first + blocks * _BLOCK, _BLOCK):
        begin, metadata = _number(data, place, "<q"), _number(data, place + 8, "<i")
        body = begin + metadata
        message = _table(data, begin + 8)
        if _number(data, _field(data, message, 1), "<B") != _RECORD_BATCH:
            raise ValueError("a table in Arrow's file format without rows")
        header = _field(data, message, 2)
        batch = header + _number(data, header, "<I")
        is_packed = _field(data, batch, 3) != 0
        at, buffers = _vector(data, _field(data, batch, 2))
        for each in range(at, at + buffers * _BUFFER, _BUFFER):
            offset, size = _number(data, each, "<q"), _number(data, each + 8, "<q")
            if min(begin, offset, size) < 0 or body + offset + size > len(data):
                raise ValueError("a table in Arrow's file format that is cut off")
            if is_packed and 0 < size < _LENGTH:
                raise ValueError("a table in Arrow's file format with a buffer without length")
            unpacked = _number(data, body + offset, "<q") if is_packed and size else -1
            yield size if unpacked < 0 else unpacked


def _number(data: bytes, at: int, form: str) -> int:
    if at < 0:
        raise struct.error("before the beginning")
    return int(struct.unpack_from(form, data, at)[0])


def _table(data: bytes, at: int) -> int:
    return at + _number(data, at, "<I")


def _field(data: bytes, table: int, number: int) -> int:
    """Where a field of a table is; 0 where it is absent."""
    offsets = table - _number(data, table, "<i")
    at = 4 + 2 * number
    if at + 2 > _number(data, offsets, "<H"):
        return 0
    offset = _number(data, offsets + at, "<H")
    return table + offset if offset else 0


def _vector(data: bytes, field: int) -> tuple[int, int]:
    """Where the items of a vector begin, and their number."""
    if not field:
        return 0, 0
    start = field + _number(data, field, "<I")
    return start + 4, _number(data, start, "<I")
