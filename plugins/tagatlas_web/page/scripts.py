"""The viewer's data as scripts.

A page opened from a folder (``file://``) may run scripts and show pictures, but cannot read other
files. So each file of data is a script that passes its content to the viewer.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING
from zlib import compress

import msgspec
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Number = np.float32 | np.float64 | np.uint8 | np.uint16 | np.uint32 | np.int32


DEFLATED_FROM = 1 << 16
"""Length of a file, as JSON, from which on it is deflated."""

_LEVEL = 5
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class ScriptFolder:
    """The folder ``data`` of a viewer.

    Args:
        folder: it exists, and is empty.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: object) -> None:
        """Write one file; a large one deflated (RFC 1950), as base64.

        Args:
            name: path in the folder without the ending, in simple letters.
            content: of JSON's types.
        """
        encoded = _in_ascii(content)
        # In a script, unlike in JSON, a member of that name is none.
        if len(encoded) < DEFLATED_FROM and '"__proto__"' not in encoded:
            self._write(name, f"tagatlasData({json.dumps(name)},{encoded});\n")
        else:
            deflated = b64encode(compress(encoded.encode("ascii"), _LEVEL)).decode()
            self._write(name, f'tagatlasDeflated({json.dumps(name)},"{deflated}");\n')

    def write_picture(self, name: str, data: bytes) -> None:
        """Write one file with a JPEG, which cannot be made smaller.

        Args:
            name: as in :meth:`write`.
            data: of the JPEG.
        """
        self._write(name, f'tagatlasData({json.dumps(name)},"{b64encode(data).decode()}");\n')

    def _write(self, name: str, script: str) -> None:
        path = self._folder / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="ascii") as file:
            file.write(script)


def _in_ascii(content: object) -> str:
    """JSON in ASCII, which is the same in scripts; some other characters differ there."""
    encoded = msgspec.json.encode(content).decode()
    if encoded.isascii():
        return encoded
    return _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], encoded)


def packed(numbers: NDArray[Number]) -> str:
    """Numbers as base64 of their bytes, little-endian."""
    return b64encode(_bytes_of(numbers)).decode()


def packed_places(places: NDArray[np.float64], quantum: float) -> dict[str, object]:
    """Places in the order of a curve, in few bytes: whole steps from one to the next.

    Bytes of the same weight stand together, which deflates well.

    Args:
        places: x, y, width and height, shape (n, 4); those of width 0 are none.
        quantum: a step.

    Returns:
        ``quantum``, and ``planes``: for x, y, width and height the lowest bytes of all, then the
        next ones, four in all. x and y are differences to the one before, twice their size, less 1
        of a negative one.
    """
    steps = np.rint(places / quantum).astype(np.int64)
    steps[:, :2] = np.diff(steps[:, :2], axis=0, prepend=0)
    moved = steps[:, :2]
    steps[:, :2] = np.where(moved < 0, -2 * moved - 1, 2 * moved)
    return {"quantum": quantum, "planes": packed(planes(steps.T.astype(np.uint32)))}


def planes(rows: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The lowest bytes of all numbers of a row, then the next ones, four in all.

    Args:
        rows: shape (k, n).

    Returns:
        Shape (k, 4, n).
    """
    count, length = rows.shape
    parts = np.ascontiguousarray(rows, dtype="<u4").view(np.uint8).reshape(count, length, 4)
    return np.ascontiguousarray(parts.swapaxes(1, 2))


def _bytes_of(numbers: NDArray[Number]) -> bytes:
    little = np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<"))
    return little.tobytes()
