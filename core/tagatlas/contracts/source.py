"""Contract of a source: it reads an input into records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Records:
    """What a source read.

    Attributes:
        table: one row a record, in the input's order, with the columns

            - ``location`` (String): an ``http(s)`` URL, or an absolute path where ``local``;
              never null or empty; the same location may come back in many rows;
            - ``frequency`` (Int64): how often the record was seen, at least 1;
            - any further columns, all String: the columns of the input worth keeping.
              Values are kept as they were written (identifiers stay text).
        recognised: one line that says what the input was taken for, such as
            ``"TCAT media frequency: 1,204 images, 5,310 occurrences in 31 intervals"``.
        local: whether locations are paths on this machine. Only of a folder that the user named,
            or of pictures below the folder that the named file lies in, reached through no link
            and no ``..``: a table from outside must not read other files. Of a file in an
            archive, the path is as :mod:`tagatlas_tables.archives` names it.
        notes: further lines that a user should read before anything is fetched: what was left
            out and why, what else could have been read, what looks wrong. Most important first.
    """

    table: pl.DataFrame
    recognised: str
    local: bool = False
    notes: tuple[str, ...] = ()


class Source(ABC):
    """Reads an input into records. Made by its spec's factory, used by one thread."""

    @abstractmethod
    def read(self, location: str) -> Records:
        """Read the input at ``location``.

        The same input gives the same records in the same order.

        Args:
            location: what the user typed: a path, a URL, anything the spec accepts.

        Raises:
            InputError: there is no usable record; the text says what was found instead
                (for a table: the columns).
        """
