"""Contract of a source: it reads an input into records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl


@dataclass(frozen=True, eq=False)
class Records:
    """Records that a source read.

    Attributes:
        table: one row a record, in the input's order, with the columns

            - ``location`` (String): an ``http(s)`` URL, or an absolute path where ``local``;
              never null or empty; the same location may come back in many rows;
            - ``frequency`` (Int64): how often the record was seen, at least 1;
            - any further columns, all String: the columns of the input worth keeping, values
              as written (identifiers stay text).
        recognised: one line that names the recognised input format, such as
            ``"TCAT media frequency: 1,204 images, 5,310 occurrences in 31 intervals"``.
        local: whether locations are paths on this machine. Only of a folder that the user named,
            or of pictures below the folder that the named file lies in, reached through no link
            and no ``..``: a table from outside must not read other files. Of a file in an
            archive, the path is as :mod:`tagatlas.toolkit.archives` names it.
        notes: further lines that a user should read before fetching: omissions with their
            reasons, other readings of the input, suspect values. Most important first.
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
            location: as the user typed it: a path, a URL, anything the spec accepts.

        Raises:
            InputError: there is no usable record; the message says what was found instead
                (for a table: the columns).
        """


@dataclass(frozen=True, eq=False)
class Page:
    """One page of a source's records.

    Attributes:
        records: ``table`` has the records of this page, maybe none; ``recognised`` and
            ``notes`` cover everything read so far, this page included; those of the last page
            are the source's.
        token: where the next page begins, in any form: a number, a cursor, JSON. Not secret.
        done: amount read so far, in any unit, this page included.
        total: the most there can be, in the same unit; 0 if unknown.
    """

    records: Records
    token: str
    done: int = 0
    total: int = 0


class PagedSource(Source):
    """A source that reads page by page, and can go on where it was interrupted.

    Each page is stored as soon as it is read. The same command then continues after the last
    stored page; with other options, with another version of the plugin, or after a week, it
    starts again. Once the last page is read, the next run reads all pages again, from the first:
    the input may have changed. All or nothing of a source is in the collection.
    """

    @abstractmethod
    def pages(self, location: str, after: str | None) -> Iterator[Page]:
        """Read the input at ``location``, a page at a time.

        The same token always gives the same following pages. A page should take seconds: that
        is what an interruption costs.

        Args:
            location: as in :meth:`read`.
            after: the token of the last stored page; None to begin. No page follows the last
                one's token.

        Raises:
            InputError: there is no usable record, or the next page is unavailable now; earlier
                pages stay stored.
        """

    def read(self, location: str) -> Records:
        """Read all pages; see :meth:`Source.read`."""
        import polars as pl

        pages = [page.records for page in self.pages(location, None)]
        if not pages or not any(page.table.height for page in pages):
            raise InputError(f"{location} has no record")
        table = pl.concat([page.table for page in pages], how="diagonal")
        last = pages[-1]
        return Records(table, last.recognised, last.local, last.notes)
