"""Formulas among the cells of a text table, replaced by the addresses that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas_tables.formulas import UntoldAddress, address_of
from tagatlas_tables.wording import count, row_list

if TYPE_CHECKING:
    from collections.abc import Sequence


def work_out(frame: pl.DataFrame, first_row: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The table with addresses for the formulas that make them of other cells.

    Args:
        frame: all columns String, in the order that they have in the file.
        first_row: the number of its first row in the file.

    Returns:
        The table, and a note about formulas whose address cannot be told; these stay.
    """

    def cell(row: int, column: int) -> str | None:
        if not (0 <= row + 1 - first_row < frame.height and 0 <= column < frame.width):
            return None
        text: str = frame.item(row + 1 - first_row, column)
        return None if text.startswith("=") else text

    untold: set[int] = set()
    for number in range(frame.width):
        column = frame.to_series(number)
        rows = column.str.starts_with("=").arg_true().to_list()
        found: dict[int, str] = {}
        for row in rows:
            try:
                address = address_of(column[row], cell)
            except UntoldAddress:
                untold.add(first_row + row)
                continue
            if address is not None:
                found[row] = address
        if found:
            frame = frame.with_columns(column.scatter([*found], [*found.values()]))
    return frame, untold_note(sorted(untold))


def untold_note(rows: Sequence[int]) -> tuple[str, ...]:
    """The note about formulas whose address cannot be told."""
    if not rows:
        return ()
    note = f"{count(len(rows), 'row')} with a formula whose address cannot be told"
    return (f"{note} ({row_list(rows)}): save the table with values instead of formulas",)
