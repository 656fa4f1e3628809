"""Writes ``viewer/``: a static page that asks no server for anything."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.contracts import Renderer
from tagatlas.errors import StorageError
from tagatlas.render import replace_folder
from tagatlas.render.poster.pictures import load_jpegs
from tagatlas_web.order import along_curve
from tagatlas_web.pages import levels_for, write_pages
from tagatlas_web.scripts import ScriptFolder
from tagatlas_web.tables import (
    annotations_file,
    column_file,
    columns_of,
    detail_files,
    map_file,
    tag_file,
    texts_file,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas.maps import Map
    from tagatlas_web import WebOptions

_SIDES = {"thumbnail": 256, "image": 1 << 16}
"""Longest side of a picture that a click shows."""

_STATIC = ("index.html", "viewer.css", "viewer.js")


class WebRenderer(Renderer):
    """Writes the page, its data and its pictures."""

    def __init__(self, options: WebOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``viewer/``; one of an earlier run is replaced when all of it is there.

        Raises:
            StorageError: a file could not be written, or something else than a viewer is there.
        """
        viewer, new = folder / "viewer", folder / ".viewer.part"
        if viewer.exists() and not (viewer / "index.html").is_file():
            raise StorageError(f"{viewer} is there, and is no viewer: move it away")
        try:
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            self._write(map_, new)
            replace_folder(new, viewer)
        except OSError as error:
            raise StorageError(
                f"could not write {viewer}: {error.strerror or error}; free some space or write"
                " elsewhere"
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
        others = sorted(path for path in viewer.rglob("*") if path.is_file())
        index = viewer / "index.html"
        return [index, *(path for path in others if path != index)]

    def _write(self, map_: Map, folder: Path) -> None:
        for name in _STATIC:
            (folder / name).write_bytes((files("tagatlas_web") / "static" / name).read_bytes())
        data = folder / "data"
        data.mkdir()
        scripts = ScriptFolder(data)
        images = map_.images
        images = images[along_curve(images.select("x", "y").to_numpy())]
        columns = columns_of(map_, images)
        levels = levels_for(images.height, int(self._options.sharpest))
        ids = images["id"].to_list()
        scripts.write("map", map_file(map_, images, columns, levels))
        scripts.write("texts", texts_file(images))
        scripts.write("annotations", annotations_file(map_))
        scripts.write("tags", tag_file(map_, images))
        for number, name in enumerate(columns.columns[1:]):
            scripts.write(f"columns/{number}", column_file(columns[name]))
        pictures = self._copy_pictures(map_, ids, folder)
        for number, details in enumerate(detail_files(map_, images, pictures)):
            scripts.write(f"details/{number}", details)
        sizes = images.select("width", "height").to_numpy().astype(np.float64)
        write_pages(map_.store, ids, sizes, levels, scripts)

    def _copy_pictures(self, map_: Map, ids: Sequence[str], folder: Path) -> list[str]:
        """Copy what a click shows, as far as it can be read; the path of each, in the folder."""
        side = _SIDES[self._options.pictures]
        paths = [f"pictures/{image_id[:2]}/{image_id}.jpg" for image_id in ids]
        sizes = np.full((len(ids), 2), side, dtype=np.int64)
        for path, picture in zip(paths, load_jpegs(map_.store, ids, sizes), strict=True):
            if picture is not None:  # where it is missing, the viewer says so
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(picture.data)
        return paths
