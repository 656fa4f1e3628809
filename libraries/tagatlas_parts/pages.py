"""How much a Parquet file unpacks to, from the headers of its pages.

The format: https://parquet.apache.org/docs/file-format/, in Thrift's compact protocol. A page says
itself how many bytes it unpacks to, and no reader takes more; the sums in the footer may lie.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import BinaryIO

from tagatlas.wording import count

_MAGIC = b"PAR1"
_LONGEST_FOOTER, _LONGEST_HEADER = 4 << 20, 1 << 20
_DEEPEST = 16
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_WHOLE = (4, 5, 6)
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8
"""Fields of a page's header, of which a page has one."""

_Struct = dict[int, object]


def unpacked_size(file: BinaryIO, rows: int) -> int:
    """Bytes that the pages of a file unpack to.

    Args:
        file: on the disk.
        rows: that it should have.

    Raises:
        ValueError: it is no readable Parquet file, or has another number of rows.
    """
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return sum(_sizes(data, rows))
    except (IndexError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("no readable Parquet file") from error


def _sizes(data: mmap.mmap, rows: int) -> Iterator[int]:
    """Unpacked size of each page."""
    if len(data) < 12 or data[:4] != _MAGIC or data[-4:] != _MAGIC:
        raise ValueError("no Parquet file")
    length = int.from_bytes(data[-8:-4], "little")
    if not 0 < length <= min(len(data) - 12, _LONGEST_FOOTER):
        raise ValueError("no readable footer")
    footer = _Reader(data, len(data) - 8 - length, len(data) - 8).struct()
    found = 0
    for group in _structs(footer[4]):
        in_group = _number(group[3])
        found += in_group
        for column in _structs(group[1]):
            if 1 in column:
                raise ValueError("a column in another file")
            [chunk] = _structs([column[3]])
            starts = [_number(chunk[field]) for field in (9, 11) if field in chunk]
            begin = min(starts)
            values = 0
            for page in _pages(data, begin, begin + _number(chunk[7])):
                yield _number(page[2])
                for field in (_DATA, _DATA_2, _DICTIONARY):
                    for header in _structs([page[field]] if field in page else []):
                        if _number(header[1]) > rows:
                            raise ValueError("a page with more values than rows")
                        values += _number(header[1]) if field != _DICTIONARY else 0
            if values != in_group:
                raise ValueError("a column with another number of values than rows")
    if found != rows:
        raise ValueError(f"{count(found, 'row')}, and {rows:,} are expected")


def _pages(data: mmap.mmap, begin: int, end: int) -> Iterator[_Struct]:
    """The headers of the pages between two places."""
    if not 4 <= begin <= end <= len(data):
        raise ValueError("pages outside of the file")
    while begin < end:
        reader = _Reader(data, begin, min(end, begin + _LONGEST_HEADER))
        page = reader.struct()
        yield page
        begin = reader.place + _number(page[3])


def _number(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError("no size")
    return value


def _structs(value: object) -> list[_Struct]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError("no list of structures")
    return value


class _Reader:
    """Reads values of Thrift's compact protocol."""

    def __init__(self, data: mmap.mmap, place: int, end: int) -> None:
        self._data, self.place, self._end = data, place, end

    def struct(self, depth: int = 0) -> _Struct:
        """Values by the number of their field."""
        found: _Struct = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            found[field] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> object:
        if depth > _DEEPEST:
            raise ValueError("a structure too deep")
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in _WHOLE:
            return self._signed()
        if kind == _DOUBLE:
            self._skip(8)
            return None
        if kind == _BINARY:
            self._skip(self._varint())
            return None
        if kind in (_LIST, _SET):
            head = self._byte()
            size = head >> 4 if head >> 4 < 15 else self._varint()
            return [self._value(head & 15, depth + 1) for _ in range(size)]
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise ValueError("a value of an unknown kind")

    def _byte(self) -> int:
        self._skip(1)
        return self._data[self.place - 1]

    def _skip(self, size: int) -> None:
        self.place += size
        if self.place > self._end:
            raise ValueError("cut off")

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("a number too long")

    def _signed(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
