"""A table as every reader returns it."""

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
    """The cells of a file.

    Attributes:
        frame: all columns String, no nulls; names are unique and not empty.
        kind: what sort of file it was, such as ``"CSV"``.
        first_row: the number of the frame's first row in the file, counted as a spreadsheet does:
            2 under a header, 1 where there is none.
        notes: what a user should know of how the file was read: guesses made, rows left out.
        contents: what it holds, in a line, of a file whose pictures the reader knows: they are
            then in the first column, ``image_urls``. Empty for any other.
        pictures: the columns that have locations of pictures that are in the file itself.
        within: the path from the top of a JSON file to its records, such as ``photos.photo``.
    """

    frame: pl.DataFrame
    kind: str
    first_row: int = 1
    notes: tuple[str, ...] = ()
    contents: str = ""
    within: str = ""
    pictures: tuple[str, ...] = ()

    def column(self, name: str) -> pl.Series:
        """One column, under no name: Polars takes names such as ``^a.*$`` for patterns."""
        return self.frame.get_column(name).alias("")

    def meant(self, name: str) -> str:
        """The column that a user means: its name, or the path to it from the top of the file.

        ``results[].image.url`` may stand for the column ``image.url`` of the records in
        ``results``. Of several names with commas between them, each is looked up. A name that
        means no column comes back as it is.
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
    """Column names without outer white space, none empty and none twice, in the same order.

    The third column without a name becomes ``column 3``; the second ``id`` becomes ``id (2)``.

    Args:
        names: as they stand in the header.
        taken: names that none of the results may have.

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
