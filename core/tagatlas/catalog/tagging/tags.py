"""The tags of a backend, as a table that need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from tagatlas.catalog.database import damaged
from tagatlas.catalog.tagging.part import Part
from tagatlas.errors import StorageError

IN_MEMORY = 1 << 22
"""Larger tables, in rows, are written to files in parts, and read from there."""

_BEFORE_ALL, _BEHIND_ALL = "", "~"  # texts below and above all ids, which are hexadecimal
_LONGEST_LABEL = 1 << 16  # bytes; what is kept has at most 10,000 characters


class Tags(Part):
    """The tags of images."""

    def tags(self, backend: int, *, in_memory: int = IN_MEMORY) -> pl.LazyFrame:
        """All tags of the collection's images; readable as long as the catalog is open.

        Args:
            backend: the backend's number.
            in_memory: maximum number of rows in memory at once, approximately.

        Returns:
            ``image``, ``tag`` (String), ``score`` (Float64), ordered by image, falling score, tag.

        Raises:
            StorageError: there is no space for the table's files.
            AtlasDamaged: a label is longer than any that is kept.
        """
        [(rows,)] = self._database.rows("SELECT count(*) FROM tags WHERE backend = ?", [backend])
        bounds = self._bounds(-(-int(str(rows)) // in_memory))
        parts = (self._between(backend, first, end) for first, end in pairwise(bounds))
        if len(bounds) == 2:
            return next(parts).lazy()
        return self._through_files(parts)

    def _bounds(self, parts: int) -> list[str]:
        """Ids that cut the images into parts of about the same size, at least one."""
        [(count,)] = self._database.rows("SELECT count(*) FROM images")
        cuts = [
            str(
                self._database.rows(
                    "SELECT sha256 FROM images ORDER BY sha256 LIMIT 1 OFFSET ?",
                    [int(str(count)) * part // parts],
                )[0][0]
            )
            for part in range(1, parts)
        ]
        return [_BEFORE_ALL, *dict.fromkeys(cuts), _BEHIND_ALL]

    def _between(self, backend: int, first: str, end: str) -> pl.DataFrame:
        """The rows of images from the id ``first`` on, and before ``end``."""
        # The long table is read and sorted as numbers; its texts are shared by its rows.
        images = self._database.frame(
            "SELECT images.id, sha256 FROM images WHERE sha256 >= ? AND sha256 < ? "
            "AND images.id IN (SELECT image FROM collection) ORDER BY sha256",
            {"number": pl.Int64, "text": pl.String},
            [first, end],
        )
        labels = self._database.frame(
            "SELECT id, label FROM labels ORDER BY label", {"number": pl.Int64, "text": pl.String}
        )
        if (labels["text"].str.len_bytes() > _LONGEST_LABEL).any():
            raise damaged(self._database.path, f"a label has over {_LONGEST_LABEL:,} bytes")
        tags = self._database.frame(
            "SELECT tags.image, tags.label, score FROM images "
            "CROSS JOIN tags ON tags.backend = ? AND tags.image = images.id "
            "WHERE sha256 >= ? AND sha256 < ?",
            {"image": pl.Int64, "label": pl.Int64, "score": pl.Float64},
            [backend, first, end],
        )
        ordered = (
            tags.join(_ranks(images, "image"), on="image")
            .join(_ranks(labels, "label"), on="label")
            .sort("image rank", "score", "label rank", descending=[False, True, False])
        )
        return pl.DataFrame(
            {
                "image": images["text"].gather(ordered["image rank"]),
                "tag": labels["text"].gather(ordered["label rank"]),
                "score": ordered["score"],
            }
        )

    def _through_files(self, parts: Iterator[pl.DataFrame]) -> pl.LazyFrame:
        folder = self._database.scratch_folder()
        files = []
        for number, part in enumerate(parts):
            files.append(folder / f"{number:06}.parquet")
            try:
                with files[-1].open("xb") as file:
                    part.write_parquet(file)
            except OSError as error:
                raise StorageError(
                    f"cannot write {files[-1]}: {error}; free some space, then run it again"
                ) from error
        return pl.scan_parquet(files)


def _ranks(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    """The row of each number in a table of texts, which is ordered by text."""
    return texts.with_row_index(f"{name} rank").select(pl.col("number").alias(name), f"{name} rank")
