"""Step one: a source's records into the catalog."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tagatlas.atlas import Atlas
from tagatlas.contracts import Source
from tagatlas.errors import InputError, UsageError
from tagatlas.masking import masked
from tagatlas.pipeline.earlier import find_earlier
from tagatlas.pipeline.remove import find_source
from tagatlas.plugins import SOURCES, Chosen, Plugins


@dataclass(frozen=True)
class AddReport:
    """What adding a source did.

    Attributes:
        recognised: what the input was taken for, one line.
        notes: what else a user should know of it before anything is fetched, a line each.
        records: number of its records.
        new_addresses: distinct addresses that the atlas had not seen before.
        unchanged: whether the very same records were there already.
        replaced: how many records of the same source these took the place of.
        moved_from: where the source was before; None if it has not moved.
    """

    recognised: str
    notes: tuple[str, ...]
    records: int
    new_addresses: int
    unchanged: bool
    replaced: int = 0
    moved_from: str | None = None


def source_for(location: str, plugins: Plugins, known: Collection[str] = ()) -> str:
    """The name of the one source plugin that accepts a location.

    Args:
        location: what to read.
        plugins: the installed ones.
        known: locations of the sources that the atlas has.

    Raises:
        InputError: none does.
        UsageError: several do; the text says how to choose.
    """
    fitting = [
        name for name, entry in plugins.of_kind(SOURCES).items() if entry.spec.accepts(location)
    ]
    if not fitting and Path(location).resolve().as_posix() in known:
        raise InputError(
            f"{location} is gone, and the atlas still has what was read there: add it from where "
            "it is now, go on with tagatlas map, or take it out with tagatlas remove --source"
        )
    if not fitting and location.startswith(("http://", "https://")):
        raise InputError(
            f"{masked(location)} is no IIIF address: write addresses of pictures into a text file, "
            "one a line, and download tables"
        )
    if not fitting:
        raise InputError(f"there is nothing to read at {location}: check the path")
    if len(fitting) > 1:
        raise UsageError(f"{location} could be read by {', '.join(fitting)}: say --source NAME")
    return fitting[0]


def identity_of(location: str) -> str:
    """What names a source in the catalog: of a path that is there, the whole path."""
    path = Path(location)
    return path.resolve().as_posix() if path.exists() else location


def chosen_for(atlas: Atlas, location: str, replaces: str | None) -> str | None:
    """The source whose options a new source takes over; None if there is none.

    It is the one that it replaces, or one of the same name that is no longer where it was.

    Args:
        atlas: open.
        location: of the new source.
        replaces: as in :func:`add_source`.
    """
    known = dict(atlas.catalog.removals.sources())
    if replaces is not None:
        return known[find_source(atlas, replaces)]
    if identity_of(location) in known.values():
        return None
    name = Path(location).name
    gone = (each for each in known.values() if Path(each).is_absolute() and Path(each).name == name)
    return next((each for each in gone if not Path(each).exists()), None)


def add_source(
    atlas: Atlas, location: str, source: Chosen[Source], *, replaces: str | None = None
) -> AddReport:
    """Read a source and keep its records; a source added before is replaced.

    A source that was renamed or moved is the one it was: its records are kept, and nothing of it
    is fetched again. One that is like another is added beside it, and a note says so.

    Args:
        atlas: open for writing.
        location: what to read; a path names the same source from any working directory.
        source: the plugin that reads it.
        replaces: another source of the atlas, whose records go; see
            :func:`tagatlas.pipeline.remove.find_source`.

    Raises:
        InputError: it holds no usable record; the atlas is unchanged.
        UsageError: there is no source of the name ``replaces``.
    """
    table = atlas.catalog.records
    replaced = None if replaces is None else find_source(atlas, replaces)
    records = source.make().read(location)
    identity = identity_of(location)
    places = {each.number: each.location for each in table.known()}
    is_new = identity not in places.values()
    earlier = find_earlier(atlas, identity, records) if is_new and replaced is None else None
    if earlier is not None and earlier.moved:
        table.move(earlier.source.number, identity, records)
    added = table.add(identity, source.name, records, replaced=replaced)
    notes = [*records.notes, *([] if earlier is None else [earlier.note])]
    if replaced is not None and places[replaced] != identity:
        notes.append(f"it takes the place of {masked(places[replaced])}, whose records are gone")
    kept = next(each.records for each in table.sources() if each.location == identity)
    if kept < added.records:
        notes.append(
            f"{added.records - kept:,} of these records were removed from the atlas, and stay away "
            "as long as the source is unchanged"
        )
    return AddReport(
        recognised=records.recognised,
        notes=tuple(notes),
        records=added.records,
        new_addresses=added.new_addresses,
        unchanged=added.unchanged,
        replaced=added.replaced,
        moved_from=earlier.source.location if earlier is not None and earlier.moved else None,
    )
