"""Decodes content encodings of HTTP (RFC 9110, section 8.4), within limits."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping

MOST_LAYERS = 4
"""Maximum number of nested encodings."""

UNREAD = frozenset({"compress", "x-compress"})
"""Encodings out of use since the 1990s."""

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
"""First bytes of pictures, which are not compressed even if the header says so."""


class NotDecoded(Exception):
    """A body that cannot be decoded.

    Attributes:
        reason: why, in a few words.
        is_cut: whether it is incomplete, so that another try may help.
    """

    def __init__(self, reason: str, *, is_cut: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_cut = is_cut


def decoded(data: bytes, content_encoding: str, max_bytes: int) -> bytes:
    """A decoded body; of a larger one, a little more than its first ``max_bytes``.

    Names that are not encodings, such as ``UTF-8`` or ``aws-chunked``, are ignored, and so is a
    compression if the bytes are those of a picture, as in browsers.

    Args:
        data: the body as received.
        content_encoding: the header, ``gzip`` or ``gzip, br``, in the order they were applied.
        max_bytes: maximum size that is needed.

    Raises:
        NotDecoded: it is damaged, cut off, or in an unknown encoding.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    if unread := UNREAD.intersection(names):
        raise NotDecoded(f"compressed as {min(unread)}, which is not read here")
    layers = [_DECODERS[name] for name in reversed(names) if name in _DECODERS]
    if len(layers) > MOST_LAYERS:
        raise NotDecoded(f"compressed {len(layers):,} times over")
    for layer in layers:
        if not data or data.startswith(_PICTURES):
            break
        data = layer(data, max_bytes)
    return data


def _gzip(data: bytes, max_bytes: int) -> bytes:
    return _inflate(data, max_bytes, zlib.MAX_WBITS | 32)


def _deflate(data: bytes, max_bytes: int) -> bytes:
    """Deflate in its zlib format, or raw, as some servers send it."""
    return _inflate(data, max_bytes, zlib.MAX_WBITS if data[:1] == b"\x78" else -zlib.MAX_WBITS)


def _inflate(data: bytes, max_bytes: int, window: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    try:
        unpacked = unpacker.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise NotDecoded("the compressed body is damaged") from error
    return _whole(unpacked, max_bytes, is_whole=unpacker.eof)


def _brotli(data: bytes, max_bytes: int) -> bytes:
    import brotli

    unpacker = brotli.Decompressor()
    unpacked = bytearray()
    try:
        part = unpacker.process(data, output_buffer_limit=max_bytes + 1)
        while part and len(unpacked) <= max_bytes:
            unpacked += part
            part = unpacker.process(b"", output_buffer_limit=max_bytes + 1)
    except brotli.error as error:
        raise NotDecoded("the compressed body is damaged") from error
    return _whole(bytes(unpacked), max_bytes, is_whole=unpacker.is_finished())


def _zstd(data: bytes, max_bytes: int) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    unpacker = zstd.ZstdDecompressor()
    try:
        unpacked = unpacker.decompress(data, max_bytes + 1)
    except zstd.ZstdError as error:
        raise NotDecoded("the compressed body is damaged") from error
    return _whole(unpacked, max_bytes, is_whole=unpacker.eof)


def _whole(unpacked: bytes, max_bytes: int, *, is_whole: bool) -> bytes:
    if not is_whole and len(unpacked) <= max_bytes:
        raise NotDecoded("the compressed body is cut off", is_cut=True)
    return unpacked


_DECODERS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
