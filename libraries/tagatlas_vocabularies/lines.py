"""Reading a vocabulary from lines without a header: a list of labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tagatlas.errors import InputError
from tagatlas.wording import count

_SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
_EMPTY_CELLS = re.compile(r"^[\s,;]+|[\s,;]+$")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_OTHER_QUOTES = ("''", "``", "“”", "„“", "«»", "\u2018\u2019")
_REMEDY = "name the columns in the first line, such as label,group, or write one label a line"


def labels_of_lines(lines: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The labels of a list, one a line, and remarks for the user on what was taken from the lines.

    Separators at the ends of a line, as spreadsheets write them for empty cells, and quotes around
    it are no part of a label.

    Args:
        lines: those that are not blank.

    Raises:
        InputError: the lines are the rows of a table, or the only one has several labels.
    """
    stripped = [line.strip() for line in lines]
    trimmed = [_EMPTY_CELLS.sub("", line) for line in stripped]
    labels = _without_quotes(trimmed)
    remarks = [
        f"separators at the ends of {count(_changed(stripped, trimmed), 'line')} are left out",
        f"the quotes around {count(_changed(trimmed, labels), 'line')} are left out",
        *_inner_separators(labels, quoted=labels != trimmed),
    ]
    return labels, tuple(remark for remark in remarks if " 0 lines" not in remark)


def _changed(before: Sequence[str], after: Sequence[str]) -> int:
    return sum(old != new for old, new in zip(before, after, strict=True))


def _without_quotes(lines: Sequence[str]) -> list[str]:
    """The lines without the quotes of CSV around a line, and without others around each line."""
    for pair in _OTHER_QUOTES:
        if lines and all(len(line) > 2 and line[0] + line[-1] == pair for line in lines):
            return [line[1:-1] for line in lines]
    found = map(_QUOTED.fullmatch, lines)
    return [
        line if quoted is None else quoted[1].replace('""', '"')
        for line, quoted in zip(lines, found, strict=True)
    ]


def _inner_separators(labels: Sequence[str], *, quoted: bool) -> list[str]:
    """Remarks on separators within lines.

    Raises:
        InputError: each line has as many, so that these are rows of cells.
    """
    remarks = []
    for separator, name in _SEPARATORS.items():
        numbers = Counter(label.count(separator) for label in labels if label)
        most = max(numbers, default=0)
        if not most or (quoted and separator == ","):  # who quotes a comma means it
            continue
        alike = len(numbers) == 1
        if alike and numbers.total() == 1:
            raise InputError(f"its only line has {count(most, name)}: write one label a line")
        if alike and separator != ",":
            raise InputError(f"it is a table, each line has {count(most, name)}: {_REMEDY}")
        if alike or separator != ",":
            some = numbers.total() - numbers[0]
            remarks.append(f"{count(some, 'line')} with a {name} read as one label: {_REMEDY}")
    return remarks
