"""Contract of a renderer: it writes a map to files. It may also show maps in notebooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas.contracts.map import Map


class Renderer(ABC):
    """Writes a map to files.

    Attributes:
        notes: remarks for the user on the files written last, a line each, such as on what could
            not be drawn.
    """

    notes: Sequence[str] = ()

    @abstractmethod
    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write the files of this format into ``folder``, which exists.

        Files of an earlier call are replaced, each atomically; those that other renderers write
        are not, and nothing is written outside the folder. The same map gives the same bytes.
        All outside text (labels, URLs, columns) is written as text, never as markup or as a
        formula.

        Returns:
            The files written, the main one first.

        Raises:
            StorageError: a file could not be written.
        """
