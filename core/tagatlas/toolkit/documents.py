"""Whether a file is a IIIF document: such JSON is not a table, and has its own source."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["is_iiif_document"]

_MARK = re.compile(
    rb'iiif\.io/api/(presentation|image)/|"(sc:Manifest|sc:Collection)"|'
    rb'"type"\s*:\s*"ImageService[123]"'
)
_LOOKED_AT = 4096


def is_iiif_document(location: str) -> bool:
    """Whether a path leads to JSON that is marked as IIIF near its beginning."""
    path = Path(location)
    try:
        if path.suffix.lower() != ".json" or not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except (OSError, ValueError):
        return False
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and bool(_MARK.search(start))
