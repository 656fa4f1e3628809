"""Reading the files of the viewer."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zlib import decompress

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import Map, loaded
from tagatlas_web import WebOptions, tagatlas_renderers


def render(map_: Map, folder: Path, options: WebOptions | None = None) -> Path:
    """Write a viewer; returns its folder."""
    (spec,) = tagatlas_renderers()
    return loaded(spec.factory)(options or WebOptions()).render(map_, folder)[0].parent


def with_columns(
    records: pl.DataFrame, columns_of: Callable[[str], Mapping[str, str]]
) -> pl.DataFrame:
    """Records with the kept columns that a function makes of each location."""
    texts = [json.dumps(columns_of(location)) for location in records["location"]]
    return records.with_columns(columns=pl.Series(texts))


def read(viewer: Path, name: str) -> dict[str, object]:
    """A file of data that is an object."""
    content = read_any(viewer, name)
    assert isinstance(content, dict)
    return content


def rows(viewer: Path, name: str) -> list[Any]:
    """A file of data that is a list, with an entry for each image."""
    content = read_any(viewer, name)
    assert isinstance(content, list)
    return content


def read_any(viewer: Path, name: str) -> object:
    """A file of data, without the call that passes it to the viewer."""
    script = (viewer / "data" / f"{name}.js").read_text("ascii")
    found = re.fullmatch(r'tagatlas(Data|Deflated)\("([^"]+)",(.*)\);\n', script, re.DOTALL)
    assert found
    assert found[2] == name
    content: object = json.loads(found[3])
    if found[1] == "Deflated":
        content = json.loads(decompress(b64decode(str(content))))
    return content


def postings(viewer: Path, backend: int) -> dict[str, list[tuple[int, int]]]:
    """For each tag of a backend the images that have it: rows, and scores of 255."""
    index = read(viewer, f"tags/{backend}")
    labels, images = index["labels"], unpack(index["images"], "<u4").astype(int).tolist()
    assert isinstance(labels, list)
    ends = [*unpack(index["firsts"], "<u4").astype(int).tolist()[1:], len(labels)]
    found: dict[str, list[tuple[int, int]]] = {}
    for part, end in enumerate(ends):
        file = read(viewer, f"tags/{backend}/{part}")
        bytes_ = np.frombuffer(b64decode(str(file["rows"])), np.uint8).reshape(4, -1)
        steps = sum(bytes_[byte].astype(np.int64) << 8 * byte for byte in range(4))
        scores = unpack(file["scores"], "u1").astype(int)
        assert isinstance(steps, np.ndarray)
        first = 0
        while len(found) < end:
            some = slice(first, first + images[len(found)])
            rows = np.cumsum(steps[some]).tolist()
            found[labels[len(found)]] = list(zip(rows, scores[some].tolist(), strict=True))
            first = some.stop
        assert first == len(scores)
    return found


def boxes_of(map_file: dict[str, object]) -> NDArray[np.float64]:
    """x, y, width and height of each image in a file of a map, shape (n, 4)."""
    packed = map_file["boxes"]
    assert isinstance(packed, dict)
    planes = np.frombuffer(b64decode(str(packed["planes"])), np.uint8).reshape(4, 4, -1)
    steps = sum(planes[:, byte].astype(np.int64) << 8 * byte for byte in range(4))
    assert isinstance(steps, np.ndarray)
    steps[:2] = np.cumsum((steps[:2] >> 1) ^ -(steps[:2] & 1), axis=1)
    return np.asarray(steps.T * float(packed["quantum"]))


def unpack(packed: object, kind: str) -> NDArray[np.float64]:
    """Packed numbers."""
    return np.frombuffer(b64decode(str(packed)), np.dtype(kind)).astype(np.float64)
