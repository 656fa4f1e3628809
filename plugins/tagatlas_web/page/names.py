"""The ids and labels of many images, in parts that are read when one of their images is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas_web.page.scripts import packed

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTERS = 16
"""Of ids: a hundred million of them hardly have as many in common."""

_IN_PART = 4096


def text_files(images: pl.DataFrame, in_file: int) -> Iterator[list[list[str]]]:
    """``texts/N.js``, one after the other: the ids of images, and their labels.

    Args:
        images: ``id`` and ``label``, in the viewer's order.
        in_file: images in one file.
    """
    for first in range(0, images.height, in_file):
        some = images[first : first + in_file]
        yield [some["id"].to_list(), some["label"].to_list()]


class IdIndex:
    """Finds the rows of images by their ids.

    Args:
        ids: in the viewer's order.
    """

    def __init__(self, ids: pl.Series) -> None:
        table = pl.DataFrame(
            {"id": ids, "row": pl.int_range(len(ids), dtype=pl.UInt32, eager=True)}
        )
        self._table = table.with_columns(pl.col("id").str.head(LETTERS)).sort("id", "row")

    def firsts(self) -> list[str]:
        """``rows.js``: how the ids of each part begin."""
        return self._table["id"].gather_every(_IN_PART).to_list()

    def parts(self) -> Iterator[dict[str, object]]:
        """``rows/N.js``, one after the other: how ids begin, sorted, and their rows."""
        for first in range(0, self._table.height, _IN_PART):
            some = self._table[first : first + _IN_PART]
            rows = some["row"].to_numpy().astype(np.uint32)
            yield {"ids": some["id"].to_list(), "rows": packed(rows)}
