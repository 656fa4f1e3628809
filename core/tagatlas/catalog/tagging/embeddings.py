"""Embeddings: vectors of images that some backends give besides tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.tagging.part import Part
from tagatlas.contracts import TagResult
from tagatlas.errors import PluginError
from tagatlas_parts import VECTORS

VECTOR = np.dtype("<f2")
"""Storage type of embeddings: float16, little-endian."""

_ROWS_AT_ONCE = 1 << 14


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
        wanted = pl.Series("image", ids, dtype=pl.String)
        order = wanted.arg_sort()
        in_order = wanted.gather(order)
        found = np.zeros((len(wanted), size), dtype=np.float16)
        for frame in self._vectors(backend):
            sized = frame.filter(pl.col("vector").bin.size() == size * VECTOR.itemsize)
            places = in_order.search_sorted(sized["image"])
            reached = places < len(wanted)
            sized, places = sized.filter(reached), places.filter(reached)
            is_wanted = in_order.gather(places) == sized["image"]
            vectors = b"".join(sized["vector"].filter(is_wanted))
            rows = order.gather(places.filter(is_wanted)).to_numpy()
            values = np.frombuffer(vectors, VECTOR).reshape(len(rows), size)
            is_sound = np.isfinite(values).all(axis=1)
            found[rows[is_sound]] = values[is_sound]
        return found

    def _vectors(self, backend: int) -> Iterator[pl.DataFrame]:
        """``image`` (id) and ``vector`` (bytes, perhaps damaged), some rows at a time."""
        for (asked,) in self._database.rows("SELECT asked FROM asked WHERE backend = ?", [backend]):
            yield from self._sealing.frames(int(str(asked)), VECTORS)
        stored = self._database.stream(
            "SELECT sha256, CAST(vector AS BLOB) FROM asked "
            "JOIN embeddings ON embeddings.backend = asked "
            "JOIN images ON images.id = embeddings.image WHERE asked.backend = ?",
            [backend],
        )
        while some := list(islice(stored, _ROWS_AT_ONCE)):
            yield pl.DataFrame(some, VECTORS.schema, orient="row")

    def embedding_size(self, backend: int) -> int | None:
        """Number of values in each embedding of a backend; None if it stores none."""
        rows = self._database.rows(
            "SELECT length(CAST(vector AS BLOB)) FROM asked "
            "JOIN embeddings ON embeddings.backend = asked WHERE asked.backend = ? LIMIT 1",
            [backend],
        )
        if rows:
            return int(str(rows[0][0])) // VECTOR.itemsize
        sealed = (frame["vector"] for frame in self._vectors(backend) if not frame.is_empty())
        return next((len(vectors[0]) // VECTOR.itemsize for vectors in sealed), None)

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
