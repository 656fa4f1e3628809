"""Conditions on the columns of records, such as ``year>=1990``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from tagatlas.errors import OptionError

_FORM = re.compile(r"(?s)(.+?)\s*(!=|>=|<=|=|>|<|~)\s*(.*)")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?)?)?(Z|[+-]\d\d:?\d\d)?")
_LONGEST = 1000

_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "!=": lambda order: order != 0,
    ">": lambda order: order > 0,
    "<": lambda order: order < 0,
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
}
"""Whether a sign holds, by the order of a cell and the value: below 0, 0, or above 0."""


@dataclass(frozen=True)
class Condition:
    """A condition on one column.

    Attributes:
        column: its name.
        sign: ``=``, ``!=``, ``>``, ``<``, ``>=``, ``<=``, or ``~`` for "contains".
        value: what cells are compared with.
    """

    column: str
    sign: str
    value: str

    def holds(self, cell: str | None) -> bool:
        """Whether it holds for a cell; never for one that is missing.

        Numbers are compared as such. Dates are as ISO 8601 writes them, and compared as far as
        the value says: 1990-05-17 is equal to 1990-05 and 1990. Other texts are equal, contain
        each other, or not, in whatever case and normal form of Unicode, and are neither before nor
        after one another.
        """
        if cell is None:
            return False
        cell, value = cell.strip(), self.value
        if self.sign == "~":
            plain = value.casefold() in cell.casefold()
            return plain or _folded(value) in _folded(cell)
        order = _order(cell, value)
        if order is None:
            is_equal = _folded(cell) == _folded(value)
            return is_equal if self.sign == "=" else self.sign == "!=" and not is_equal
        return _ORDERS[self.sign](order)

    def compares(self, cell: str | None) -> bool:
        """Whether a cell can be compared as the sign asks; any text can be equal to another."""
        is_order = self.sign in (">", "<", ">=", "<=")
        return not is_order or (cell is not None and _order(cell.strip(), self.value) is not None)

    def __str__(self) -> str:
        return f"{self.column} {'contains' if self.sign == '~' else self.sign} {self.value}"


def read_condition(text: str) -> Condition:
    """The condition in a text such as ``place=Lisbon``, ``year>=1990`` or ``text~parrot``.

    Raises:
        OptionError: it has another form; or a value that has no order is to be before or after.
    """
    found = _FORM.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        raise OptionError(
            f"{text[:80]!r} is no condition: give column=value, or !=, >, <, >=, <= for numbers and"
            " dates, or ~ for a text that the column contains"
        )
    column, sign, value = (each.strip() for each in found.groups())
    condition = Condition(column, sign, value)
    if condition.sign in (">", "<", ">=", "<=") and _number(value) is None and not _is_date(value):
        raise OptionError(
            f"{text[:80]!r}: {value[:40]!r} is neither a number nor a date such as 1990-05-17, so"
            " nothing is before or after it"
        )
    return condition


def _order(cell: str, value: str) -> int | None:
    """Order of a cell and a value as numbers, else as dates; None if they are neither."""
    number, limit = _number(cell), _number(value)
    if number is not None and limit is not None:
        return (number > limit) - (number < limit)
    if _is_date(cell) and _is_date(value):
        begin, end = (text.replace(" ", "T")[: len(value)] for text in (cell, value))
        return (begin > end) - (begin < end)
    return None


def _folded(text: str) -> str:
    """A text without case; composed (NFC), as names of files on macOS are not."""
    return normalize("NFC", normalize("NFC", text).casefold())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None
