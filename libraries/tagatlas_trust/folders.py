"""The folders of files that an atlas reads."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import polars as pl

from tagatlas_trust.marks import outermost

_AT_ONCE = 1 << 17


def folders_of(locations: Iterable[str]) -> list[str]:
    """The outermost folders of files; of those in an archive the archive.

    Args:
        locations: paths; ``ARCHIVE!/NAME`` for a file in an archive. They are never all in memory.
    """
    rest = iter(locations)
    found: list[str] = []
    while some := list(islice(rest, _AT_ONCE)):
        found = outermost([*found, *_folders(pl.Series(some, dtype=pl.String))])
    return found


def _folders(locations: pl.Series) -> list[str]:
    leads_up = locations.str.contains(r"(^|[/\\])\.\.([/\\]|$)")
    is_inside = locations.str.contains("!/", literal=True) & ~leads_up
    archives = locations.filter(is_inside).str.replace(r"!/.*$", "")
    folders = locations.filter(~is_inside).str.replace(r"[/\\][^/\\]*$", "")
    return [*archives.unique(), *folders.unique()]
