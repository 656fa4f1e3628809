"""Files of a pack store: ZIP archives whose members are stored as they are, not compressed.

A member's bytes are a range of the archive's, and the archive's end says where each of them is: to
know what is in one takes a read of its last bytes, to read a member another one. Every system has
programs that open them.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import NamedTuple

from tagatlas_stores.pack.places import Place, Span

END = 256 * 1024
"""Bytes read of an archive's end: the whole directory of some two thousand members."""

AT_ONCE = 32
"""Archives whose ends are in memory at once."""

LARGEST_MEMBER = (1 << 32) - 1
"""Bytes of a member; larger ones need another form of the directory."""

_HEADER = struct.Struct("<4s22xHH")
_SIGNATURE = b"PK\x03\x04"
_SPARE = 64
"""Bytes read beyond a member: other programs put times between its name and its bytes."""


class Member(NamedTuple):
    """A member of an archive: its name, where its header begins, its bytes and their CRC-32."""

    name: str
    offset: int
    size: int
    crc: int


def as_zip(contents: Iterable[tuple[str, bytes]]) -> tuple[bytes, list[Member]]:
    """An archive of some names and bytes, and what is in it; equal contents make equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in contents:
            info = zipfile.ZipInfo(name)  # of the year 1980
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
        members = _members(archive)
    return buffer.getvalue(), members


def read_directories(place: Place, sizes: Mapping[str, int]) -> dict[str, list[Member] | None]:
    """What is in archives, by their name; None for one that is damaged.

    Those that are gone meanwhile are left out.

    Args:
        place: with the archives.
        sizes: bytes of each by its name.

    Raises:
        OSError: one cannot be read.
    """
    found: dict[str, list[Member] | None] = {}
    rest = iter(sizes)
    while names := list(islice(rest, AT_ONCE)):
        ends = place.read([Span(each, max(0, sizes[each] - END), sizes[each]) for each in names])
        for name, end in zip(names, ends, strict=True):
            if isinstance(end, FileNotFoundError):
                continue
            if isinstance(end, OSError):
                raise end
            found[name] = _directory(place, name, sizes[name], end)
    return found


def span_of(archive: str, member: Member) -> Span:
    """The range of bytes with a member, its header before it, and some more."""
    ahead = _HEADER.size + len(member.name)
    return Span(archive, member.offset, member.offset + ahead + member.size + _SPARE)


def content_of(member: Member, data: bytes) -> bytes | None:
    """A member's bytes, out of those of :func:`span_of`; None if they are damaged."""
    if len(data) < _HEADER.size:
        return None
    signature, name, extra = _HEADER.unpack_from(data)
    begin = _HEADER.size + name + extra
    content = data[begin : begin + member.size]
    is_right = (
        signature == _SIGNATURE
        and data[_HEADER.size : _HEADER.size + name] == member.name.encode()
        and zlib.crc32(content) == member.crc
        and len(content) == member.size
    )
    return content if is_right else None


def _members(archive: zipfile.ZipFile) -> list[Member]:
    return [
        Member(info.filename, info.header_offset, info.file_size, info.CRC)
        for info in archive.infolist()
        if info.compress_type == zipfile.ZIP_STORED
        and info.compress_size == info.file_size <= LARGEST_MEMBER
    ]


def _directory(place: Place, name: str, size: int, end: bytes) -> list[Member] | None:
    try:
        with zipfile.ZipFile(_Remote(place, name, size, end)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError):
        return None


class _Remote(io.RawIOBase):
    """A file of which the last bytes are known, and others are read when they are wanted."""

    def __init__(self, place: Place, name: str, size: int, end: bytes) -> None:
        self._place = place
        self._name = name
        self._size = size
        self._end = end
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"a place before the beginning of {self._name}")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._at + size)
        known = self._size - len(self._end)
        if self._at >= known:
            data = self._end[self._at - known : max(0, end - known)]
        else:
            [found] = self._place.read([Span(self._name, self._at, end)])
            if isinstance(found, OSError):
                raise found
            data = found
        self._at += len(data)
        return data
