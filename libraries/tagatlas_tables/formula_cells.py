"""Replaces formulas in the cells of a text table by their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas_tables.formulas import UnresolvedAddress, address_of
from tagatlas_tables.wording import count, row_list

if TYPE_CHECKING:
    from collections.abc import Sequence


def resolve_formulas(frame: pl.DataFrame, first_row: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The table with its formulas replaced by their addresses.

    Args:
        frame: all columns String, in the order of the file.
        first_row: number of its first row in the file.

    Returns:
        The table, and a note on formulas whose address cannot be resolved, which are unchanged.
    """

    def cell(row: int, column: int) -> str | None:
        if not (0 <= row + 1 - first_row < frame.height and 0 <= column < frame.width):
            return None
        text: str = frame.item(row + 1 - first_row, column)
        return None if text.startswith("=") else text

    unresolved: set[int] = set()
    for number in range(frame.width):
        column = frame.to_series(number)
        rows = column.str.starts_with("=").arg_true().to_list()
        found: dict[int, str] = {}
        for row in rows:
            try:
                address = address_of(column[row], cell)
            except UnresolvedAddress:
                unresolved.add(first_row + row)
                continue
            if address is not None:
                found[row] = address
        if found:
            frame = frame.with_columns(column.scatter([*found], [*found.values()]))
    return frame, unresolved_note(sorted(unresolved))


def unresolved_note(rows: Sequence[int]) -> tuple[str, ...]:
    """A note on formulas whose address cannot be resolved."""
    if not rows:
        return ()
    note = f"{count(len(rows), 'row')} with a formula whose address cannot be resolved"
    return (f"{note} ({row_list(rows)}): save the table with values instead of formulas",)
