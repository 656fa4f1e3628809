"""Reading a vocabulary from text or from a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tagatlas.errors import InputError, OptionError
from tagatlas_tables import Table
from tagatlas_tables.encoding import decode, to_utf8
from tagatlas_tables.files import is_workbook, read_data
from tagatlas_vocabularies.vocabulary import Label, Vocabulary, tidy

SEPARATOR = "|"
"""Separator of several prompts or aliases in a cell."""

_DELIMITERS = ",;\t"
_LABEL = "label"
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


def read_vocabulary(name: str, data: bytes) -> Vocabulary:
    """Read a vocabulary file.

    It is a table if its first line has a column ``label``: text with commas, semicolons or tabs,
    or a workbook, whose columns ``prompts`` and ``aliases`` may have several each, separated by
    ``|``, and whose column ``group`` has one; other columns are ignored. Any other file has a
    label a line.

    Args:
        name: of the vocabulary.
        data: text in any encoding, or a workbook. Guesses are in the vocabulary's notes.

    Raises:
        OptionError: not text, not a table that can be read, or without a label.
    """
    try:
        if is_workbook(data):
            return _of_table(name, read_data(data))
        text, notes = to_utf8(data)
        lines = _LINE_ENDS.split(decode(text))
        if _is_header(lines[0]):
            vocabulary = _of_table(name, read_data(text, "utf-8", may_be_list=False))
        else:
            vocabulary = Vocabulary.of(name, map(Label, lines))
    except InputError as error:
        raise OptionError(f"the vocabulary {name} cannot be read: {error}") from error
    return replace(vocabulary, notes=(*notes, *vocabulary.notes))


def _is_header(line: str) -> bool:
    """Whether a line names the columns of a vocabulary."""
    return any(
        _LABEL in map(_column, line.split(delimiter))
        for delimiter in _DELIMITERS
        if delimiter in line or _column(line) == _LABEL
    )


def _column(field: str) -> str:
    return tidy(field).strip('"').strip().lower()


def _of_table(name: str, table: Table) -> Vocabulary:
    columns = [_column(column) for column in table.frame.columns]
    if _LABEL not in columns:
        raise InputError("no column is called label")
    return replace(Vocabulary.of(name, _rows(columns, table)), notes=table.notes)


def _rows(columns: list[str], table: Table) -> Iterator[Label]:
    for row in table.frame.iter_rows():
        cells = dict(zip(columns, row, strict=True))
        yield Label(
            name=cells[_LABEL],
            prompts=tuple(cells.get("prompts", "").split(SEPARATOR)),
            aliases=tuple(cells.get("aliases", "").split(SEPARATOR)),
            group=cells.get("group", ""),
        )
