"""Embeddings: vectors of images that some backends give besides tags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.tagging.part import Part
from tagatlas.contracts import TagResult
from tagatlas.errors import PluginError

VECTOR = np.dtype("<f2")
"""Storage type of embeddings: float16, little-endian."""


def vector_of(stored: object, size: int) -> NDArray[np.float16] | None:
    """A stored vector; None if it is damaged, which costs one image its vector."""
    if not isinstance(stored, bytes) or len(stored) != size * VECTOR.itemsize:
        return None
    values = np.frombuffer(stored, VECTOR)
    return values if np.isfinite(values).all() else None


class Embeddings(Part):
    """The embeddings of images."""

    def embeddings(
        self, backend: int, ids: Sequence[str] | pl.Series
    ) -> NDArray[np.float16] | None:
        """Embeddings of images; takes no more memory than the result.

        Args:
            backend: the backend's number.
            ids: of the images, each once.

        Returns:
            Shape (ids, d), in the order of ``ids``, a row of zeros where an image has none, or a
            damaged one; None if the backend stores none.
        """
        size = self.embedding_size(backend)
        if size is None:
            return None
        row_of = {image_id: row for row, image_id in enumerate(ids)}
        found = np.zeros((len(row_of), size), dtype=np.float16)
        stored = self._database.stream(
            "SELECT sha256, vector FROM asked JOIN embeddings ON embeddings.backend = asked "
            "JOIN images ON images.id = embeddings.image WHERE asked.backend = ?",
            [backend],
        )
        for image_id, vector in stored:
            row = row_of.get(str(image_id))
            if row is not None and (values := vector_of(vector, size)) is not None:
                found[row] = values
        return found

    def embedding_size(self, backend: int) -> int | None:
        """Number of values in each embedding of a backend; None if it stores none."""
        rows = self._database.rows(
            "SELECT length(CAST(vector AS BLOB)) FROM asked "
            "JOIN embeddings ON embeddings.backend = asked WHERE asked.backend = ? LIMIT 1",
            [backend],
        )
        return int(str(rows[0][0])) // VECTOR.itemsize if rows else None

    def _check_sizes(self, backend: int, answers: Sequence[tuple[str, TagResult]]) -> None:
        given = {len(result.embedding) for _, result in answers if result.embedding is not None}
        stored = self.embedding_size(backend) if given else None
        lengths = sorted(given if stored is None else given | {stored})
        if len(lengths) > 1:
            [(name,)] = self._database.rows("SELECT name FROM backends WHERE id = ?", [backend])
            raise PluginError(
                f"{name} gave embeddings of {lengths[0]:,} and of {lengths[-1]:,} values:"
                " tell its author"
            )
