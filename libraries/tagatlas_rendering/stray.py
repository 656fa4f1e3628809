"""Files that appear outside of a renderer's folder while it works."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

_MOST = 2000
"""Entries of a folder that is watched: larger ones would take too long."""

State = tuple[int, int, int]


class Surroundings:
    """The files around the folder of a map's files: beside it, in its atlas, in the present folder.

    Attributes:
        atlas: the atlas that the folder is in; None if it is in none. Nothing but tagatlas writes
            there.
    """

    def __init__(self, folder: Path, catalog: str, others: Sequence[str]) -> None:
        """Note them.

        Args:
            folder: its own files are not among them.
            catalog: name of the file that makes a folder an atlas.
            others: names of further files that tagatlas itself writes; those of which one of these
                names is the beginning count as well.
        """
        self._others = (".", catalog, *others)
        self._folder = folder.resolve()
        above = self._folder.parent.parent
        self.atlas = above if (above / catalog).exists() else None
        self._places = {self._folder.parent, self.atlas or self._folder.parent}
        with suppress(FileNotFoundError):  # the present folder may be gone
            self._places.add(Path.cwd())
        self._places.discard(self._folder)
        self._before = self._states()

    def stray(self) -> list[Path]:
        """The files that are new or changed since; but for hidden ones and the atlas's own."""
        return [path for path, state in self._states().items() if self._before.get(path) != state]

    def _states(self) -> dict[Path, State]:
        found: dict[Path, State] = {}
        for place in self._places:
            with suppress(OSError), os.scandir(place) as entries:
                some = list(islice(entries, _MOST + 1))
                for entry in some if len(some) <= _MOST else ():
                    is_folder = entry.is_dir(follow_symlinks=False)
                    if not is_folder and not entry.name.startswith(self._others):
                        state = entry.stat(follow_symlinks=False)
                        times = (state.st_mtime_ns, state.st_size)
                        found[place / entry.name] = (state.st_ino, *times)
        return found
