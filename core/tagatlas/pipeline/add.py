"""Step one: a source's records into the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tagatlas.atlas import Atlas
from tagatlas.contracts import Source
from tagatlas.errors import InputError, UsageError
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
    """

    recognised: str
    notes: tuple[str, ...]
    records: int
    new_addresses: int
    unchanged: bool


def source_for(location: str, plugins: Plugins) -> str:
    """The name of the one source plugin that accepts a location.

    Raises:
        InputError: none does.
        UsageError: several do; the text says how to choose.
    """
    fitting = [
        name for name, entry in plugins.of_kind(SOURCES).items() if entry.spec.accepts(location)
    ]
    if not fitting:
        raise InputError(f"there is nothing to read at {location}: check the path")
    if len(fitting) > 1:
        raise UsageError(f"{location} could be read by {', '.join(fitting)}: say --source NAME")
    return fitting[0]


def add_source(atlas: Atlas, location: str, source: Chosen[Source]) -> AddReport:
    """Read a source and keep its records; a source added before is replaced.

    Args:
        atlas: open for writing.
        location: what to read; a path names the same source from any working directory.
        source: the plugin that reads it.

    Raises:
        InputError: it holds no usable record; the atlas is unchanged.
    """
    records = source.make().read(location)
    path = Path(location)
    identity = path.resolve().as_posix() if path.exists() else location
    added = atlas.catalog.records.add(identity, source.name, records)
    return AddReport(
        recognised=records.recognised,
        notes=records.notes,
        records=added.records,
        new_addresses=added.new_addresses,
        unchanged=added.unchanged,
    )
