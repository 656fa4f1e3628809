"""The viewer's data as scripts.

A page opened from a folder (``file://``) may run scripts and show pictures, but cannot read other
files. So each file of data is a script that passes its content to the viewer.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Number = np.float32 | np.float64 | np.uint8 | np.uint16 | np.uint32 | np.int32


_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class ScriptFolder:
    """The folder ``data`` of a viewer.

    Args:
        folder: it exists, and is empty.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: object) -> None:
        """Write one file.

        Args:
            name: path in the folder without the ending, in simple letters.
            content: of JSON's types.
        """
        path = self._folder / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="ascii") as file:
            file.write(f"tagatlasData({json.dumps(name)},{_in_ascii(content)});\n")


def _in_ascii(content: object) -> str:
    """JSON in ASCII, which is the same in scripts; some other characters differ there."""
    encoded = msgspec.json.encode(content).decode()
    if encoded.isascii():
        return encoded
    return _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], encoded)


def packed(numbers: NDArray[Number]) -> str:
    """Numbers as base64 of their bytes, little-endian."""
    little = np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<"))
    return b64encode(little.tobytes()).decode()
