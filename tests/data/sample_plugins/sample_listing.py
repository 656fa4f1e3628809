"""A correct renderer of a few lines: pages and tables that list the images of a map."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.contracts import NoOptions, Renderer, RendererSpec, Variant
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    from tagatlas import Map


class ListingRenderer(Renderer):
    """Writes a page, a drawing, a table and the first picture."""

    def __init__(self, options: NoOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write the files."""
        names = [*map_.nodes["label"], *map_.clusters["name"], *map_.records["columns"]]
        page = "".join(f"<li title={_quoted(name)}>{_escaped(name)}</li>" for name in names)
        drawing = "".join(f"<text id={_quoted(name)}>{_escaped(name)}</text>" for name in names)
        files = {
            "index.html": f"<!doctype html><ul>{page}</ul>".encode(),
            "map.svg": f"<svg xmlns='http://www.w3.org/2000/svg'>{drawing}</svg>".encode(),
            "map.csv": _table(names).encode(),
        }
        try:
            files["first.bin"] = map_.store.get(map_.images["id"][0], Variant.THUMBNAIL) or b"none"
        except ImageNotStored:
            files["first.bin"] = b"none"
        return [_write(folder / name, data) for name, data in files.items()]


_NOT_IN_XML = "[\x00-\x08\x0b-\x1f\ufffe\uffff]"


def _escaped(text: str) -> str:
    return html.escape(re.sub(_NOT_IN_XML, "?", text))


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _table(names: Sequence[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([f"'{name}", str(len(name))] for name in names)
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> Path:
    part = path.with_suffix(".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    return path


@hookimpl
def tagatlas_renderers() -> list[RendererSpec]:
    """Announce the renderer."""
    return [
        RendererSpec(
            name="listing",
            summary="A list.",
            factory=ListingRenderer,
            files={"index.html": "a page", "map.svg": "a drawing"},
            download="List (HTML)",
        )
    ]
