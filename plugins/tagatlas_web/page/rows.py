"""The images of all maps of a viewer, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas_web.page.order import along_curve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tagatlas import Map

_SHARED = ("id", "label", "width", "height", "frequency", "records")


class Rows:
    """Numbers the images map by map: those that are new on a map come after all others.

    An image's label, proportions, records and quantities are those on the first map it is on.
    """

    def __init__(self) -> None:
        self._row_of: dict[str, int] = {}
        self._images: list[pl.DataFrame] = []
        self._records: list[pl.DataFrame] = []

    def __len__(self) -> int:
        return len(self._row_of)

    def add(self, map_: Map) -> pl.DataFrame:
        """Number the images of a map; neighbours on the first maps get numbers nearby.

        Returns:
            The new ones: ``image`` (String), ``row`` (UInt32).
        """
        images = map_.images
        known = pl.Series(list(self._row_of), dtype=pl.String)
        new = images.filter(~images["id"].is_in(known.implode()))
        if new.height:
            new = new[along_curve(new.select("x", "y").to_numpy())]
        self._images.append(new.select(_SHARED))
        self._records.append(map_.records.filter(map_.records["image"].is_in(new["id"].implode())))
        first = len(self)
        self._row_of |= dict(zip(new["id"], range(first, first + new.height), strict=True))
        row = pl.int_range(first, first + new.height, dtype=pl.UInt32, eager=True)
        return pl.DataFrame({"image": new["id"], "row": row})

    def of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """The rows of images of the maps so far."""
        return np.array([self._row_of[image] for image in ids], dtype=np.int64)

    @property
    def images(self) -> pl.DataFrame:
        """``id``, ``label``, ``width``, ``height``, ``frequency`` and ``records`` of each."""
        return pl.concat(self._images)

    @property
    def records(self) -> pl.DataFrame:
        """As in :class:`~tagatlas.Map`."""
        return pl.concat(self._records)
