"""The viewer's data of the kept columns: all values of each image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

from tagatlas_web.page.readings import read_values
from tagatlas_web.page.scripts import packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tagatlas_web.page.readings import Kind

_FEW = 4
"""Columns that are in memory together, of however many records."""

_CELLS = 1 << 20
"""Values that are in memory together, of more columns."""

_BATCH = 1 << 16
"""Records that are decoded together at most."""


@dataclass(frozen=True)
class Column:
    """A kept column.

    Attributes:
        name: as in the source.
        kind: of its values.
        values: the different ones, sorted, without empty ones.
        keys: the number or moment of each, as from
            :func:`~tagatlas_web.page.readings.read_values`.
        starts: where the values of each image begin in ``of``, and the end of all.
        of: the values of one image after the other, as rows of ``values``: each once an image, in
            the order of its records.
    """

    name: str
    kind: Kind
    values: pl.Series
    keys: NDArray[np.float64] | None
    starts: NDArray[np.uint32]
    of: NDArray[np.uint32]

    def facts(self, file: int) -> dict[str, object]:
        """What is known before its file is read."""
        return {"name": self.name, "file": file, "kind": self.kind}

    def content(self) -> object:
        """``columns/N.js``; see ``viewer/src/data/files.ts``."""
        content: dict[str, object] = {"values": self.values.to_list(), "of": packed(self.of)}
        counts = np.diff(self.starts)
        if counts.max(initial=0) > 1:
            content["starts"] = packed(self.starts)
        else:
            single = np.full(len(counts), -1, np.int32)
            single[counts == 1] = self.of
            content["of"] = packed(single)
        if self.keys is not None:
            content["keys"] = packed(self.keys)
        return content


def columns_of(records: pl.DataFrame, images: pl.DataFrame, most: int = _CELLS) -> Iterator[Column]:
    """The kept columns, in the order they first appear, a few in memory at once.

    Args:
        records: as in :class:`~tagatlas.Map`, of these images alone.
        images: ``id`` of each, in the viewer's order.
        most: cells in memory at once, where few columns and records have fewer.
    """
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row"))
    row = records.select("image").join(rows, on="image", how="left", maintain_order="left")["row"]
    names = list(dict.fromkeys(name for each in _decoded(records["columns"]) for name in each))
    at_once = max(_FEW, most // max(records.height, 1))
    batch = min(max(most // max(len(names), 1), 1), _BATCH)
    for first in range(0, len(names), at_once):
        some = names[first : first + at_once]
        for name, cells in zip(some, _cells(records["columns"], some, batch), strict=True):
            yield _column(name, pl.DataFrame({"row": row, "value": cells}), images.height)


def _column(name: str, table: pl.DataFrame, images: int) -> Column:
    there = table.filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
    each = there.unique(maintain_order=True).sort("row", maintain_order=True)
    values = each["value"].unique().sort()
    kind, keys = read_values(values)
    # The rank of a value among the different ones is its place among them.
    of = (each["value"].rank("dense") - 1).cast(pl.UInt32).to_numpy()
    starts = np.zeros(images + 1, np.uint32)
    np.cumsum(np.bincount(each["row"].to_numpy(), minlength=images), out=starts[1:])
    return Column(name, kind, values, keys, starts, of)


def _cells(objects: pl.Series, names: Sequence[str], batch: int) -> list[pl.Series]:
    """Some columns of all records, as columns again; so many records are decoded together."""
    parts: list[list[pl.Series]] = [[pl.Series(dtype=pl.String)] for _ in names]
    for first in range(0, len(objects), batch):
        records = list(_decoded(objects[first : first + batch]))
        for name, series in zip(names, parts, strict=True):
            series.append(pl.Series([record.get(name) for record in records], dtype=pl.String))
    return [pl.concat(series) for series in parts]


def _decoded(objects: pl.Series) -> Iterator[dict[str, str | None]]:
    return map(msgspec.json.Decoder(dict[str, str | None]).decode, objects)
