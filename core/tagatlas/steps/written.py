"""The files that the renderers of one call write: each renderer has its own."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from tagatlas.atlas import CATALOG, SETTINGS
from tagatlas.contracts import Map, Renderer
from tagatlas.errors import ContractBroken, PluginError
from tagatlas.faults import FAULT_LOG
from tagatlas.plugins import PluginChoice
from tagatlas_guards import contract_broken
from tagatlas_rendering.stray import Surroundings

_SHOWN = 3  # files outside of the folder that a note names

_State = tuple[int, int, int] | None


class WrittenFiles:
    """Files written into one folder, by renderer.

    Attributes:
        faults: the renderers' errors, in order.
        notes: remarks of renderers for the user, and on files outside of the folder that others
            may have written, a line each.
    """

    def __init__(self, map_: Map, folder: Path) -> None:
        self._map = map_
        self._folder = folder
        self._renderers: dict[str, PluginChoice[Renderer]] = {}
        self._states: dict[str, dict[Path, _State]] = {}
        self.faults: list[PluginError] = []
        self.notes: list[str] = []

    @property
    def files(self) -> list[Path]:
        """All of them, in order."""
        return [path for states in self._states.values() for path in states]

    @property
    def firsts(self) -> list[Path]:
        """The first of each renderer, those of built-in renderers before the others.

        So the file to open does not depend on which plugins are installed.
        """
        written = [name for name, states in self._states.items() if states]
        written.sort(key=lambda name: not self._renderers[name].plugin.is_built_in)
        return [next(iter(self._states[name])) for name in written]

    def write(self, renderer: PluginChoice[Renderer]) -> None:
        """Have a renderer write its files, and note them, or its fault.

        If it replaced files of others, that is its fault, and the others write theirs again. If
        it wrote into the atlas outside of its folder, that is its fault as well. For built-in
        renderers nothing outside is watched: it would be another program's, such as a log.

        Raises:
            StorageError: a file could not be written.
        """
        others = (SETTINGS, FAULT_LOG)
        is_watched = not renderer.plugin.is_built_in
        around = Surroundings(self._folder, CATALOG, others) if is_watched else None
        files = self._render(renderer)
        if around is not None and (stray := around.stray()):
            files = self._outside(renderer, stray, around.atlas, files)
        harmed = self._harmed(renderer.name, files)
        for name, path in harmed.items():
            if files:
                self.faults.append(self._replacing(renderer, path, name))
                files = []
            other = self._renderers[name]
            self._note(other, self._render(other))
        if files:
            self._note(renderer, files)

    def _render(self, renderer: PluginChoice[Renderer]) -> Sequence[Path]:
        """The files written; none if it fails."""
        try:
            files = renderer.product.render(self._map, self._folder)
            self.notes += [note for note in renderer.product.notes if note not in self.notes]
        except PluginError as error:
            self.faults.append(error)
            return []
        return files

    def _outside(
        self,
        renderer: PluginChoice[Renderer],
        stray: Sequence[Path],
        atlas: Path | None,
        files: Sequence[Path],
    ) -> Sequence[Path]:
        """Note files outside of the folder; returns those of the renderer that count."""
        of_atlas = [path for path in stray if atlas is not None and path.is_relative_to(atlas)]
        if of_atlas:
            reason = f"render wrote {of_atlas[0]}, which is not in the folder {self._folder}"
            self.faults.append(contract_broken(renderer.label, reason, own=False))
            return []
        names = ", ".join(map(str, stray[:_SHOWN])) + ", ..." * (len(stray) > _SHOWN)
        self.notes.append(f"while {renderer.label} rendered, files outside changed: {names}")
        return files

    def _note(self, renderer: PluginChoice[Renderer], files: Sequence[Path]) -> None:
        self._renderers[renderer.name] = renderer
        self._states[renderer.name] = {path: _state(path) for path in files}

    def _harmed(self, name: str, files: Sequence[Path]) -> dict[str, Path]:
        """The other renderers whose files were written since, with the first such file of each."""
        given = set(files)
        harmed: dict[str, Path] = {}
        for other, states in self._states.items():
            replaced = (
                path for path, state in states.items() if path in given or _state(path) != state
            )
            if other != name and (path := next(replaced, None)) is not None:
                harmed[other] = path
        return harmed

    def _replacing(self, renderer: PluginChoice[Renderer], path: Path, name: str) -> ContractBroken:
        return contract_broken(
            renderer.label,
            f"render replaced {path.name}, which the renderer {name} had written",
            own=renderer.plugin.is_built_in,
        )


def _state(path: Path) -> _State:
    """What changes if a file is written again; None for what is not a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
