"""Writes ``viewer/``: a static page that needs no server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas import Renderer
from tagatlas.errors import StorageError
from tagatlas.toolkit import new_folder, replace_folder
from tagatlas_web.page.charts import map_file, near_files
from tagatlas_web.page.columns import columns_of
from tagatlas_web.page.copies import Copies, affordable
from tagatlas_web.page.families import families_of
from tagatlas_web.page.html import STATIC, page
from tagatlas_web.page.moments import with_moments
from tagatlas_web.page.pictures import levels_for, write_pages
from tagatlas_web.page.postings import Postings
from tagatlas_web.page.rows import Rows
from tagatlas_web.page.scripts import ScriptFolder
from tagatlas_web.page.tables import (
    annotations_of,
    atlas_file,
    backend_of,
    detail_files,
    lowest_score,
    map_facts,
    numbered,
    score_files,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas import Map
    from tagatlas_web import WebOptions
    from tagatlas_web.page.columns import Column

_LINKED = ("viewer.css", "viewer.js", "scheme.js")
"""The page's script and style."""


class WebRenderer(Renderer):
    """Writes the page, its data and its pictures."""

    def __init__(self, options: WebOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``viewer/``; one of an earlier run is replaced when it is complete.

        Raises:
            StorageError: a file could not be written, or the folder is not a viewer.
        """
        viewer = folder / "viewer"
        if viewer.exists() and not (viewer / "index.html").is_file():
            raise StorageError(f"{viewer} is there, and is no viewer: move it away")
        try:
            with new_folder(viewer) as new:
                self._write(map_, new)
                replace_folder(new, viewer)
        except OSError as error:
            raise StorageError(
                f"could not write {viewer}: {error.strerror or error}; free some space or write"
                " elsewhere"
            ) from error
        return _files_of(viewer)

    def _write(self, map_: Map, folder: Path) -> None:
        with (folder / "index.html").open("x", encoding="utf-8", newline="\n") as index:
            index.write(page())
        for name in _LINKED:
            with (folder / name).open("xb") as file:
                file.write((STATIC / name).read_bytes())
        data = folder / "data"
        data.mkdir()
        scripts = ScriptFolder(data)
        maps = _Maps(map_, scripts)
        if self._options.maps == "all":
            for load in map_.other_maps.values():
                maps.add(load())
        images, records = maps.rows.images, maps.rows.records
        levels = levels_for(images.height, int(self._options.sharpest))
        backends = maps.write_tags()
        scripts.write("ids", images["id"].to_list())
        scripts.write("labels", images["label"].to_list())
        scripts.write("annotations", maps.annotations)
        columns, date = _write_columns(records, images, scripts)
        records = with_moments(records, date)
        for number, details in enumerate(detail_files(records.drop("date"), images)):
            scripts.write(f"details/{number}", details)
        near = None if map_.near_duplicates is None else map_.near_duplicates()
        families = families_of(records, images["id"], near)
        if families.table.height:
            scripts.write("families/rows", families.rows_file())
            scripts.write("families/table", families.table_file())
        ids = images["id"].to_list()
        copies = Copies(map_.store, folder / "pictures")
        copies.take_thumbnails(families.copies)
        pictures = self._options.pictures
        if pictures == "auto":
            pictures = affordable(map_.store, ids)
        if pictures == "image":
            Copies(map_.store, folder / "images").take_images(ids)
        sizes = images.select("width", "height").to_numpy().astype(np.float64)
        cut_outs = write_pages(map_.store, ids, sizes, levels, scripts, copies)
        known = (maps.facts, backends, images, columns, levels, map_.hidden)
        facts = atlas_file(
            map_.collection,
            *known,
            credit=self._options.credit,
            date=None if date is None else date.name,
            cut_outs=cut_outs,
            pictures=pictures,
            families=families,
        )
        scripts.write("atlas", facts)


def _write_columns(
    records: pl.DataFrame, images: pl.DataFrame, scripts: ScriptFolder
) -> tuple[list[dict[str, object]], Column | None]:
    """Write the kept columns; returns what is known of each, and the first one of dates."""
    facts, date = [], None
    for number, column in enumerate(columns_of(records, images)):
        scripts.write(f"columns/{number}", column.content())
        facts.append(column.facts(number))
        if date is None and column.kind == "date":
            date = column
    return facts, date


def _files_of(viewer: Path) -> list[Path]:
    """All files of a viewer by rising name, its page at the front."""
    found = (Path(folder, name) for folder, _, names in os.walk(viewer) for name in names)
    index = viewer / "index.html"
    return [index, *sorted((path for path in found if path != index), key=str)]


class _Maps:
    """Writes one map after the other; only the first is kept in memory.

    Args:
        first: the map shown when the viewer is opened.
        scripts: the folder to write to.
    """

    def __init__(self, first: Map, scripts: ScriptFolder) -> None:
        self.rows = Rows()
        self.facts: list[object] = []
        self.annotations: dict[str, list[object]] = {}
        self._first = first
        self._scripts = scripts
        self._more: dict[str, list[pl.DataFrame]] = {}
        self._leasts = {lowest_score()}
        self._own = self.add(first)

    def add(self, map_: Map) -> pl.DataFrame:
        """Write the data of one map; returns its new images, as :meth:`Rows.add`."""
        number, new = len(self.facts), self.rows.add(map_)
        self._scripts.write(f"maps/{number}", map_file(map_, self.rows))
        for part, near in enumerate(near_files(map_, self.rows)):
            self._scripts.write(f"near/{number}/{part}", near)
        self.facts.append(map_facts(map_, len(self.rows)))
        self._leasts.add(lowest_score(map_))
        self.annotations[map_.name] = annotations_of(map_)
        if map_ is not self._first and new.height:
            for backend in _backends(map_):
                tags = numbered(_tags_of(map_, backend), new)
                self._more.setdefault(backend, []).append(tags)
        return new

    def write_tags(self) -> list[str]:
        """Write the tags of all images by backend; returns the backends' names."""
        backends = list(dict.fromkeys([*_backends(self._first), *self._more]))
        for number, backend in enumerate(backends):
            own = numbered(_tags_of(self._first, backend), self._own)
            table = pl.concat([own, *self._more.pop(backend, ())])
            postings = Postings.of(table, sorted(self._leasts))
            self._scripts.write(f"tags/{number}", postings.index())
            for part, images in enumerate(postings.parts()):
                self._scripts.write(f"tags/{number}/{part}", images)
            for part, scores in enumerate(score_files(table, len(self.rows))):
                self._scripts.write(f"scores/{number}/{part}", scores)
        return backends


def _backends(map_: Map) -> list[str]:
    """Those whose tags a map knows, its own at the front."""
    return [backend_of(map_), *map_.other_tags]


def _tags_of(map_: Map, backend: str) -> pl.LazyFrame:
    """A backend's tags of a map's images; none if the map does not have them."""
    if backend == backend_of(map_):
        return map_.tags
    return map_.other_tags.get(backend, map_.tags.clear())
