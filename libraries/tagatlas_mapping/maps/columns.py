"""A database's columns for the computed data of a map: one for each field.

The tables of nodes and edges, which grow with the collection, are files that two columns name; an
older tagatlas stored them in the columns ``nodes`` and ``edges`` themselves.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_origin, get_type_hints

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import MapData
from tagatlas.wording import in_one_line
from tagatlas_mapping.maps.checks import check_map
from tagatlas_tables.arrow import read_frame
from tagatlas_tables.table_folder import TableFolder

Outlines = Mapping[int, Sequence[NDArray[np.float64]]]


def frame_to_bytes(frame: pl.DataFrame) -> bytes:
    """A table as stored bytes: Arrow IPC."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def _outlines_to_json(outlines: Outlines) -> str:
    as_lists = {
        str(cluster): [ring.tolist() for ring in rings] for cluster, rings in outlines.items()
    }
    return json.dumps(as_lists)


def _outlines_from_json(text: str) -> Outlines:
    return {
        int(cluster): [np.array(ring, dtype=np.float64) for ring in rings]
        for cluster, rings in json.loads(text).items()
    }


class _Form(NamedTuple):
    """Storage of the values of a type.

    Attributes:
        column: type of their column.
        write: converts a value to its stored form.
        read: converts it back.
        empty: the stored form once images were removed; None if a value says nothing of images.
    """

    column: type[pl.DataType]
    write: Callable[[Any], bytes | str | float | None]
    read: Callable[[Any], Any]
    empty: bytes | str | None


_FORMS: Mapping[object, _Form] = {
    pl.DataFrame: _Form(pl.Binary, frame_to_bytes, read_frame, b""),
    bool: _Form(pl.Boolean, bool, bool, None),
    float | None: _Form(pl.Float64, lambda number: number, float, None),
    Outlines: _Form(pl.String, _outlines_to_json, _outlines_from_json, "{}"),
}

_NO_MAP = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    pl.exceptions.PolarsError,
)
"""What wrong values of any kind raise."""

_FIELDS = get_type_hints(MapData, localns={"np": np, "pl": pl, "NDArray": NDArray})
_ARRAYS = {name for name, kind in _FIELDS.items() if get_origin(kind) is np.ndarray}
_EDGES = {name: name.removesuffix("s") for name in _FIELDS if name in _ARRAYS}
"""The fields that share one table, in the column ``edges``, with their names in it."""

_IN_FILES = ("nodes", "edges")
_OTHERS = {
    name: _FORMS[kind]
    for name, kind in _FIELDS.items()
    if name not in _ARRAYS and name not in _IN_FILES
}

COLUMNS: Mapping[str, type[pl.DataType]] = {
    **dict.fromkeys(_IN_FILES, pl.Binary),
    **{f"{name}_file": pl.String for name in _IN_FILES},
    **{name: form.column for name, form in _OTHERS.items()},
}
"""Types of the columns, by name."""

EMPTY: Mapping[str, bytes | str | None] = {
    **dict.fromkeys(_IN_FILES, b""),
    **{f"{name}_file": None for name in _IN_FILES},
    **{name: form.empty for name, form in _OTHERS.items() if form.empty is not None},
}
"""Stored values, by column, of a map that images were removed from."""


def to_columns(data: MapData, files: TableFolder) -> dict[str, bytes | str | float | None]:
    """Stored values of a map, by column; the files that they name are written first.

    Raises:
        StorageError: a file cannot be written.
    """
    edges = pl.DataFrame({column: getattr(data, name) for name, column in _EDGES.items()})
    return {
        **dict.fromkeys(_IN_FILES, b""),
        "nodes_file": files.keep(data.nodes),
        "edges_file": files.keep(edges),
        **{name: form.write(getattr(data, name)) for name, form in _OTHERS.items()},
    }


def read_table(
    stored: object, file: object, files: TableFolder, columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """A table of nodes or edges, or some of its columns.

    Args:
        stored: the table itself, where an older tagatlas stored it.
        file: name of its file; None where there is none.
        files: with that.
        columns: names of those that are read; None for all.

    Raises:
        FileNotFoundError: its file is missing.
        ValueError: it is no table, or lacks a column.
    """
    if file is not None:
        return files.read(str(file), columns)
    table = read_frame(stored)
    try:
        return table if columns is None else table.select(columns)
    except pl.exceptions.PolarsError as error:
        raise ValueError(in_one_line(error)) from error


def from_columns(row: Mapping[str, Any], files: TableFolder) -> MapData:
    """The map from stored values and files; a null column gives the field's default.

    Raises:
        ValueError: they are not those of a map.
    """
    try:
        nodes, edges = (read_table(row[name], row[f"{name}_file"], files) for name in _IN_FILES)
        values: dict[str, Any] = {name: edges[column].to_numpy() for name, column in _EDGES.items()}
        values["nodes"] = nodes
        for name, form in _OTHERS.items():
            if row[name] is not None:
                values[name] = form.read(row[name])
        data = MapData(**values)
        check_map(data)
    except FileNotFoundError as error:
        raise ValueError(str(error)) from error
    except _NO_MAP as error:
        raise ValueError(in_one_line(error)) from error
    return data
