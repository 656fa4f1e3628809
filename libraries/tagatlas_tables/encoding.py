"""Text encodings: UTF-8 unless a byte order mark, the bytes or the user say otherwise."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from tagatlas.errors import InputError
from tagatlas_tables.guess import ONE_BYTE, guess_encoding, words_of
from tagatlas_tables.wording import count, shown

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4_096
_CHUNK = 1 << 20
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_HIGH = re.compile(rb"[\x80-\xff]")
_CHARACTERS = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+"
)
# An emoji without its end, or another character without its end at the end of a cell.
_CUT = re.compile(rb'\xf0\x9f[\x80-\xbf]?(?![\x80-\xbf])|[\xe0-\xef][\x80-\xbf](?=[",;|\t\r\n]|\Z)')
_MOST = 0.75
_REPLACEMENT = "\ufffd"
_IF_WRONG = (
    "if that is wrong, save it as UTF-8 or, for a table of images, name another with --encoding"
)


class Text(NamedTuple):
    """A text as UTF-8, and notes for the user on its decoding."""

    data: bytes
    notes: tuple[str, ...] = ()


def to_utf8(data: bytes, encoding: str | None = None) -> Text:
    """Recode a file's bytes to UTF-8 without a byte order mark.

    Text that is neither UTF-8 nor marked is guessed, and the guess is reported; so are
    bytes that are replaced by ``\N{REPLACEMENT CHARACTER}``.

    Args:
        data: the bytes of the file.
        encoding: named by the user; None to detect it from the bytes.

    Raises:
        InputError: there is no such encoding, or the bytes are not in the named one.
    """
    if encoding is not None:
        name = _known(encoding)
        if name == "utf-8":
            decode(data)
            return Text(data.removeprefix(codecs.BOM_UTF8))
        return Text(decode(data, encoding).removeprefix("\ufeff").encode())
    name = _by_first_bytes(data)
    if name != "utf-8":
        return _recoded(data, name)
    data = data.removeprefix(codecs.BOM_UTF8)
    return Text(data) if is_utf8(data) else _guessed(data)


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """Decode all of ``data``.

    Raises:
        InputError: the bytes are not in that encoding; the text says where, and what to do.
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


def is_utf8(data: bytes) -> bool:
    """Whether all of ``data`` is UTF-8."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)  # also refuses codecs that are no text encodings, such as base64
    except (LookupError, ValueError) as error:
        raise InputError(
            f"no text encoding is called {shown(encoding)}: try cp1252 or utf-16"
        ) from error
    return codecs.lookup(encoding).name


def _by_first_bytes(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked is not None:
        return marked
    # Without a mark, they show themselves by the zero bytes beside Latin characters and line ends.
    sample = data[: min(_SAMPLE, len(data) // 4 * 4) or 2]
    is_zero = [sample[place::4].count(0) * 10 > 3 * len(sample[place::4]) for place in range(4)]
    return {
        "0111": "utf-32-le",
        "1110": "utf-32-be",
        "0101": "utf-16-le",
        "1010": "utf-16-be",
    }.get("".join("01"[each] for each in is_zero), "utf-8")


def _recoded(data: bytes, name: str) -> Text:
    """Decode UTF-16 or UTF-32; marks inside, from concatenated files, are removed."""
    text = data.decode(name, errors="replace").replace("\ufeff", "")
    wrong = text.count(_REPLACEMENT) - data.decode(name, errors="ignore").count(_REPLACEMENT)
    return Text(text.encode(errors="replace"), _replaced(wrong, name.upper(), ""))


def _guessed(data: bytes) -> Text:
    """Decode an old encoding, UTF-8 with damaged characters, or a mixture of both."""
    if len(_CONTROL.findall(data[:_SAMPLE])) * 20 > len(data[:_SAMPLE]):
        raise InputError("this is not text, nor any table that tagatlas reads")
    wrong, right = [], 0
    for line in _LINE.findall(data):
        if not is_utf8(line):
            wrong.append(line)
        elif not line.isascii():
            right += 1
    name = guess_encoding(b"".join(wrong))
    if name not in ONE_BYTE and right < len(wrong) and _share_of_characters(wrong) < _MOST:
        text = data.decode(name, errors="replace")
        notes = (_read_as(None, name, text), *_replaced(text.count(_REPLACEMENT), name, ""))
        return Text(text.encode(), notes)
    old = [line for line in wrong if not _is_damaged(line)]
    return _by_lines(data, guess_encoding(b"".join(old)) if old else None)


def _share_of_characters(lines: Sequence[bytes]) -> float:
    """Share of the non-ASCII bytes that are in complete UTF-8 characters, in [0, 1]."""
    text = b"\n".join(lines)
    return sum(map(len, _CHARACTERS.findall(text))) / max(1, len(_HIGH.findall(text)))


def _is_damaged(line: bytes) -> bool:
    """Whether a line that is not UTF-8 is damaged UTF-8."""
    return _CUT.search(line) is not None or _share_of_characters([line]) > 0.5


def _by_lines(data: bytes, name: str | None) -> Text:
    """Decode each line: as UTF-8, with replacements if damaged, or else in the old encoding."""
    done: list[bytes] = []
    recoded: list[str] = []
    wrong, first_wrong, others = 0, 0, False
    for number, line in enumerate(_LINE.findall(data), start=1):
        if is_utf8(line):
            done.append(line)
            others = others or not line.isascii()
            continue
        is_damaged = name is None or _is_damaged(line)
        text = line.decode("utf-8" if is_damaged or name is None else name, errors="replace")
        if not is_damaged:
            recoded.append(text)
        if _REPLACEMENT in text:
            wrong += text.count(_REPLACEMENT)
            first_wrong = first_wrong or number
        others = others or is_damaged
        done.append(text.encode())
    notes = _replaced(wrong, "UTF-8", f" (the first in line {first_wrong:,})")
    if recoded and name is not None:
        words = "".join(recoded[:100])
        notes = (_read_as(len(recoded) if others else None, name, words), *notes)
    return Text(b"".join(done), notes)


def _read_as(lines: int | None, name: str, text: str) -> str:
    """A note on a guess, with a few words of the text to check it."""
    seen = ", ".join(shown(word) for word in islice(dict.fromkeys(words_of(text[:_CHUNK])), 3))
    what = "the file is not UTF-8" if lines is None else f"{count(lines, 'line')} not in UTF-8"
    return f"{what}: read as {name}" + (f" ({seen})" if seen else "") + f"; {_IF_WRONG}"


def _replaced(number: int, name: str, place: str) -> tuple[str, ...]:
    if not number:
        return ()
    characters = count(number, "character")
    return (f"{characters} damaged in {name} replaced by {_REPLACEMENT}{place}",)
