"""Reads the JSON values of a file: Lines, an array or a whole document, also damaged ones.

Valid text is read by msgspec. Text that it refuses is read value by value: NaN, halves of emoji,
trailing commas and comments are accepted; a broken value is left out and reported.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tagatlas_tables.encoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGINNING = re.compile(
    rb"[\s\x1e]*+(?:(?:\#|//)[^\n]*\n\s*+)*+"
    rb"(?:(?:window\.[\w.]++|(?:var|let|const)\s++\w++)\s*+=|[A-Za-z_]\w*+\()?\s*+"
    rb"(?=\{|\[\s*+(?:[\[{\"\]]|null|true|false|-?\d))"
)
_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\[^\n])*+"|[\[\]{}"]|\n(?=[ \t]*+[{\[])')
_BLANK = re.compile(rb"[\s,;\x1e]+")
_SCALAR = re.compile(rb'"(?:[^"\\\n]|\\[^\n])*+"|[^\s,\[\]{}"]++')
_COLON = re.compile(rb"[ \t]*+:")
_NOT_JSON = re.compile(r'("(?:[^"\\\n]|\\.)*+")|,(?=\s*+[}\]])|//[^\n]*|/\*.*?\*/', re.DOTALL)
_AFTER_VALUE = b"),; \t\r\n\x1e"
_CLOSERS = b"]}" + _AFTER_VALUE
_DECODED_AT_ONCE = 1 << 20
_NOTHING = object()


class Number(str):
    """A number with its digits as written."""

    __slots__ = ()


@dataclass(frozen=True)
class Fault:
    """A place that could not be read.

    Attributes:
        line: from 1; 0 if unknown.
        why: the reason, in a few words.
        file: its file, if several are read.
    """

    line: int
    why: str
    file: str = ""


def begins_like_json(data: bytes) -> bool:
    """Whether text begins like JSON, also after comments, or a script's ``name = ``."""
    return _BEGINNING.match(data) is not None


def begins_with_bracket(data: bytes) -> bool:
    """Whether text begins with an array."""
    match = _BEGINNING.match(data)
    return match is not None and data[match.end() : match.end() + 1] == b"["


def read_values(data: bytes, faults: list[Fault]) -> Iterator[object]:
    """The values of a text in UTF-8: the elements of an array, the lines, or the one document.

    Values of a large document are ``msgspec.Raw``, to be decoded level by level.

    Args:
        data: without a byte order mark.
        faults: unreadable places are added to it.

    Raises:
        InputError: the text is not UTF-8.
    """
    _check_encoding(data)
    start = match.end() if (match := _BEGINNING.match(data)) else 0
    whole = _whole(data[start:].rstrip(_AFTER_VALUE) if start else data)
    if whole is not None:
        yield from whole
    else:
        yield from _one_by_one(data, start, faults)


def opened(value: object) -> object:
    """Decode one level of a ``Raw`` value; its members may be ``Raw``."""
    if not isinstance(value, msgspec.Raw):
        return value
    first = bytes(memoryview(value)[:1])
    if first == b"{":
        return msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    return msgspec.json.decode(value, type=list[msgspec.Raw]) if first == b"[" else complete(value)


def complete(value: object) -> object:
    """Decode a value completely.

    Raises:
        ValueError: it is nested too deeply.
    """
    return _decode(bytes(value)) if isinstance(value, msgspec.Raw) else value


def _whole(data: bytes) -> list[object] | None:
    """The document's values if it is one valid array or object, else None."""
    try:
        if data.lstrip().startswith(b"["):
            return list(msgspec.json.decode(data, type=list[msgspec.Raw]))
        return [msgspec.json.decode(data, type=msgspec.Raw)]
    except (msgspec.MsgspecError, RecursionError):
        return None


def _one_by_one(data: bytes, start: int, faults: list[Fault]) -> Iterator[object]:
    position, line, line_end, indent = start, 0, -1, 0
    in_array = False
    while position < len(data):
        if blank := _BLANK.match(data, position):
            position = blank.end()
            continue
        at_line_start = position > line_end
        if at_line_start:
            line += data.count(b"\n", max(line_end, 0), position) + (line == 0)
            indent = _indent(data, data.rfind(b"\n", 0, position) + 1)
            line_end = _line_end(data, position)
        first = data[position : position + 1]
        if first in b"])}":
            in_array, position = in_array and first != b"]", position + 1
            continue
        if first == b"#" or data.startswith(b"//", position):
            position = line_end
            continue
        if at_line_start and (first == b"{" or (first == b"[" and not in_array)):
            value = _decode_strictly(data[position:line_end].rstrip(_AFTER_VALUE))
            if value is not _NOTHING:
                yield value
                position = line_end
                continue
        if first == b"[" and not in_array:
            in_array, position = True, position + 1
            continue
        end = None
        try:
            end = _end(data, position, indent)
            value = _decode(data[position:end])
        except ValueError as error:
            faults.append(Fault(line, _reason(error)))
            position = end or _next_start(data, line_end, indent)
        else:
            yield value
            position = end


def _line_end(data: bytes, position: int) -> int:
    found = data.find(b"\n", position)
    return len(data) if found < 0 else found


def _decode_strictly(text: bytes) -> object:
    try:
        return _STRICT.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return _NOTHING


def _decode(text: bytes) -> object:
    """Decode one value, including extensions of JSON that programs write.

    Raises:
        ValueError: the text is not a value; the message says why.
    """
    value = _decode_strictly(text)
    if value is not _NOTHING:
        return value
    written = text.decode()
    try:
        try:
            return _whole_characters(_LENIENT.decode(written))
        except json.JSONDecodeError:
            return _whole_characters(_LENIENT.decode(_NOT_JSON.sub(r"\1", written)))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _whole_characters(value: object) -> object:
    """Replace lone surrogates, which are not valid in text, by U+FFFD."""
    if isinstance(value, str) and not isinstance(value, Number):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole_characters(key): _whole_characters(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_whole_characters(held) for held in value]
    return value


def _constant(name: str) -> Number | None:
    return None if name == "NaN" else Number(name)


_STRICT = msgspec.json.Decoder(float_hook=Number)
_LENIENT = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=_constant, strict=False
)


def _end(data: bytes, start: int, indent: int) -> int:
    """The end of the value that begins at ``start``.

    A line that begins with a bracket, indented no more than the value's own line, is the next
    value: this one was never closed.

    Args:
        data: the text.
        start: start of the value.
        indent: indentation of its line.

    Raises:
        ValueError: it does not end.
    """
    if data[start : start + 1] not in (b"{", b"["):
        scalar = _SCALAR.match(data, start)
        if scalar is None:
            raise ValueError("a quotation mark is never closed")
        if _COLON.match(data, scalar.end()):
            raise ValueError("a key outside of an object")
        return scalar.end()
    depth = 0
    for token in _TOKEN.finditer(data, start):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return token.end()
        elif mark == b'"' or (mark == b"\n" and _indent(data, token.end()) <= indent):
            at_the_end = mark == b"\n" or data.find(b"\n", token.end()) < 0
            raise ValueError("cut off" if at_the_end else "a quotation mark is never closed")
    raise ValueError("cut off")


def _indent(data: bytes, line_start: int) -> int:
    beginning = data[line_start : line_start + 200]
    return len(beginning) - len(beginning.lstrip(b" \t"))


def _next_start(data: bytes, line_end: int, indent: int) -> int:
    """The next line where a value may begin: indented no more than the broken one."""
    while line_end < len(data):
        line_start, line_end = line_end + 1, _line_end(data, line_end + 1)
        if data[line_start:line_end].strip(_CLOSERS) and _indent(data, line_start) <= indent:
            return line_start
    return len(data)


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "cut off"
    if isinstance(error, json.JSONDecodeError):
        return error.msg[:1].lower() + error.msg[1:]
    return str(error)


def _check_encoding(data: bytes) -> None:
    """Refuse text that is not UTF-8, except for a truncated last character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _DECODED_AT_ONCE):
            decoder.decode(data[start : start + _DECODED_AT_ONCE])
    except UnicodeDecodeError:
        decode(data)  # its error says the place in the file
