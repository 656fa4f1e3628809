"""Reading a vocabulary from text or from a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from tagatlas.errors import OptionError
from tagatlas.vocabulary.vocabulary import Label, Vocabulary, tidy

SEPARATOR = "|"
"""Between several prompts or aliases in a cell."""

DELIMITERS = ",;\t"

_LABEL = "label"
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


def read_vocabulary(name: str, data: bytes) -> Vocabulary:
    """Read a vocabulary file.

    It is a table where its first line has a column ``label``: CSV with commas, semicolons or tabs,
    whose columns ``prompts`` and ``aliases`` may hold several each, parted by ``|``, and whose
    column ``group`` holds one; other columns are ignored. Any other file has a label a line.

    Args:
        name: what to call it.
        data: UTF-8.

    Raises:
        OptionError: not UTF-8, not a table that can be read, or without a label.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(
            f"the vocabulary {name} is not in UTF-8 (byte {error.start:,}): save it as UTF-8"
        ) from error
    lines = _LINE_ENDS.split(text)
    delimiter = _delimiter(lines[0])
    if delimiter is None:
        return Vocabulary.of(name, map(Label, lines))
    return Vocabulary.of(name, _rows(name, text, delimiter))


def _delimiter(header: str) -> str | None:
    """What parts the columns of a table whose header this is; None where it is none."""
    for delimiter in DELIMITERS:
        fields = [_column(field) for field in header.split(delimiter)]
        if _LABEL in fields and (len(fields) > 1 or fields == [_LABEL]):
            return delimiter
    return None


def _column(field: str) -> str:
    return tidy(field).strip('"').strip().lower()


def _rows(name: str, text: str, delimiter: str) -> Iterator[Label]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [_column(field) for field in next(reader)]
        for row in reader:
            cells = dict(zip(columns, row, strict=False))
            yield Label(
                name=cells.get(_LABEL, ""),
                prompts=tuple(cells.get("prompts", "").split(SEPARATOR)),
                aliases=tuple(cells.get("aliases", "").split(SEPARATOR)),
                group=cells.get("group", ""),
            )
    except csv.Error as error:
        raise OptionError(
            f"the vocabulary {name} is no proper CSV: line {reader.line_num:,}: {error}"
        ) from error
