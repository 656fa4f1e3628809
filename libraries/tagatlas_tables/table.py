"""The table that every reader returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import polars as pl

LIST_SEPARATOR = "; "  # as TCAT joins several values
_MOST_COLUMNS = 10_000


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a file, with notes.

    Attributes:
        frame: all columns String, no nulls; names are unique and not empty.
        kind: format of the file, such as ``"CSV"``.
        first_row: number of the frame's first row in the file, counted as in spreadsheets: 2 below
            a header, 1 without one.
        notes: for the user, on how the file was read: guesses, rows left out.
        contents: one line on the contents of a file whose pictures the reader found: they are then
            in the first column, ``image_urls``. Empty for other files.
        pictures: the columns with locations of pictures inside the file.
        within: path from the top of a JSON file to its records, such as ``photos.photo``.
    """

    frame: pl.DataFrame
    kind: str
    first_row: int = 1
    notes: tuple[str, ...] = ()
    contents: str = ""
    within: str = ""
    pictures: tuple[str, ...] = ()

    def column(self, name: str) -> pl.Series:
        """One column, without its name: Polars reads names such as ``^a.*$`` as patterns."""
        return self.frame.get_column(name).alias("")

    def meant(self, name: str) -> str:
        """The column that a user means by its name or its path from the top of the file.

        ``results[].image.url`` may mean the column ``image.url`` of the records in ``results``. Of
        several names separated by commas, each is looked up. A name that matches no column is
        returned unchanged.
        """
        if name in self.frame.columns:
            return name
        return ",".join(self._meant(piece.strip()) for piece in name.split(","))

    def _meant(self, name: str) -> str:
        plain = name.replace("[]", "")
        for candidate in (name, plain, plain.removeprefix(f"{self.within}.")):
            if candidate in self.frame.columns:
                return candidate
        return name


def unique_names(names: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Strip column names and make them non-empty and unique, in the same order.

    The third column without a name becomes ``column 3``; the second ``id`` becomes ``id (2)``.

    Args:
        names: as in the header.
        taken: names that the results must not have.

    Raises:
        InputError: there are more than 10,000.
    """
    unique: dict[str, None] = {}
    for number, name in enumerate(names, start=1):
        if number > _MOST_COLUMNS:
            raise InputError(f"more than {_MOST_COLUMNS:,} columns: keep those that are needed")
        base = name.strip() or f"column {number}"
        candidate, copy = base, 1
        while candidate in unique or candidate in taken:
            copy += 1
            candidate = f"{base} ({copy})"
        unique[candidate] = None
    return list(unique)
