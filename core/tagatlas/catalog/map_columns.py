"""The catalog's columns for the computed data of a map: one for each field."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_origin, get_type_hints

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.catalog.distrust import read_frame
from tagatlas.contracts import MapData
from tagatlas.wording import in_one_line
from tagatlas_mapping.maps.checks import check_map

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

_OTHERS = {name: _FORMS[kind] for name, kind in _FIELDS.items() if name not in _ARRAYS}

COLUMNS: Mapping[str, type[pl.DataType]] = {
    "edges": pl.Binary,
    **{name: form.column for name, form in _OTHERS.items()},
}
"""Types of the columns, by name."""

EMPTY: Mapping[str, bytes | str] = {
    "edges": b"",
    **{name: form.empty for name, form in _OTHERS.items() if form.empty is not None},
}
"""Stored values, by column, of a map that images were removed from."""


def to_columns(data: MapData) -> dict[str, bytes | str | float | None]:
    """Stored values of a map, by column."""
    edges = pl.DataFrame({column: getattr(data, name) for name, column in _EDGES.items()})
    others = {name: form.write(getattr(data, name)) for name, form in _OTHERS.items()}
    return {"edges": frame_to_bytes(edges), **others}


def from_columns(row: Mapping[str, Any]) -> MapData:
    """The map from stored values; a null column gives the field's default.

    Raises:
        ValueError: they are not those of a map.
    """
    try:
        edges = read_frame(row["edges"])
        values: dict[str, Any] = {name: edges[column].to_numpy() for name, column in _EDGES.items()}
        for name, form in _OTHERS.items():
            if row[name] is not None:
                values[name] = form.read(row[name])
        data = MapData(**values)
        check_map(data)
    except _NO_MAP as error:
        raise ValueError(in_one_line(error)) from error
    return data
