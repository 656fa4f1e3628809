"""Reading a vocabulary from text or from a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tagatlas.errors import InputError, OptionError
from tagatlas_tables import Table
from tagatlas_tables.encoding import decode, to_utf8
from tagatlas_tables.files import is_workbook, read_data
from tagatlas_tables.json_text import begins_like_json
from tagatlas_vocabularies.lines import labels_of_lines
from tagatlas_vocabularies.vocabulary import Label, Vocabulary, tidy

SEPARATOR = "|"
"""Separator of several prompts or aliases in a cell."""

_DELIMITERS = ",;\t"
_LABEL = "label"
_OTHER_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("labels", "name", "names", "tag", "tags", "term", "word", "class"), _LABEL),
    **dict.fromkeys(("prompt", "captions", "templates"), "prompts"),
    **dict.fromkeys(("alias", "synonym", "synonyms"), "aliases"),
    **dict.fromkeys(("groups", "category", "categories"), "group"),
}
"""Other names of the columns."""
_COLUMNS = frozenset(_OTHER_NAMES.values())
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_REPEATED = re.compile(r" \(\d+\)$")
_SEPARATOR_LINE = re.compile(r'"?sep=.?"?', re.IGNORECASE)  # as Excel writes it


def read_vocabulary(name: str, data: bytes) -> Vocabulary:
    """Read a vocabulary file.

    It is a table if its first line has a column ``label``: text with commas, semicolons or tabs,
    or a workbook, whose columns ``prompts`` and ``aliases`` may have several each, separated by
    ``|``, and whose column ``group`` has one; other columns are ignored. Columns have other names
    too, such as ``name`` and ``synonyms``, if at least two are known. Any other file has a label a
    line.

    Args:
        name: of the vocabulary.
        data: text in any encoding, or a workbook. Guesses are in the vocabulary's notes, and what
            was left out.

    Raises:
        OptionError: not text, not a table that can be read, or without a label.
    """
    try:
        if is_workbook(data):
            return _of_table(name, read_data(data))
        text, notes = to_utf8(data)
        if begins_like_json(text):
            return _of_table(name, read_data(text, "utf-8"))
        lines = _LINE_ENDS.split(decode(text))
        while lines and (not tidy(lines[0]) or _SEPARATOR_LINE.fullmatch(tidy(lines[0]))):
            del lines[0]
        if lines and _is_header(lines[0]):
            table = read_data("\n".join(lines).encode(), "utf-8", may_be_list=False)
            vocabulary = _of_table(name, table)
        else:
            labels, remarks = labels_of_lines([line for line in lines if tidy(line)])
            vocabulary = Vocabulary.of(name, map(Label, labels))
            vocabulary = replace(vocabulary, notes=(*remarks, *_column_as_label(labels)))
    except InputError as error:
        raise OptionError(f"the vocabulary {name} cannot be read: {error}") from error
    return replace(vocabulary, notes=(*notes, *vocabulary.notes))


def _is_header(line: str) -> bool:
    """Whether a line names the columns of a vocabulary."""
    cells = [[_column(cell) for cell in line.split(delimiter)] for delimiter in _DELIMITERS]
    return any(
        _LABEL in some or len(_COLUMNS.intersection(map(_meant, some))) > 1 for some in cells
    )


def _column_as_label(labels: Sequence[str]) -> Iterator[str]:
    """A remark if the first label may be meant as the name of the column."""
    if labels and _OTHER_NAMES.get(_column(labels[0])) == _LABEL:
        yield f"the first line, {labels[0]}, is read as a label: if it is a header, call it label"


def _column(field: str) -> str:
    return tidy(field).strip('"').strip().lower()


def _meant(column: str) -> str:
    """The column's own name."""
    return _OTHER_NAMES.get(column, column)


def _of_table(name: str, table: Table) -> Vocabulary:
    written = [_column(column) for column in table.frame.columns]
    plain = [_REPEATED.sub("", column) for column in written]
    columns = [each if each in _COLUMNS else _meant(each) for each in plain]
    for column, times in Counter(columns).items():
        if column in _COLUMNS and times > 1:
            raise InputError(f"{times} columns are its {column}: keep one")
    if _LABEL not in columns:
        raise InputError(f"no column is called label; it has: {', '.join(written)}")
    notes = [
        f"the column {old} is read as {new}"
        for old, new in zip(written, columns, strict=True)
        if new in _COLUMNS and old != new
    ]
    unread = [
        old
        for old, new, cells in zip(written, columns, table.frame.iter_columns(), strict=True)
        if new not in _COLUMNS and cells.str.strip_chars().ne("").any()
    ]
    if unread:
        notes.append(f"not read: the columns {', '.join(unread)}")
    vocabulary = Vocabulary.of(name, _rows(columns, table))
    return replace(vocabulary, notes=(*table.notes, *notes))


def _rows(columns: list[str], table: Table) -> Iterator[Label]:
    for row in table.frame.iter_rows():
        cells = dict(zip(columns, row, strict=True))
        yield Label(
            name=cells[_LABEL],
            prompts=tuple(cells.get("prompts", "").split(SEPARATOR)),
            aliases=tuple(cells.get("aliases", "").split(SEPARATOR)),
            group=cells.get("group", ""),
        )
