"""The kinds of parts: their columns, and what holds for the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

LONGEST_LABEL = 1 << 16
"""Of a tag, in bytes; what is kept has at most 10,000 characters."""


@dataclass(frozen=True)
class Kind:
    """A kind of parts.

    Attributes:
        name: in lists.
        schema: the columns in order; the first is ``image``, an id.
        is_single: whether an image has at most one row.
    """

    name: str
    schema: pl.Schema
    is_single: bool

    def empty(self) -> pl.DataFrame:
        """A table without rows."""
        return pl.DataFrame(schema=self.schema)

    def wrong(self, frame: pl.DataFrame, first: str, last: str) -> str:
        """What is wrong with the rows of a part, in words; empty if nothing.

        Args:
            frame: the rows.
            first: id of the first image that it may have.
            last: of the last one.
        """
        if frame.schema != self.schema:
            return f"its columns are not {', '.join(self.schema)}, or of another type"
        if any(column.null_count() for column in frame):
            return "a value is missing"
        ids = frame["image"].rle().struct.field("value")
        if not ids.is_sorted() or ids.n_unique() < len(ids):
            return "its images are not in order"
        if self.is_single and len(ids) < frame.height:
            return "an image has several rows"
        if len(ids) and not (first <= str(ids[0]) and str(ids[-1]) <= last):
            return "it has images outside of its range"
        if not ids.str.contains("^[0-9a-f]{64}$").all():
            return "it has an image without an id"
        if "score" in frame.columns and not frame["score"].is_between(0, 1).all():
            return "a score is not between 0 and 1"
        if "tag" in frame.columns and (frame["tag"].str.len_bytes() > LONGEST_LABEL).any():
            return f"a label has over {LONGEST_LABEL:,} bytes"
        return ""


TAGS = Kind(
    "tags", pl.Schema({"image": pl.String(), "tag": pl.String(), "score": pl.Float64()}), False
)
"""Ordered by image, falling score, tag."""

RAWS = Kind("raws", pl.Schema({"image": pl.String(), "raw": pl.Binary()}), True)
"""Answers as they came, packed; ordered by image."""

VECTORS = Kind("vectors", pl.Schema({"image": pl.String(), "vector": pl.Binary()}), True)
"""Embeddings, as bytes; ordered by image."""

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (TAGS, RAWS, VECTORS)}
"""All kinds by name."""
