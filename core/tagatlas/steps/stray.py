"""Files that appear outside of a renderer's folder while it works."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from pathlib import Path

from tagatlas.atlas import CATALOG
from tagatlas.faults import FAULT_LOG

_MOST = 2000
"""Entries of a folder that is watched: larger ones would take too long."""

State = tuple[int, int, int]


class Surroundings:
    """The files around the folder of a map's files: beside it, in its atlas, in the present folder.

    Attributes:
        atlas: the atlas that the folder is in; None if it is in none. While a map is rendered
            into its atlas, no other program writes there.
    """

    def __init__(self, folder: Path) -> None:
        """Note them.

        Args:
            folder: its own files are not among them.
        """
        self._folder = folder.resolve()
        above = self._folder.parent.parent
        self.atlas = above if (above / CATALOG).exists() else None
        self._before = self._states()

    def stray(self) -> list[Path]:
        """The files that are new or changed since; but for hidden ones and the atlas's own."""
        return [path for path, state in self._states().items() if self._before.get(path) != state]

    def _states(self) -> dict[Path, State]:
        found: dict[Path, State] = {}
        for place in {self._folder.parent, self.atlas or self._folder.parent, Path.cwd()}:
            with suppress(OSError), os.scandir(place) as entries:
                some = list(islice(entries, _MOST + 1))
                if place == self._folder or len(some) > _MOST:
                    continue
                for entry in some:
                    if not entry.name.startswith((".", CATALOG, FAULT_LOG)):
                        state = entry.stat(follow_symlinks=False)
                        is_file = entry.is_file(follow_symlinks=False)
                        times = (state.st_mtime_ns, state.st_size) if is_file else (0, 0)
                        found[place / entry.name] = (state.st_ino, *times)
        return found
