"""The tags of a backend, as a table that need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from tagatlas.catalog.tagging.part import Part
from tagatlas.errors import StorageError
from tagatlas_parts import TAGS, Range, merged, ranges, tag_rows, without

IN_MEMORY = 1 << 22
"""Larger tables, in rows, are written to files in parts, and read from there."""


class Tags(Part):
    """The tags of images."""

    def tags(self, backend: int, *, in_memory: int = IN_MEMORY) -> pl.LazyFrame:
        """All tags of the collection's images; readable as long as the catalog is open.

        Sealed ones are read where they lie, unless others are among them.

        Args:
            backend: the backend's number.
            in_memory: maximum number of rows in memory at once, approximately.

        Returns:
            ``image``, ``tag`` (String), ``score`` (Float64), ordered by image, falling score, tag.

        Raises:
            StorageError: there is no space for the table's files.
            AtlasDamaged: a label is longer than any that is kept, or a part is damaged.
        """
        sections = [each for each in self._sealing.sections(backend) if TAGS.name in each.files]
        [(rows, images)] = self._database.rows(
            "SELECT (SELECT count(*) FROM tags WHERE backend = ?1), count(*) "
            "FROM answers INDEXED BY answers_unsealed "
            "WHERE backend = ?1 AND NOT sealed AND status = 'ok'",
            [backend],
        )
        pieces = -(-int(str(rows)) // in_memory)
        left_out = self._left_out(backend) if sections else pl.Series(dtype=pl.String)
        cut = ranges(
            sections,
            self._unsealed(backend) if pieces and (sections or pieces > 1) else (),
            left_out,
            -(-int(str(images)) // max(pieces, 1)),
        )
        if not sections and len(cut) == 1:
            return self._between(backend, cut[0], left_out).lazy()
        files = self._files(backend, cut, left_out)
        return pl.scan_parquet(files, glob=False, hive_partitioning=False)

    def _unsealed(self, backend: int) -> Iterator[str]:
        """Ids of the images with tags in the catalog's file, in order."""
        for (image,) in self._database.stream(
            "SELECT sha256 FROM answers INDEXED BY answers_unsealed "
            "JOIN images ON images.id = image "
            "WHERE backend = ? AND NOT sealed AND status = 'ok' ORDER BY sha256",
            [backend],
        ):
            yield str(image)

    def _left_out(self, backend: int) -> pl.Series:
        """Ids of images whose sealed tags do not count: stale, or outside of the collection."""
        outside = self._database.frame(
            "SELECT sha256 FROM images WHERE id NOT IN (SELECT image FROM collection)",
            {"image": pl.String},
        )
        return pl.concat([self._sealing.stale(backend), outside["image"]]).unique()

    def _between(self, backend: int, cut: Range, left_out: pl.Series) -> pl.DataFrame:
        """The rows of a range."""
        added = tag_rows(self._database, backend, cut.first, cut.end, collected=True)
        if cut.section is None:
            return added
        sealed = self._sealing.folder.read(cut.section, TAGS)
        here = sealed.filter(pl.col("image") >= cut.first, pl.col("image") < cut.end)
        theirs = left_out.filter(left_out.is_between(cut.section.first, cut.section.last))
        return merged(TAGS, without(here, theirs), added)

    def _files(self, backend: int, cut: Sequence[Range], left_out: pl.Series) -> list[Path]:
        """Files that have all rows, one after the other."""
        folder = None
        files = []
        for number, each in enumerate(cut):
            if each.section is not None and not each.is_mixed:
                files.append(self._sealing.folder.sound(each.section, TAGS))
                continue
            folder = folder or self._database.scratch_folder()
            files.append(folder / f"{number:06}.parquet")
            try:
                with files[-1].open("xb") as file:
                    self._between(backend, each, left_out).write_parquet(file)
            except OSError as error:
                raise StorageError(
                    f"cannot write {files[-1]}: {error}; free some space, then run it again"
                ) from error
        return files
