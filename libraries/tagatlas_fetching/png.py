"""Reads PNGs as browsers do: chunks that the picture does not need cannot spoil it.

Pillow refuses a whole file for one damaged or long ancillary chunk.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Container

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_FRAME = struct.Struct(">I4s")
_KEPT = frozenset(
    {*(b"IHDR", b"PLTE", b"IDAT", b"IEND"), *(b"tRNS", b"iCCP", b"eXIf"), b"acTL", b"fcTL", b"fdAT"}
)
"""Chunks of the picture, its transparency, colours and orientation, and animation frames."""

_ORIENTED = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")
"""Keywords of text chunks that may have the orientation."""

_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_LENGTHS = {b"acTL": (8,), b"fcTL": (26,)}
_TRANSPARENCY = {0: (2,), 2: (6,), 3: range(1, 257)}
"""Valid lengths of chunks; of transparency, by colour type."""
_LONGEST = 1 << 20
"""Maximum unpacked bytes of a text or a profile that Pillow accepts."""


def lean_png(data: bytes) -> bytes:
    """A PNG without unneeded or damaged ancillary chunks.

    Critical chunks are kept, even damaged ones: whether the picture is complete is not decided
    here.

    Args:
        data: a file that begins with :data:`SIGNATURE`.
    """
    kept = [SIGNATURE]
    lengths = {**_LENGTHS, b"tRNS": _TRANSPARENCY.get(data[25] if len(data) > 25 else 0, ())}
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        length, kind = _FRAME.unpack_from(data, place)
        chunk = data[place : place + 12 + length]
        place += len(chunk)
        if kind[:1].isupper() or _is_sound(kind, chunk, length, lengths.get(kind)):
            kept.append(chunk)
        if kind == b"IEND":
            return b"".join(kept)
    kept.append(data[place:])
    return b"".join(kept)


def _is_sound(kind: bytes, chunk: bytes, length: int, lengths: Container[int] | None) -> bool:
    """Whether an ancillary chunk is needed, intact and of valid length."""
    content = memoryview(chunk)[8 : 8 + length]
    if kind in _TEXTS:
        if not chunk[8:].startswith(_ORIENTED):
            return False
    elif kind not in _KEPT:
        return False
    if chunk[8 + length :] != struct.pack(">I", zlib.crc32(chunk[4 : 8 + length])):
        return False
    if lengths is not None and length not in lengths:
        return False
    packed = _packed(kind, content)
    return packed is None or _unpacks(packed)


def _packed(kind: bytes, content: memoryview) -> memoryview | None:
    """The compressed data of a chunk, after its name and method; None if it has none."""
    name_end = bytes(content[:80]).find(b"\0")
    if kind in (b"iCCP", b"zTXt"):
        return content[name_end + 2 :]
    if kind == b"iTXt" and bytes(content[name_end + 1 : name_end + 2]) == b"\1":
        rest = bytes(content[name_end + 3 :])
        return memoryview(rest.split(b"\0", 2)[-1])
    return None


def _unpacks(packed: memoryview) -> bool:
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(packed, _LONGEST)
    except zlib.error:
        return False
    return unpacker.eof
