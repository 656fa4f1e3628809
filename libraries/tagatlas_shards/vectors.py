"""Vectors of images, and neighbours of images, as files."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.errors import StorageError
from tagatlas.wording import count, in_one_line
from tagatlas_mapping.cluster.vectors import Vectors


def write_vectors(vectors: Vectors) -> bytes:
    """The bytes of a NumPy archive."""
    file = BytesIO()
    np.savez(
        file,
        indptr=vectors.tags.indptr,
        indices=vectors.tags.indices,
        data=vectors.tags.data,
        common=vectors.common,
        embeddings=vectors.embeddings,
    )
    return file.getvalue()


def read_vectors(data: bytes, name: str) -> Vectors:
    """The vectors in a file's bytes, the same to the bit.

    Raises:
        StorageError: they are not those of such a file; the message has its name.
    """
    try:
        with np.load(BytesIO(data), allow_pickle=False) as held:
            common = held["common"]
            shape = (len(held["indptr"]) - 1, len(common))
            tags = csr_array((held["data"], held["indices"], held["indptr"]), shape=shape)
            return Vectors(tags, common, held["embeddings"])
    except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile) as error:
        raise StorageError(f"{name} is no file of vectors: {in_one_line(error)}") from error


def write_neighbours(neighbours: NDArray[np.int32]) -> bytes:
    """The bytes of a Parquet file: a row an image, with the rows of its neighbours."""
    width = neighbours.shape[1]
    table = pl.DataFrame({"neighbours": neighbours}, {"neighbours": pl.Array(pl.Int32, width)})
    file = BytesIO()
    table.write_parquet(file, compression="zstd")
    return file.getvalue()


def read_neighbours(
    data: bytes, name: str, shape: tuple[int, int], among: int
) -> NDArray[np.int32]:
    """The neighbours in a file's bytes.

    Args:
        data: the bytes.
        name: of the file.
        shape: number of images, and of neighbours of each.
        among: number of the images that were searched.

    Raises:
        StorageError: they are not those of such a file; the message has its name.
    """
    try:
        schema = pl.Schema({"neighbours": pl.Array(pl.Int32(), shape[1])})
        found = pl.read_parquet(BytesIO(data)).match_to_schema(schema)["neighbours"].to_numpy()
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        raise StorageError(f"{name} is no file of neighbours: {in_one_line(error)}") from error
    if len(found) != shape[0]:
        raise StorageError(
            f"{name} has neighbours of {count(len(found), 'image')}, not of {shape[0]:,}"
        )
    if len(found) and not (found.min() >= -1 and found.max() < among):
        raise StorageError(f"{name} has neighbours that are not among the images searched")
    return found.reshape(shape)
