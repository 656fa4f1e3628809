"""Blocks of pictures, and the leaders of their groups, as files."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from zipfile import BadZipFile

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.errors import StorageError
from tagatlas.wording import count, in_one_line
from tagatlas_duplicates import Block


def write_blocks(blocks: Sequence[Block]) -> bytes:
    """The bytes of a NumPy archive; the pictures' places are not in it."""
    file = BytesIO()
    np.savez(
        file,
        lengths=[len(block.ids) for block in blocks],
        ids=np.array([image for block in blocks for image in block.ids], dtype=np.str_),
        hashes=np.concatenate([block.hashes for block in blocks]),
        present=np.concatenate([block.present for block in blocks]),
        sizes=np.concatenate([block.sizes for block in blocks]),
        sketches=np.concatenate([block.sketches for block in blocks]),
    )
    return file.getvalue()


def read_blocks(data: bytes, name: str) -> list[Block]:
    """The blocks in a file's bytes; places of pictures are those in the file.

    Raises:
        StorageError: they are not those of such a file; the message has its name.
    """
    try:
        with np.load(BytesIO(data), allow_pickle=False) as held:
            ends = np.cumsum(held["lengths"])[:-1]
            ids = held["ids"].tolist()
            parts = [
                np.split(each, ends)
                for each in (
                    np.arange(len(ids)),
                    held["hashes"],
                    held["present"],
                    held["sizes"],
                    held["sketches"],
                )
            ]
    except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile) as error:
        raise StorageError(f"{name} is no file of pictures: {in_one_line(error)}") from error
    return [
        Block(places, ids[places[0] : places[-1] + 1], *columns)
        for places, *columns in zip(*parts, strict=True)
    ]


def write_leaders(levels: Sequence[str], leaders: Sequence[NDArray[np.int64]]) -> bytes:
    """The bytes of a Parquet file: a row a picture, with the row of its leader at each level."""
    file = BytesIO()
    table = pl.DataFrame(dict(zip(levels, leaders, strict=True)))
    table.cast(pl.Int32).write_parquet(file, compression="zstd")
    return file.getvalue()


def read_leaders(
    data: bytes, name: str, levels: Sequence[str], pictures: int
) -> list[NDArray[np.int64]]:
    """The leaders at each level in a file's bytes, shape (pictures,).

    Raises:
        StorageError: they are not those of such a file; the message has its name.
    """
    try:
        schema = pl.Schema(dict.fromkeys(levels, pl.Int32()))
        table = pl.read_parquet(BytesIO(data)).match_to_schema(schema)
        leaders = [table[level].cast(pl.Int64).to_numpy() for level in levels]
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        raise StorageError(f"{name} is no file of groups: {in_one_line(error)}") from error
    if table.height != pictures:
        raise StorageError(
            f"{name} has groups of {count(table.height, 'picture')}, not of {pictures:,}"
        )
    rows = np.arange(pictures)
    if table.null_count().sum_horizontal().sum() or not all(
        ((each >= 0) & (each <= rows)).all() and (each[each] == each).all() for each in leaders
    ):
        raise StorageError(f"{name} has leaders that lead no group")
    return leaders
