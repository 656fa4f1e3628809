"""Text encodings: UTF-8 unless the file says otherwise with a byte order mark, or the user does."""

from __future__ import annotations

import codecs

from tagatlas.errors import InputError
from tagatlas.tables.wording import shown


def to_utf8(data: bytes, encoding: str | None = None) -> bytes:
    """Recode a file's bytes to UTF-8 without a byte order mark.

    UTF-8 comes back unchecked: whoever reads it checks it with :func:`decode`, or as it goes.

    Args:
        data: the bytes of the file.
        encoding: the user's word for it; None to look at the first two bytes.

    Raises:
        InputError: there is no such encoding, or the bytes are not in it.
    """
    name = encoding or _by_first_bytes(data)
    try:
        "".encode(name)  # also refuses codecs that are no text encodings, such as base64
    except LookupError as error:
        raise InputError(
            f"no text encoding is called {shown(name)}: try cp1252 or utf-16"
        ) from error
    if codecs.lookup(name).name == "utf-8":
        return data.removeprefix(codecs.BOM_UTF8)
    return decode(data, name).removeprefix("\ufeff").encode()


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """Decode all of ``data``.

    Raises:
        InputError: the bytes are not in that encoding; the text says where and what to do.
    """
    try:
        text = data.decode(encoding)
        text.encode()  # some codecs let half a surrogate pair through
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"not {encoding.upper()} text: byte 0x{data[error.start]:02x} in line {line:,}, "
            f"{error.start:,} bytes in; name its encoding with --encoding (cp1252 for many files "
            "from Windows) or save it as UTF-8"
        ) from error
    except UnicodeError as error:
        raise InputError(f"not {encoding.upper()} text: {error}; save it as UTF-8") from error
    return text


def _by_first_bytes(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, UTF-16 shows itself by the zero byte beside a first Latin character.
    return {b"\x00": "utf-16-be"}.get(data[:1]) or {b"\x00": "utf-16-le"}.get(data[1:2], "utf-8")
