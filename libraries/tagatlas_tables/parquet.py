"""Reads Parquet and Arrow files: columns become text, nested ones a column per path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas.errors import InputError
from tagatlas_tables.embedded import holds_pictures, locations_in
from tagatlas_tables.table import LIST_SEPARATOR, Table, unique_names
from tagatlas_tables.wording import count, shown_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FAILURES = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def read_parquet(path: Path) -> Table:
    """Read a Parquet file.

    Lists are joined with ``"; "``; the fields of structs become columns named by their path
    (``image.url``). Columns of pictures become their locations, see
    :mod:`tagatlas_tables.embedded`; other columns of bytes and unreadable ones are left out and
    reported.

    Raises:
        InputError: the file is damaged, or has no column that can be text.
    """

    def read(columns: list[int]) -> pl.DataFrame:
        return pl.read_parquet(path, columns=columns, glob=False, hive_partitioning=False)

    return _read("Parquet", lambda: pl.read_parquet_schema(path), read, path)


def read_arrow(path: Path) -> Table:
    """Read an Arrow IPC file, which Feather's version 2 is, as :func:`read_parquet` does.

    Raises:
        InputError: the file is damaged, or has no column that can be text.
    """

    def read(columns: list[int]) -> pl.DataFrame:
        return pl.read_ipc(path, columns=columns)

    return _read("Arrow", lambda: pl.read_ipc_schema(path), read)


def _read(
    kind: str,
    schema: Callable[[], dict[str, pl.DataType]],
    read: Callable[[list[int]], pl.DataFrame],
    with_pictures: Path | None = None,
) -> Table:
    try:
        types = schema()
    except _FAILURES as error:
        raise _damaged(kind) from error
    pictures: dict[str, pl.Series] = {}
    if with_pictures is not None:
        pictures = dict(_pictures(with_pictures, types))
    of_bytes = [name for name, dtype in types.items() if _is_bytes(dtype) and name not in pictures]
    columns = list(pictures.items())
    unreadable: list[str] = []
    for number, (name, dtype) in enumerate(types.items()):
        if _is_bytes(dtype) or name in pictures:
            continue
        try:
            cells = read([number]).to_series()
            columns += _columns(name, cells, pl.int_range(len(cells), eager=True), len(cells))
        except _FAILURES:
            unreadable.append(name)
            continue
        of_bytes += _fields_of_bytes(name, dtype)
    if unreadable and not columns:
        raise _damaged(kind)
    notes = tuple(_left_out(of_bytes, unreadable))
    if not columns:
        raise InputError("; ".join([f"the {kind} file has no column of text or numbers", *notes]))
    names = unique_names(name for name, _ in columns)
    frame = pl.DataFrame(
        [texts.alias(name) for name, (_, texts) in zip(names, columns, strict=True)]
    )
    return Table(frame, kind, notes=notes, pictures=tuple(names[: len(pictures)]))


def _pictures(path: Path, types: dict[str, pl.DataType]) -> Iterator[tuple[str, pl.Series]]:
    """The columns with pictures, and the pictures' locations."""
    for name, dtype in types.items():
        try:
            if holds_pictures(path, name, dtype):
                yield name, locations_in(path, name, dtype)
        except _FAILURES:
            continue  # damaged: who reads it as text says so


def _damaged(kind: str) -> InputError:
    return InputError(f"the {kind} file is damaged: write it again")


def _left_out(of_bytes: list[str], unreadable: list[str]) -> Iterator[str]:
    if of_bytes:
        yield (
            f"left out, because they hold bytes: {count(len(of_bytes), 'column')}, "
            f"{shown_columns(of_bytes)}"
        )
    if unreadable:
        yield (
            "left out, because they are damaged or of a type that cannot be read: "
            f"{count(len(unreadable), 'column')}, {shown_columns(unreadable)}"
        )


def _columns(
    name: str, cells: pl.Series, rows: pl.Series, height: int
) -> Iterator[tuple[str, pl.Series]]:
    """A column's texts under their paths.

    Args:
        name: the path so far.
        cells: the values.
        rows: the row of each value, ascending.
        height: the number of rows.
    """
    dtype = cells.dtype
    if isinstance(dtype, pl.Struct):
        for field in dtype.fields:
            yield from _columns(
                f"{name}.{field.name}", cells.struct.field(field.name), rows, height
            )
    elif isinstance(dtype, pl.List | pl.Array):
        exploded = pl.DataFrame({"row": rows, "cell": cells}).explode("cell")
        yield from _columns(name, exploded["cell"], exploded["row"], height)
    elif not _is_bytes(dtype):
        yield name, _joined(_as_text(cells), rows, height)


def _joined(texts: pl.Series, rows: pl.Series, height: int) -> pl.Series:
    """One text per row."""
    if len(texts) == height and (rows == pl.int_range(height, eager=True)).all():
        return texts.fill_null("").alias("")
    found = (
        pl.DataFrame({"row": rows, "text": texts})
        .group_by("row")
        .agg(pl.col("text").str.join(LIST_SEPARATOR, ignore_nulls=True))
    )
    every = pl.DataFrame({"row": pl.int_range(height, eager=True)})
    joined = every.join(found, on="row", how="left", maintain_order="left")
    return joined["text"].fill_null("").alias("")


def _as_text(cells: pl.Series) -> pl.Series:
    if isinstance(cells.dtype, pl.Duration):
        return cells.dt.to_string("iso")
    return cells.cast(pl.String)


def _is_bytes(dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.List | pl.Array):
        return _is_bytes(pl.Series(dtype=dtype.inner).dtype)
    if isinstance(dtype, pl.Struct):
        return bool(dtype.fields) and all(
            _is_bytes(pl.Series(dtype=field.dtype).dtype) for field in dtype.fields
        )
    return isinstance(dtype, pl.Binary | pl.Object)


def _fields_of_bytes(name: str, dtype: pl.DataType) -> Iterator[str]:
    if isinstance(dtype, pl.List | pl.Array):
        yield from _fields_of_bytes(name, pl.Series(dtype=dtype.inner).dtype)
    elif isinstance(dtype, pl.Struct):
        for field in dtype.fields:
            yield from _fields_of_bytes(f"{name}.{field.name}", pl.Series(dtype=field.dtype).dtype)
    elif _is_bytes(dtype):
        yield name
