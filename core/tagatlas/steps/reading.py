"""An atlas that stays open from one notebook cell to the next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.atlas import Atlas
from tagatlas.steps.load import load_map
from tagatlas.steps.staying import stay_open

if TYPE_CHECKING:
    from tagatlas.contracts import Map


class ReadAtlas(Atlas):
    """An atlas to read from, whose maps show as widgets."""

    def map(self, name: str | None = None) -> Map:
        """A map of this atlas, by default the newest; see :func:`tagatlas.load_map`."""
        return load_map(self, name)


def read_atlas(folder: str | Path) -> ReadAtlas:
    """An atlas to read from; it stays open as long as it, or a map of it, is used.

    It takes no lock, so that ``tagatlas`` can work on the atlas meanwhile.

    Raises:
        AtlasNotFound: there is no atlas there.
        AtlasError: the folder is not an atlas.
        AtlasTooNew, AtlasDamaged, StorageError: see their descriptions.
    """
    return ReadAtlas(**vars(stay_open(folder)))
