"""The images of all maps of a viewer, each once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas_web.page.order import along_curve
from tagatlas_web.page.tiles import along_clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tagatlas import Map

_SHARED = ("id", "label", "width", "height", "frequency", "records")


class Rows:
    """Numbers the images map by map: those that are new on a map come after all others.

    An image's label, proportions, records and quantities are those on the first map it is on.

    Args:
        by_cluster: whether images of a cluster come together, as tiles need it.
    """

    def __init__(self, *, by_cluster: bool = False) -> None:
        self._by_cluster = by_cluster
        self._known = pl.DataFrame(schema={"image": pl.String, "row": pl.UInt32})
        self._images: list[pl.DataFrame] = []
        self._records: list[pl.DataFrame] = []

    def __len__(self) -> int:
        return self._known.height

    def add(self, map_: Map) -> pl.DataFrame:
        """Number the images of a map; neighbours on the first maps get numbers nearby.

        Returns:
            The new ones: ``image`` (String), ``row`` (UInt32).
        """
        new = map_.images
        if len(self):
            new = new.filter(~new["id"].is_in(self._known["image"].implode()))
        if new.height:
            new = new[self._order(new)]
        records = map_.records
        if len(self):
            records = records.filter(records["image"].is_in(new["id"].implode()))
        self._images.append(new.select(_SHARED))
        self._records.append(records)
        first = len(self)
        row = pl.int_range(first, first + new.height, dtype=pl.UInt32, eager=True)
        added = pl.DataFrame({"image": new["id"], "row": row})
        self._known = pl.concat([self._known, added])
        return added

    def _order(self, images: pl.DataFrame) -> NDArray[np.intp]:
        if self._by_cluster:
            return along_clusters(images)
        return along_curve(images.select("x", "y").to_numpy())

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """The rows of images of the maps so far.

        Args:
            ids: of the images (String).
        """
        joined = ids.to_frame("image").join(self._known, on="image", maintain_order="left")
        return joined["row"].cast(pl.Int64).to_numpy()

    @property
    def images(self) -> pl.DataFrame:
        """``id``, ``label``, ``width``, ``height``, ``frequency`` and ``records`` of each."""
        return pl.concat(self._images)

    @property
    def records(self) -> pl.DataFrame:
        """As in :class:`~tagatlas.Map`."""
        return pl.concat(self._records)


def row_parts(
    ordered: pl.DataFrame, images: int, in_part: int
) -> Iterator[tuple[int, pl.DataFrame]]:
    """A table by ascending ``row``, in parts of so many rows; with the first row of each.

    Their ends are searched for at once: each search reads the whole column.
    """
    firsts = range(0, images, in_part)
    ends = ordered["row"].search_sorted(np.array([*firsts, images]), side="left")
    for first, (begin, end) in zip(firsts, pairwise(ends), strict=True):
        yield first, ordered[begin:end]
