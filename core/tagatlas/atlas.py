"""The atlas: a folder that holds one collection and everything computed on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from functools import partial
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tagatlas.catalog import OF_CATALOG, Catalog
from tagatlas.catalog.database import SCRATCH
from tagatlas.contracts import ImageStore
from tagatlas.errors import (
    AtlasDamaged,
    AtlasError,
    AtlasLocked,
    AtlasNotFound,
    NotTrusted,
    PluginFailed,
    StorageError,
    TagatlasError,
    UnknownPlugin,
    UsageError,
)
from tagatlas.faults import FAULT_LOG, FaultLog, ForgivingStore
from tagatlas.masking import masked
from tagatlas.paths import check_links, check_name, check_places
from tagatlas.plugins import CLUSTERERS, IMAGE_STORES, PluginChoice, Plugins, load_plugins
from tagatlas.selection import Selection
from tagatlas.settings import SettingsFile
from tagatlas.step_options import plugin_owners
from tagatlas.unread import unread_tables
from tagatlas.wording import count
from tagatlas_duplicates import Compare, CompareHere
from tagatlas_duplicates.thumbnails import thumbnail_in
from tagatlas_options.names import OptionNames
from tagatlas_rendering.file_names import check_portable
from tagatlas_rendering.files import remove_leftovers
from tagatlas_trust import ID_FILE, Asked, Trust, is_named, mark_of, new_id, read_id, write_id

if TYPE_CHECKING:
    import polars as pl

    from tagatlas_mapping.maps.duplicates import Level

CATALOG = "catalog.sqlite"
SETTINGS = "atlas.toml"
LOCK = ".lock"
DEFAULT_STORE = "files"
_FILES = (
    *(SETTINGS, LOCK, FAULT_LOG, ID_FILE, CATALOG),
    *(f"{CATALOG}-{each}" for each in ("wal", "shm", "journal")),
)
OF_IMAGES = ("images", "thumbnails", "originals", "packs")
"""Folders in which image stores keep their files."""
_FOLDERS = ("maps", *OF_IMAGES, "fetched", "imports", "comparisons", "shards", *OF_CATALOG)


@dataclass(frozen=True)
class Atlas:
    """An open atlas. Made by :func:`open_atlas`; used by one thread at a time.

    Attributes:
        folder: the atlas's folder.
        catalog: the database: records, fetches, images, answers, maps, annotations.
        settings: the options saved for this collection.
        store: the images' bytes.
        plugins: the plugins it was opened with.
        faults: unexpected errors that cost one item each.
        writes: whether it was opened for writing.
        refused_store: why the store that the settings name is not used, in one line; empty if it
            is.
        compare: looks at near duplicates; by default threads of this process do.
    """

    folder: Path
    catalog: Catalog
    settings: SettingsFile
    store: ImageStore
    plugins: Plugins
    faults: FaultLog
    writes: bool = True
    refused_store: str = ""
    compare: Compare | None = None

    def require_trust(self, doing: str) -> None:
        """Make sure that the user trusts the atlas, for work that needs more than the atlas.

        One of the user's own is not trusted if somebody else has added addresses to it.

        Args:
            doing: what needs it, after "and": ``fetching asks the network``.

        Raises:
            NotTrusted: not so; the text says what to do.
        """
        self.settings.require_trust(doing)
        self.require_store()
        others = self.settings.trust.unknown(self.catalog.addresses.locations(local=False))
        if (first := next(others, None)) is not None:
            number = 1 + sum(1 for _ in others)
            raise NotTrusted(
                f"{self.folder} has {count(number, 'address')} that you did not add here, "
                f"such as {masked(first)}, and {doing}: if somebody has changed the atlas, "
                f"tagatlas trust {self.folder} lists what it asks for and accepts it"
            )

    def require_store(self) -> None:
        """Make sure that the images are in the store that the settings name.

        Raises:
            NotTrusted: the user has not accepted that store.
        """
        if self.refused_store:
            raise NotTrusted(self.refused_store)

    def representatives(self, level: Level = "copy") -> pl.DataFrame:
        """The image that represents each of the collection's images; near duplicates share one.

        The representative of a group of near duplicates is the one whose record came first, so
        that images added later change no existing group. An image that cannot be compared
        represents itself.

        Args:
            level: the similarity needed to join images: ``copy``, of one picture, also cropped,
                framed or with other tones; ``same``, equal except for size and compression;
                ``hash``, by their perceptual hashes alone.

        Returns:
            Columns ``image`` and ``representative`` (String, ids), ordered by ``image``; the
            representative of a representative is itself.
        """
        compare = self.compare or CompareHere(partial(thumbnail_in, self.store))
        return self.catalog.addresses.representatives(compare, level)

    def map_names(self) -> list[str]:
        """Names of its maps, the most recent first."""
        return self.catalog.maps.names()

    def map_states(self) -> dict[str, str]:
        """A digest of each map by name; changes when the map is remade, not with annotations."""
        return self.catalog.maps.states()

    def map_folder(self, name: str) -> Path:
        """The folder of a map's files; made if missing.

        Raises:
            UsageError: the name is not valid as that of a folder.
            AtlasError: a link in it leads out of the atlas.
            StorageError: the folder cannot be made.
        """
        check_name(name, "a map")
        folder = self.folder / "maps" / name
        check_links(folder, self.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for place, _, _ in os.walk(folder) if self.writes else ():
                remove_leftovers(Path(place))
        except OSError as error:
            raise StorageError(f"cannot use {folder}: {error.strerror}") from error
        return folder


def check_map_name(atlas: Atlas, name: str) -> None:
    """Check that a map can be made under a name, which its folder has.

    Raises:
        UsageError: see :func:`tagatlas.paths.check_name`; or there is none, and no new folder
            can be called so on every system.
    """
    check_name(name, "a map")
    if name not in (names := atlas.map_names()):
        check_portable(name, "a map", names)


@contextmanager
def open_atlas(
    folder: str | Path,
    plugins: Plugins | None = None,
    *,
    create: bool = False,
    write: bool = True,
) -> Iterator[Atlas]:
    """Open an atlas for the length of a ``with`` block.

    Args:
        folder: the atlas's folder.
        plugins: the installed ones by default.
        create: make an atlas if missing; it is removed again if the block fails before a
            source was added or begun.
        write: take the atlas's lock, so that no second process changes it meanwhile. The lock
            is released when the process ends, in any way. Without it, an atlas is also open
            where nothing can be written, such as on a read-only medium.

    Raises:
        AtlasNotFound: there is no atlas there, and ``create`` is false.
        AtlasLocked: another process holds the lock.
        AtlasError: the path is not an atlas, or a part of it is a link that leads out of it.
        AtlasTooNew, AtlasDamaged, StorageError: see their descriptions.
    """
    folder = Path(folder)
    plugins = load_plugins() if plugins is None else plugins
    trust: Trust | None = None
    is_new = not (folder / CATALOG).exists()
    missing = [each for each in folder.parents if not each.exists()]
    if is_new:
        _make_folder(folder, create=create)
    check_places(folder, _FILES, _FOLDERS)
    lock = FileLock(folder / LOCK, timeout=0)
    is_blank = False
    faults = FaultLog(folder / FAULT_LOG)
    try:
        if write:
            _take(lock, folder)
            _remove_scratch(folder)
        is_made = (folder / CATALOG).exists()  # perhaps by another process, until now
        trust = _trust(folder) if is_made else _begin_trust(folder, plugins)
        settings = _read_settings(folder, plugins, trust)
        if unread := unread_tables(settings, plugins):
            plugins.warn(unread)
        with Catalog(folder / CATALOG, write=write) as catalog:
            try:
                refused = _refusal_of_store(settings, plugins)
                yield Atlas(
                    folder,
                    catalog,
                    settings,
                    # No name for it here: in a notebook an atlas is closed with its store.
                    ForgivingStore(
                        choose_store(settings, plugins, built_in=bool(refused)).make(folder), faults
                    ),
                    plugins,
                    faults,
                    writes=write,
                    refused_store=refused,
                )
                if notice := _notice(settings, plugins):
                    plugins.warn(notice)
            except BaseException as error:
                is_blank = is_new and not (catalog.records.sources() or catalog.pages.any())
                if (damage := _damage_behind(error, catalog)) is not None:
                    raise damage from error
                raise
    except Timeout as error:
        raise AtlasLocked(
            f"another process is working on {folder}: wait until it has finished"
        ) from error
    finally:
        lock.release()
        for line in faults.lines():  # those that no report has told
            plugins.warn(line)
        if is_blank:  # a mistyped source leaves no atlas behind
            if trust is not None:
                trust.end()
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # by now there may be something in one
                for each in missing:
                    each.rmdir()


def _take(lock: FileLock, folder: Path) -> None:
    """Take the lock of an atlas.

    Raises:
        Timeout: another process holds it.
        StorageError: nothing can be written there.
    """
    try:
        lock.acquire()
    except Timeout:
        raise
    except OSError as error:  # Timeout is one
        remedy = (
            "free some space"
            if error.errno in (ENOSPC, EDQUOT)
            else "what only reads works there; to change the atlas, copy it to another folder"
        )
        raise StorageError(f"cannot write in {folder}: {error.strerror}; {remedy}") from error


def _begin_trust(folder: Path, plugins: Plugins) -> Trust:
    """Mark a new atlas as this user's."""
    atlas_id = new_id()
    trust = Trust(None, everything=is_named(folder, os.environ))
    try:
        trust.begin(mark_of(atlas_id, os.environ))
    except StorageError as error:
        plugins.warn(f"{error}; {folder} is trusted by this command alone")
    write_id(folder, atlas_id)
    return trust


def _trust(folder: Path) -> Trust:
    """What this user has accepted of an atlas."""
    atlas_id = read_id(folder)
    mark = None if atlas_id is None else mark_of(atlas_id, os.environ)
    return Trust(mark, everything=is_named(folder, os.environ))


def _notice(settings: SettingsFile, plugins: Plugins) -> str:
    """What is said of an atlas after work that needed no trust; empty for nothing."""
    folder, trust = settings.path.parent, settings.trust
    refused = ""
    with suppress(UsageError):  # of a store accepted meanwhile: said when it is opened with it
        refused = _refusal_of_store(settings, plugins)
    if refused:
        return f"{refused}; until then images are looked for in the atlas alone"
    if trust.is_trusted:
        return ""
    made = "by an earlier version" if read_id(folder) is None else "elsewhere"
    return (
        f"{folder} was made {made} and is not trusted, so that nothing is fetched, sent or read "
        f"from elsewhere for it: tagatlas trust {folder} lists what it asks for and accepts it"
    )


def _damage_behind(error: BaseException, catalog: Catalog) -> AtlasDamaged | None:
    """The damage of a catalog that may be why something failed unexpectedly; None if it is sound.

    Values of a catalog are checked where they are read only as far as that costs nothing.
    """
    of_plugin = any(isinstance(each, PluginFailed) for each in (error, error.__cause__))
    is_expected = isinstance(error, TagatlasError) and not of_plugin
    if not isinstance(error, Exception) or is_expected or isinstance(error, MemoryError):
        return None
    names = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    if not any(name.startswith("tagatlas") and name != __name__ for name in names):
        return None  # of somebody who has the atlas open
    return catalog.damage()


def _read_settings(folder: Path, plugins: Plugins, trust: Trust) -> SettingsFile:
    """The settings, those of older files moved to their present tables."""
    settings = SettingsFile(folder / SETTINGS, trust)
    for owner in plugin_owners(plugins, CLUSTERERS):
        if owner.former:
            names = [option.name for option in owner.fields]
            settings.move_options(owner.former, owner.table, names)
    return settings


def _remove_scratch(folder: Path) -> None:
    """Remove leftovers of a killed process."""
    for left in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    for name in ("", "fetched", "imports"):
        remove_leftovers(folder / name)


def _make_folder(folder: Path, *, create: bool) -> None:
    if not create:
        raise AtlasNotFound(f"there is no atlas at {folder}: make one with tagatlas run or add")
    if folder.exists() and not folder.is_dir():
        raise AtlasError(f"{folder} is a file, an atlas is a folder: choose another name")
    if folder.exists() and any(entry.name not in (LOCK, ID_FILE) for entry in folder.iterdir()):
        raise AtlasError(f"{folder} holds other files: choose a new or empty folder for the atlas")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}") from error


def _refusal_of_store(settings: SettingsFile, plugins: Plugins) -> str:
    """Why the store of the settings is not used; empty if it is the built-in or an accepted one."""
    name = settings.values("store").get("name", DEFAULT_STORE)
    if name == DEFAULT_STORE:
        return ""
    try:
        settings.require(Asked.setting("store", "name", name))
        _look_up_store(str(name), settings, plugins)
    except NotTrusted as error:
        return str(error)
    return ""


def choose_store(
    settings: SettingsFile, plugins: Plugins, *, built_in: bool = False
) -> PluginChoice[ImageStore]:
    """The store that the settings name, or the built-in one."""
    name = DEFAULT_STORE if built_in else str(settings.values("store").get("name", DEFAULT_STORE))
    return _look_up_store(name, settings, plugins)


def _look_up_store(name: str, settings: SettingsFile, plugins: Plugins) -> PluginChoice[ImageStore]:
    names = OptionNames(plugin_owners(plugins, IMAGE_STORES))
    try:
        return Selection(plugins, settings, names, {}).look_up(IMAGE_STORES, name)
    except UnknownPlugin as error:
        place = f"name of [store] in {settings.path}"
        raise UnknownPlugin(f"{place}: {error}; install the plugin that has it") from error
