"""Wording of names and numbers in one-line messages."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tagatlas.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["count", "row_list", "shown", "shown_columns", "suggestion"]

_LONGEST_NAME = 60
_MOST_NAMES = 20


def shown(text: str) -> str:
    """``text`` in quotes, shortened if long, with control characters escaped."""
    return repr(text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…")


def shown_columns(names: Sequence[str]) -> str:
    """The first 20 names, and the number of the others."""
    listed = ", ".join(shown(name) for name in names[:_MOST_NAMES])
    further = len(names) - _MOST_NAMES
    return f"{listed} and {further:,} more" if further > 0 else listed


def suggestion(wrong: str, names: Sequence[str]) -> str:
    """A question in brackets with the most similar of ``names``, or empty."""
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(wrong.lower(), by_lower, n=1)
    return f" (did you mean {shown(by_lower[close[0]])}?)" if close else ""


def row_list(rows: Sequence[int]) -> str:
    """``row 5``, ``rows 5, 8, 9, …``: the first three."""
    listed = ", ".join(f"{row:,}" for row in rows[:3]) + (", …" if len(rows) > 3 else "")
    return f"row {listed}" if len(rows) == 1 else f"rows {listed}"
