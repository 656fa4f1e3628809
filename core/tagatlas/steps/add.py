"""Step one: a source's records into the catalog."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tagatlas.atlas import Atlas
from tagatlas.contracts import ShowProgress, Source, SourceSpec, no_show
from tagatlas.errors import InputError, UsageError
from tagatlas.masking import as_shown, masked
from tagatlas.plugins import SOURCES, PluginChoice, Plugins, Registered
from tagatlas.selection import Selection
from tagatlas.steps.earlier import find_earlier, is_gone
from tagatlas.steps.opened import AtlasLike, opened, select
from tagatlas.steps.options import AddOptions
from tagatlas.steps.paging import read_source
from tagatlas.steps.remove import find_source
from tagatlas.steps.trust import accept_records, require_place
from tagatlas.wording import in_one_line


@dataclass(frozen=True)
class AddReport:
    """Result of adding a source.

    Attributes:
        location: of the source, as shown.
        plugin: the source plugin that read it.
        recognised: the recognised kind of input, one line.
        notes: further remarks for the user before fetching, a line each.
        records: number of its records.
        new_addresses: distinct addresses that the atlas had not seen before.
        unchanged: whether the very same records were there already.
        replaced: number of earlier records of the source that these replaced.
        moved_from: the source's earlier location; None if it has not moved.
    """

    location: str
    plugin: str
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
        location: of the source.
        plugins: the installed ones.
        known: locations of the sources that the atlas has.

    Raises:
        InputError: none does.
        UsageError: several do; the message says how to choose.
    """
    fitting = [
        name
        for name, entry in plugins.of_kind(SOURCES).items()
        if _accepts(entry, location, plugins)
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


def add(
    atlas: AtlasLike,
    location: str | Path,
    *,
    replace: str | int | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> AddReport:
    """Read a source's records into an atlas, which is created if it is missing.

    Args:
        atlas: open for writing, or the folder of one.
        location: of a table of image URLs, a folder of images, a ZIP archive, a IIIF manifest, or
            anything else that a source plugin accepts.
        replace: a source of the atlas to be replaced by this one: its number or its location.
        show: see :func:`tagatlas.run`.
        options: of the step ``add`` and of source plugins, by name, such as ``url_column="link"``.

    Raises:
        InputError: it holds no usable record; the atlas is unchanged.
        OptionError, UnknownPlugin: an option or a plugin does not exist.
        NotTrusted: the atlas is not trusted and the source asks the network, or it asks for
            something that the user has not accepted.
        AtlasError, StorageError: see :func:`tagatlas.open_atlas`.
    """
    with opened(atlas, create=True) as its_atlas:
        selection = select(its_atlas, options, "add")
        require_place(its_atlas, str(location))
        chosen = choose_source(its_atlas, selection, str(location), replace)
        with selection.remembered():
            return add_source(its_atlas, str(location), chosen, replaces=replace, show=show)


def choose_source(
    atlas: Atlas, selection: Selection, location: str, replaces: str | int | None = None
) -> PluginChoice[Source]:
    """The source plugin that was named, or the one that accepts the location.

    Its options are those of this source, or of the one that it replaces.

    Raises:
        InputError, UsageError: see :func:`source_for`.
        MissingDependency: it needs a package that is not installed.
    """
    selection.for_source(identity_of(location), chosen_for(atlas, location, replaces))
    named = selection.options("add", AddOptions).source
    known = [each.location for each in atlas.catalog.records.sources()]
    return selection.plugin(SOURCES, named or source_for(location, atlas.plugins, known))


def _accepts(entry: Registered[SourceSpec], location: str, plugins: Plugins) -> bool:
    """Whether a source plugin reads a location; False if it fails to answer."""
    try:
        return bool(entry.spec.accepts(location))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a stranger's function may raise anything
        plugins.warn(
            f"source {entry.spec.name} of {entry.plugin} was not asked: {in_one_line(error)}"
        )
        return False


def identity_of(location: str) -> str:
    """The source's name in the catalog: its location, or the absolute path if it exists."""
    path = Path(location)
    return path.resolve().as_posix() if path.exists() else location


def chosen_for(atlas: Atlas, location: str, replaces: str | int | None) -> str | None:
    """The source whose options a new source takes over; None if it takes over none.

    It is the one that it replaces, or one of the same name that no longer exists at its location.

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
    alike = (each for each in known.values() if Path(each).name == name)
    return next((each for each in alike if is_gone(atlas, each)), None)


def add_source(
    atlas: Atlas,
    location: str,
    source: PluginChoice[Source],
    *,
    replaces: str | int | None = None,
    show: ShowProgress = no_show,
) -> AddReport:
    """Read a source and keep its records; a source added before is replaced.

    A source that was renamed or moved is recognised: its records are kept, and nothing of it is
    fetched again. One that is similar to another is added beside it, and a note says so.

    Args:
        atlas: open for writing.
        location: of the source; a path names the same source from any working directory.
        source: the plugin that reads it.
        replaces: another source of the atlas, whose records are removed; see
            :func:`tagatlas.steps.remove.find_source`.
        show: see :func:`tagatlas.run`.

    Raises:
        InputError: it holds no usable record; the atlas is unchanged.
        UsageError: the source ``replaces`` does not exist.
    """
    table = atlas.catalog.records
    replaced = None if replaces is None else find_source(atlas, replaces)
    identity = identity_of(location)
    records = read_source(atlas, source, location, identity, show)
    places = {each.number: each.location for each in table.known()}
    is_new = identity not in places.values()
    earlier = find_earlier(atlas, identity, records) if is_new and replaced is None else None
    if earlier is not None and earlier.moved:
        table.move(earlier.source.number, identity, records)
    accept_records(atlas, identity, records)
    added = table.add(identity, source.name, records, replaced=replaced)
    atlas.catalog.pages.drop(identity)
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
        location=as_shown(location),
        plugin=source.name,
        recognised=as_shown(records.recognised),
        notes=tuple(map(as_shown, notes)),
        records=added.records,
        new_addresses=added.new_addresses,
        unchanged=added.unchanged,
        replaced=added.replaced,
        moved_from=(
            as_shown(earlier.source.location) if earlier is not None and earlier.moved else None
        ),
    )
