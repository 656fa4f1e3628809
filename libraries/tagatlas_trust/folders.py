"""The folders of files that an atlas reads."""

from __future__ import annotations

import polars as pl

from tagatlas_trust.marks import outermost


def folders_of(locations: pl.Series) -> list[str]:
    """The outermost folders of files; of those in an archive the archive.

    Args:
        locations: paths, String; ``ARCHIVE!/NAME`` for a file in an archive.
    """
    leads_up = locations.str.contains(r"(^|[/\\])\.\.([/\\]|$)")
    is_inside = locations.str.contains("!/", literal=True) & ~leads_up
    archives = locations.filter(is_inside).str.replace(r"!/.*$", "")
    folders = locations.filter(~is_inside).str.replace(r"[/\\][^/\\]*$", "")
    return outermost([*archives.unique(), *folders.unique()])
