"""The files of maps as the server shows and exports them."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from tagatlas import Atlas, Map, Plugins, Progress, Renderer, RendererSpec, load_map, open_atlas
from tagatlas.errors import StorageError, UsageError
from tagatlas.toolkit import write_atomically
from tagatlas.toolkit.rendering import (
    PluginChoice,
    publishing_note,
    render_map,
    signed_addresses,
)
from tagatlas_web import NAME, WebOptions

_STATE = ".state"
_PACKED = "viewer.zip"
_TEXT = {".css", ".html", ".js"}


@dataclass(frozen=True)
class MapFiles:
    """Writes the files of an atlas's maps for a server; used by several threads at once.

    Attributes:
        atlas: the atlas's folder; it is opened again for each piece of work, without its lock.
        plugins: to open it with.
        renderers: those that the page offers and that of the page, by name, with their options.
        titles: texts of the buttons of the offered ones, by name.
        progress: makes the progress of rendering.
        without_queries: whether addresses are written without their queries.
        elsewhere: folder for the files of an atlas that cannot be written.
    """

    atlas: Path
    plugins: Plugins
    renderers: Mapping[str, PluginChoice[Renderer]]
    titles: Mapping[str, str]
    progress: Callable[[], AbstractContextManager[Progress]]
    without_queries: bool = False
    elsewhere: Path | None = None

    @property
    def name(self) -> str:
        """Identifier of the atlas in browsers: hexadecimal digits, by its folder."""
        folder = str(self.atlas.resolve()).encode("utf-8", "surrogatepass")
        return sha256(folder).hexdigest()[:32]

    @property
    def title(self) -> str:
        """Title of the atlas."""
        return self.atlas.resolve().name.removesuffix(".atlas")

    def open(self) -> AbstractContextManager[Atlas]:
        """The atlas, for one thread."""
        return open_atlas(self.atlas, self.plugins, write=False)

    def state(self, atlas: Atlas) -> str:
        """Cache key of the page: changes when maps are added or made again."""
        maps = sorted(atlas.map_states().items())
        return sha256(repr((self._renderer_state, maps)).encode()).hexdigest()[:32]

    @cached_property
    def _renderer_state(self) -> tuple[object, ...]:
        """The renderer's code and options; cached, since they are constant in a process."""
        options = self.renderers[NAME].options
        return version("tagatlas"), _package_state(), options, self.without_queries

    def viewer(self, map_name: str) -> str:
        """The state that a map's page shows; it is written if the maps have changed.

        Raises:
            UsageError: there is no such map.
            StorageError: it could not be written.
        """
        with self.open() as atlas:
            _check(atlas, map_name)
            folder, state = self.map_folder(atlas, map_name) / "viewer", self.state(atlas)
            if _read_state(folder) != state:
                with self._alone(atlas, map_name):
                    if _read_state(folder) != state:  # not written by another process meanwhile
                        self._write_viewer(atlas, map_name, self._own_page())
        return state

    def export(self, map_name: str, format_: str) -> Path:
        """Write a map's files of one format into its folder.

        Returns:
            The file to download; of the page a ZIP of its folder.

        Raises:
            UsageError: there is no such map or format.
            MissingDependency: the format needs packages that are not installed.
            StorageError: a file could not be written.
        """
        if format_ not in self.titles:
            raise UsageError(f"there is no format {format_[:40]!r}: {', '.join(self.titles)}")
        with self.open() as atlas:
            _check(atlas, map_name)
            with self._alone(atlas, map_name):
                if format_ == NAME:
                    return _pack(self._write_viewer(atlas, map_name, self.renderers[NAME]))
                return self._render(atlas, map_name, self.renderers[format_])

    def may_be_taken_away(self, path: str) -> bool:
        """Whether a file in a map's folder is one that :meth:`export` may have made."""
        offered = (self.renderers[name].spec for name in self.titles if name != NAME)
        return path == _PACKED or any(
            path in spec.files for spec in offered if isinstance(spec, RendererSpec)
        )

    def _own_page(self) -> PluginChoice[Renderer]:
        """The page without other pictures than the map's: the server reads them from the atlas."""
        page = self.renderers[NAME]
        assert isinstance(page.options, WebOptions)  # noqa: S101 - they are of its own plugin
        return replace(page, options=replace(page.options, pictures="map"))

    def _write_viewer(self, atlas: Atlas, map_name: str, page: PluginChoice[Renderer]) -> Path:
        state = self.state(atlas)
        folder = self._render(atlas, map_name, page).parent
        with write_atomically(folder / _STATE) as file:
            file.write(state.encode())
        return folder

    def _render(self, atlas: Atlas, map_name: str, format_: PluginChoice[Renderer]) -> Path:
        """The first file that a renderer wrote."""
        folder = self.map_folder(atlas, map_name)
        with self.progress() as progress:
            loaded = self._load(atlas, map_name)
            return render_map(loaded, [format_], folder, progress=progress)[0]

    def _load(self, atlas: Atlas, map_name: str) -> Map:
        return load_map(atlas, map_name, without_queries=self.without_queries)

    def publishing(self, map_name: str) -> str:
        """A line for those who publish a map's files, if addresses hold keys; else empty."""
        with self.open() as atlas:
            return publishing_note(signed_addresses(self._load(atlas, map_name).records))

    @property
    def folder(self) -> Path:
        """The folder with a folder for each map."""
        return self.elsewhere or self.atlas / "maps"

    def map_folder(self, atlas: Atlas, map_name: str) -> Path:
        """The folder of a map's files; made if missing.

        Raises:
            StorageError: it cannot be made.
        """
        if self.elsewhere is None:
            return atlas.map_folder(map_name)
        folder = self.elsewhere / map_name
        folder.mkdir(exist_ok=True)
        return folder

    def _alone(self, atlas: Atlas, map_name: str) -> FileLock:
        """Lock for writing a map's files: one server and one thread at a time."""
        return FileLock(self.map_folder(atlas, map_name) / ".writing.lock")


@contextmanager
def folder_elsewhere(atlas: Path) -> Iterator[Path | None]:
    """A temporary folder for the files of an atlas that cannot be written; None for others."""
    maps = atlas / "maps"
    if os.access(maps if maps.exists() else atlas, os.W_OK):
        yield None
        return
    with TemporaryDirectory(prefix="tagatlas-view-") as folder:
        yield Path(folder)


def _check(atlas: Atlas, map_name: str) -> None:
    names = atlas.map_names()
    if map_name not in names:
        there = f"there are: {', '.join(names)}" if names else "make one with tagatlas map"
        raise UsageError(f"{atlas.folder} has no map {map_name[:80]}; {there}")


def _package_state() -> list[tuple[str, int, int]]:
    """Size and modification time of each file that makes the page, or is part of it."""
    package = Path(str(files("tagatlas_web")))
    found = [*package.glob("page/*.py"), *package.glob("static/*")]
    facts = [(path.name, path.stat()) for path in found]
    return sorted((name, fact.st_size, fact.st_mtime_ns) for name, fact in facts)


def _read_state(viewer: Path) -> str | None:
    try:
        state = viewer / _STATE
        return state.read_text("ascii") if state.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None


def _pack(viewer: Path) -> Path:
    """The folder of a page as a ZIP beside it."""
    packed = viewer.with_name(_PACKED)
    try:
        with write_atomically(packed) as file, zipfile.ZipFile(file, "w") as archive:
            for path in sorted(viewer.rglob("*")):
                if path.is_file() and path.name != _STATE:
                    method = zipfile.ZIP_DEFLATED if path.suffix in _TEXT else zipfile.ZIP_STORED
                    archive.write(path, path.relative_to(viewer.parent), method)
    except OSError as error:
        raise StorageError(f"could not write {packed}: {error.strerror or error}") from error
    return packed
