"""Tables in Arrow's file format of unknown origin: how large they are, before they are unpacked.

The format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format; its metadata are
FlatBuffers. A compressed buffer begins with its unpacked length, and readers reserve as much.
"""

from __future__ import annotations

import io
import mmap
import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import polars as pl

_MAGIC = b"ARROW1"
_BLOCK, _BUFFER, _LENGTH = 24, 16, 8
"""Sizes in bytes of a block, a buffer's place, and an unpacked length."""
_RECORD_BATCH = 3

_SMALL, _LARGEST_RATIO, _LARGEST, _RATIO_OF_LARGE = 64 << 20, 200, 2 << 30, 16
"""Unpacked bytes of a table: the first, and so many times the packed ones, but no more than the
third; or the last times the packed ones, if that is more."""


def read_frame(packed: object) -> pl.DataFrame:
    """A stored table of any origin.

    Raises:
        ValueError: it is none, or unpacks to far more than one of its size does.
    """
    if not isinstance(packed, bytes):
        raise ValueError("no bytes")  # noqa: TRY004 - a wrong value of a file
    return read_arrow(packed, _most(len(packed)))


def _most(packed: int) -> int:
    """The largest unpacked size of a table of so many bytes."""
    return max(min(_SMALL + _LARGEST_RATIO * packed, _LARGEST), _RATIO_OF_LARGE * packed)


def read_arrow(data: bytes, limit: int) -> pl.DataFrame:
    """A table in Arrow's file format.

    Args:
        data: of any origin.
        limit: largest unpacked size, in bytes.

    Raises:
        ValueError: it is no such table, or unpacks to more.
    """
    _check_size(data, limit)
    return _read(io.BytesIO(data), None)


def read_frame_of_file(file: BinaryIO, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """A table in a file in Arrow's file format; its bytes are never in memory as a whole.

    Args:
        file: on the disk, of any origin.
        columns: names of those that are read; None for all.

    Raises:
        ValueError: it is no such table, lacks a column, or unpacks to far more than one of its
            size does.
        OSError: it cannot be read.
    """
    size = file.seek(0, io.SEEK_END)
    if size == 0:
        raise ValueError("an empty file")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        _check_size(data, _most(size))
    file.seek(0)
    return _read(file, columns)


def _check_size(data: bytes | mmap.mmap, limit: int) -> None:
    size = unpacked_size(data)
    if size > limit:
        raise ValueError(f"a table that unpacks to {size:,} bytes, and {limit:,} are the most")


def _read(file: BinaryIO | io.BytesIO, columns: Sequence[str] | None) -> pl.DataFrame:
    import polars as pl

    chosen = None if columns is None else list(columns)
    try:
        return pl.read_ipc(file, columns=chosen)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise ValueError(f"no readable table: {' '.join(str(error).split())[:100]}") from error


def unpacked_size(data: bytes | mmap.mmap) -> int:
    """Bytes that the columns of a table in Arrow's file format unpack to.

    Raises:
        ValueError: it is no such table, or has dictionaries.
    """
    if data[: len(_MAGIC)] != _MAGIC or data[-len(_MAGIC) :] != _MAGIC:
        raise ValueError("no table in Arrow's file format")
    try:
        return sum(_sizes(data))
    except (struct.error, OverflowError) as error:
        raise ValueError("no readable table in Arrow's file format") from error


def _sizes(data: bytes | mmap.mmap) -> Iterator[int]:
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


def _number(data: bytes | mmap.mmap, at: int, form: str) -> int:
    if at < 0:
        raise struct.error("before the beginning")
    return int(struct.unpack_from(form, data, at)[0])


def _table(data: bytes | mmap.mmap, at: int) -> int:
    return at + _number(data, at, "<I")


def _field(data: bytes | mmap.mmap, table: int, number: int) -> int:
    """Where a field of a table is; 0 where it is absent."""
    offsets = table - _number(data, table, "<i")
    at = 4 + 2 * number
    if at + 2 > _number(data, offsets, "<H"):
        return 0
    offset = _number(data, offsets + at, "<H")
    return table + offset if offset else 0


def _vector(data: bytes | mmap.mmap, field: int) -> tuple[int, int]:
    """Where the items of a vector begin, and their number."""
    if not field:
        return 0, 0
    start = field + _number(data, field, "<I")
    return start + 4, _number(data, start, "<I")
