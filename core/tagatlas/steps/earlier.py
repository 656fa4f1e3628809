"""Recognises a new source as an earlier one that was moved, or as a new version of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog import KnownSource
from tagatlas.catalog.records import content_digest
from tagatlas.contracts import Records
from tagatlas.masking import masked
from tagatlas_tables.located import digest_of, size_of

ALIKE = 0.5
"""Least share of an earlier source's records in a new version of it."""


@dataclass(frozen=True)
class Earlier:
    """An earlier source that resembles a new one.

    Attributes:
        source: the earlier one.
        moved: whether the new one is the same source, moved.
        share: of its records that the new one has as well, in [0, 1].
    """

    source: KnownSource
    moved: bool
    share: float

    @property
    def note(self) -> str:
        """A note for the user."""
        where, number = masked(self.source.location), self.source.number
        if self.moved:
            return f"this is {where}, which has moved: nothing of it is fetched or counted twice"
        if self.share == 1.0:
            return (
                f"it has all records of {where} (source {number}), which count twice now; if it "
                f"takes the place of that, add it with --replace {number}"
            )
        return (
            f"looks like a new version of {where} (source {number}, {int(100 * self.share)}% of "
            f"its records): if it is, add it with --replace {number}; now both count"
        )


def find_earlier(atlas: Atlas, location: str, records: Records) -> Earlier | None:
    """The earlier source that a new one resembles most; None if it resembles none.

    A source has moved if its records and the bytes of its files are the same, and nothing is left
    at the old location.

    Args:
        atlas: with the earlier sources.
        location: of the new source, which the atlas does not have.
        records: read from the new source.
    """
    content = content_digest(records, location)
    found = []
    for source in atlas.catalog.records.known():
        its_records = atlas.catalog.records.of_source(source.number)
        share = _share(its_records, source.location, records, location)
        is_same = source.content == content and is_gone(atlas, source.location)
        moved = is_same and (not records.local or _same_files(its_records, source, location))
        if moved or share >= ALIKE:
            found.append(Earlier(source, moved, share))
    return max(found, key=lambda each: (each.moved, each.share), default=None)


def is_gone(atlas: Atlas, location: str) -> bool:
    """Whether a source that the user added, or accepted, is a path of which nothing exists.

    Paths that somebody else put into the catalog are not looked at.
    """
    is_path = Path(location).is_absolute() and not any(atlas.settings.trust.unknown([location]))
    return is_path and not Path(location).exists()


def _share(earlier: pl.DataFrame, old: str, records: Records, new: str) -> float:
    """The share of earlier records among the new ones, by URL or by file below a root."""
    earlier = earlier.filter(local=records.local)
    if earlier.is_empty():
        return 0.0
    places = earlier["location"]
    if not records.local:
        there = places.is_in(records.table["location"].implode())
        return int(there.sum()) / earlier.height
    ours = pl.Series(records.table["location"].str.strip_prefix(new))
    alike = earlier.filter(places.str.strip_prefix(old).is_in(ours.implode()))
    same = sum(
        size is None or size_of(_moved(location, old, new)) == size
        for location, size in alike.select("location", "bytes").iter_rows()
    )
    return int(same) / earlier.height


def _same_files(earlier: pl.DataFrame, source: KnownSource, new: str) -> bool:
    """Whether the files at the new location have the bytes of those fetched."""
    fetched = earlier.drop_nulls("image").select("location", "image", "bytes")
    files = [
        (_moved(location, source.location, new), image, size)
        for location, image, size in fetched.iter_rows()
    ]
    if not all(size_of(path) == size for path, _, size in files):
        return False
    return all(digest_of(path, size) == image for path, image, size in files)


def _moved(location: str, old: str, new: str) -> str | None:
    """Where a file of the old source is in the new one; nowhere for one that leads out of it."""
    below = location.removeprefix(old)
    leads_out = ".." in below.replace("\\", "/").split("/") or "\0" in below
    return None if leads_out or below == location else new + below
