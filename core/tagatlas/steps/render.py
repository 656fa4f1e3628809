"""Step five: from a map to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tagatlas.atlas import Atlas
from tagatlas.contracts import Map, Progress, Renderer, ShowProgress, no_progress, no_show
from tagatlas.contracts.annotation import ClusterMerge, ClusterMove
from tagatlas.errors import StorageError, UsageError
from tagatlas.plugins import RENDERERS, PluginChoice
from tagatlas.selection import Selection
from tagatlas.steps.hiding import remove_shown
from tagatlas.steps.load import load_map
from tagatlas.steps.opened import AtlasLike, folder_of, opened, select, several
from tagatlas.steps.options import RenderOptions
from tagatlas.steps.written import WrittenFiles
from tagatlas.wording import count
from tagatlas_rendering import signed_addresses
from tagatlas_rendering.stores import WatchedStore

_SHOWN_FIRST = (".html", ".png")


@dataclass(frozen=True)
class RenderReport:
    """Result of rendering.

    Attributes:
        map_name: of the map that was drawn.
        files: the files written, in order.
        firsts: of the files of each renderer, the one to open first; those of built-in renderers
            before the others'.
        folder: of the files.
        images: number of images on the map.
        absent: number of these whose files are missing, so that their places are blank.
        faults: errors of renderers, a line each.
        notes: further remarks for the user, a line each.
        signed: number of addresses in the files whose query has a signature or a key.
    """

    map_name: str
    files: Sequence[Path]
    firsts: Sequence[Path]
    folder: Path
    images: int
    absent: int
    faults: Sequence[str] = ()
    notes: Sequence[str] = ()
    signed: int = 0

    @property
    def publishing(self) -> str:
        """A line for those who publish the files, if addresses in them hold keys; else empty."""
        return publishing_note(self.signed)

    @property
    def shown(self) -> Path:
        """The file to open first: a page if there is one, else a picture, else any.

        A page of a plugin counts only if no built-in renderer wrote one.
        """
        order = {suffix: place for place, suffix in enumerate(_SHOWN_FIRST)}
        return min(self.firsts, key=lambda path: order.get(path.suffix, len(order)))


def render(
    atlas: AtlasLike,
    *,
    name: str | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> RenderReport:
    """Write a map's files into the atlas: those of all default renderers.

    Args:
        atlas: open for writing, or the folder of one.
        name: of the map; by default the newest.
        show: see :func:`tagatlas.run`.
        options: of the step and of renderers, by name, such as ``without_queries=True``,
            ``width=8000`` or ``poster_legend=False``.

    Raises:
        OptionError: an option does not exist.
        UsageError: the map does not exist.
        StorageError: a file could not be written.
    """
    with opened(atlas) as its_atlas:
        selection = select(its_atlas, options, "render")
        shorter = selection.options("render", RenderOptions).without_queries
        renderers = choose_renderers(its_atlas, selection)
        with selection.remembered():
            loaded = load_map(its_atlas, name, without_queries=shorter)
            notes = remove_shown(its_atlas)
            folder = its_atlas.map_folder(loaded.name)
            with show("rendering") as progress:
                return write_map(loaded, renderers, folder, notes=notes, progress=progress)


def export(
    atlas: AtlasLike,
    formats: str | Sequence[str],
    out: str | Path,
    *,
    name: str | None = None,
    show: ShowProgress = no_show,
    **options: object,
) -> RenderReport:
    """Write some formats of a map to any folder.

    Args:
        atlas: open, or the folder of one.
        formats: names of renderers, or one.
        out: the folder; created if it is missing.
        name: of the map; by default the newest.
        show: see :func:`tagatlas.run`.
        options: see :func:`render`; none is remembered.

    Raises:
        UnknownPlugin, MissingDependency: a renderer does not exist, or lacks a package.
        OptionError, UsageError, StorageError: see :func:`render`.
    """
    folder = folder_of(out)
    with opened(atlas, write=False) as its_atlas:
        selection = select(its_atlas, options, "render")
        shorter = selection.options("render", RenderOptions).without_queries
        renderers = choose_renderers(its_atlas, selection, several(formats))
        selection.check()
        loaded = load_map(its_atlas, name, without_queries=shorter)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make {folder}: {error.strerror}") from error
        with show("rendering") as progress:
            return write_map(loaded, renderers, folder, progress=progress)


def publishing_note(signed: int) -> str:
    """A line for those who publish a map's files; empty if no address holds a key.

    Args:
        signed: number of addresses that do.
    """
    if not signed:
        return ""
    carries = "carries" if signed == 1 else "carry"
    return (
        f"{count(signed, 'address')} {carries} a signature or a token: before you publish "
        "the files, write them with --without-queries"
    )


def choose_renderers(
    atlas: Atlas, selection: Selection, names: Sequence[str] = ()
) -> list[PluginChoice[Renderer]]:
    """The named renderers, or all default ones; in their order."""
    known = atlas.plugins.of_kind(RENDERERS)
    wanted = names or [name for name, entry in known.items() if entry.spec.default]
    chosen = [selection.plugin(RENDERERS, name) for name in wanted]
    return sorted(chosen, key=lambda renderer: known[renderer.name].spec.last)


def write_map(
    map_: Map,
    renderers: Sequence[PluginChoice[Renderer]],
    folder: Path,
    *,
    notes: Sequence[str] = (),
    progress: Progress = no_progress,
) -> RenderReport:
    """Write a map's files, and count the missing pictures.

    If a renderer fails, the others still write their files. It fails as well if it replaces a
    file that another has written, or writes outside the folder; the other then writes again.

    Args:
        map_: to draw.
        renderers: to call, in this order: a page may show the files written before it.
        folder: to write into; it exists.
        notes: of the report, before those of renderers.
        progress: called with the renderers done.

    Raises:
        UsageError: no renderer was given.
        StorageError: a file could not be written.
        PluginError: none of them wrote anything.
    """
    store = WatchedStore(map_.store)
    written = _write(replace(map_, store=store), renderers, folder, progress)
    if written.faults and not written.files:
        raise written.faults[0]
    return RenderReport(
        map_.name,
        written.files,
        written.firsts,
        folder,
        map_.images.height,
        len(store.absent - map_.hidden),
        [str(fault) for fault in written.faults],
        notes=[*notes, *written.notes, *_behind(map_)],
        signed=signed_addresses(map_.records),
    )


def _behind(map_: Map) -> list[str]:
    """A note if clusters were changed in the viewer since the map was made."""
    since = map_.provenance.changed or 0
    changed = [
        each for each in map_.annotations if isinstance(each.content, ClusterMove | ClusterMerge)
    ]
    waiting = sum(each.revision > since for each in changed)
    said = f"the map does not follow {count(waiting, 'change')} of clusters yet: run tagatlas map"
    return [said] if waiting else []


def render_map(
    map_: Map,
    renderers: Sequence[PluginChoice[Renderer]],
    folder: Path,
    *,
    progress: Progress = no_progress,
) -> list[Path]:
    """Write a map's files; no renderer may fail.

    Args:
        map_: to draw.
        renderers: to call, in this order: a page may show the files written before it.
        folder: to write into; it exists.
        progress: called with the renderers done.

    Returns:
        The files written, in order.

    Raises:
        UsageError: no renderer was given.
        StorageError: a file could not be written.
        PluginError: one of the renderers failed; the others have written their files.
    """
    written = _write(map_, renderers, folder, progress)
    if written.faults:
        raise written.faults[0]
    return written.files


def _write(
    map_: Map, renderers: Sequence[PluginChoice[Renderer]], folder: Path, progress: Progress
) -> WrittenFiles:
    if not renderers:
        raise UsageError("nothing to render: name a renderer, tagatlas plugins lists them")
    written = WrittenFiles(map_, folder)
    for done, renderer in enumerate(renderers):
        progress(done, len(renderers))
        written.write(renderer)
    progress(len(renderers), len(renderers))
    return written
