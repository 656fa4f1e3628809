"""Plain lists: text with one entry per line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tagatlas_tables.encoding import decode, to_utf8
from tagatlas_tables.packed import HEAD, read_unpacked, refuse_others

if TYPE_CHECKING:
    from pathlib import Path

_LINE_ENDS = re.compile(r"\r\n|\r|\n")


class Lines(NamedTuple):
    """The non-blank lines of a text, stripped, and notes on guesses."""

    lines: list[str]
    notes: tuple[str, ...]


def read_lines(path: Path) -> Lines:
    """Read a text file in any encoding, compressed or not.

    Raises:
        InputError: it cannot be read, or is not text.
    """
    data = read_unpacked(path)
    refuse_others(data[:HEAD])
    text, notes = to_utf8(data)
    lines = (line.strip() for line in _LINE_ENDS.split(decode(text)))
    return Lines([line for line in lines if line], notes)
