"""Writes ``viewer/``: a static page that needs no server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas import Renderer
from tagatlas.errors import StorageError
from tagatlas.toolkit import map_bounds, new_folder, replace_folder
from tagatlas_web.page.charts import (
    boxes_of,
    map_file,
    near_files,
    tiled_map_file,
    tiled_near_files,
)
from tagatlas_web.page.columns import columns_of
from tagatlas_web.page.copies import Copies, affordable
from tagatlas_web.page.families import families_of
from tagatlas_web.page.html import STATIC, page
from tagatlas_web.page.moments import with_moments
from tagatlas_web.page.names import IdIndex, text_files
from tagatlas_web.page.overview import Overview, write_overview
from tagatlas_web.page.pictures import levels_for, shapes_of, tiled_levels, write_pages
from tagatlas_web.page.postings import Postings
from tagatlas_web.page.rows import Rows
from tagatlas_web.page.scripts import ScriptFolder, packed
from tagatlas_web.page.tables import (
    DETAIL_ROWS,
    annotations_of,
    atlas_file,
    backend_of,
    counts_file,
    detail_files,
    lowest_score,
    map_facts,
    numbered,
    score_files,
)
from tagatlas_web.page.tiles import TEXT_ROWS, TILE_ROWS, TILED_FROM, Tiling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas_web import WebOptions
    from tagatlas_web.page.columns import Column

MOST_LABELS = 50_000_000
"""Bytes of the labels of a map in tiles up to which they are searched."""

LARGEST_COLUMN = 200_000_000
"""Bytes of different values of a column: browsers have no texts of more than 512 MB."""

_LINKED = ("viewer.css", "viewer.js", "scheme.js")
"""The page's script and style."""


class WebRenderer(Renderer):
    """Writes the page, its data and its pictures.

    Args:
        options: of the renderer.
        tiled_from: images of a map from which on it is cut into tiles.
        tile: images in a tile.
    """

    def __init__(
        self, options: WebOptions, tiled_from: int = TILED_FROM, tile: int = TILE_ROWS
    ) -> None:
        self._options = options
        self._tiled_from = tiled_from
        self._tile = tile

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
        count = map_.images.height
        tiling = Tiling.of(count, self._tile) if count >= self._tiled_from else None
        maps = _Maps(map_, scripts, tiling)
        if self._options.maps == "all" and tiling is None:
            for load in map_.other_maps.values():
                maps.add(load())
        images, records = maps.rows.images, maps.rows.records
        sharpest = int(self._options.sharpest)
        levels = tiled_levels(count) if tiling else levels_for(images.height, sharpest)
        backends = maps.write_tags()
        has_labels = tiling is None or images["label"].str.len_bytes().sum() <= MOST_LABELS
        if has_labels:
            scripts.write("labels", images["label"].to_list())
        if tiling:
            _write_names(images, scripts)
        else:
            scripts.write("ids", images["id"].to_list())
        scripts.write("annotations", maps.annotations)
        columns, date, left_out = _write_columns(records, images, scripts)
        records = with_moments(records, date)
        in_file = TEXT_ROWS if tiling else DETAIL_ROWS
        for number, details in enumerate(detail_files(records.drop("date"), images, in_file)):
            scripts.write(f"details/{number}", details)
        near = None if map_.near_duplicates is None else map_.near_duplicates()
        families = families_of(records, images["id"], near)
        del records, near
        if families.table.height:
            scripts.write("families/rows", families.rows_file())
            scripts.write("families/table", families.table_file())
        ids = images["id"]
        pictures = self._options.pictures
        if pictures == "auto":
            pictures = "map" if tiling else affordable(map_.store, ids)
        sizes = images.select("width", "height").to_numpy().astype(np.float64)
        copies = None
        if pictures == "map":
            _write_shapes(shapes_of(sizes, levels[-1].cell), scripts, in_file)
        else:
            copies = Copies(map_.store, folder / "pictures")
            copies.take_thumbnails(families.copies)
        if pictures == "image":
            Copies(map_.store, folder / "images").take_images(ids.to_list())
        means = np.empty((count, 3), dtype=np.uint8) if tiling else None
        cut_outs = write_pages(map_.store, ids, sizes, levels, scripts, copies, means)
        tiles = None
        if tiling and means is not None:
            tiles = _write_overview(map_, maps.rows, tiling, means, scripts)
            tiles |= {"leftOut": left_out, "labels": has_labels}
        known = (maps.facts, backends, images, columns, levels, map_.hidden)
        facts = atlas_file(
            map_.collection,
            *known,
            credit=self._options.credit,
            date=None if date is None else date.name,
            cut_outs=cut_outs,
            pictures=pictures,
            families=families,
            tiles=tiles,
        )
        scripts.write("atlas", facts)


def _write_names(images: pl.DataFrame, scripts: ScriptFolder) -> None:
    """Write ids, labels and quantities of many images, which are read when they are wanted."""
    for number, texts in enumerate(text_files(images, TEXT_ROWS)):
        scripts.write(f"texts/{number}", texts)
    index = IdIndex(images["id"])
    scripts.write("rows", index.firsts())
    for number, rows in enumerate(index.parts()):
        scripts.write(f"rows/{number}", rows)
    scripts.write("counts", counts_file(images))


def _write_shapes(shapes: NDArray[np.int64], scripts: ScriptFolder, in_file: int) -> None:
    """Write how much of its cell each picture takes, by which it is cut out of its page."""
    for number, first in enumerate(range(0, len(shapes), in_file)):
        some = shapes[first : first + in_file].astype(np.uint16)
        scripts.write(f"shapes/{number}", packed(some.ravel()))


def _write_overview(
    map_: Map, rows: Rows, tiling: Tiling, means: NDArray[np.uint8], scripts: ScriptFolder
) -> dict[str, object]:
    """Write pictures of the whole map; returns what is known of its tiles."""
    boxes = boxes_of(map_, rows.of(map_.images["id"]), len(rows))
    typical = float(np.median(boxes[:, 2:].max(axis=1)))
    overview = Overview.of(map_bounds(map_).ravel(), typical)
    write_overview(overview, boxes, means, scripts)
    return {
        "rows": tiling.tile,
        "block": tiling.block,
        "texts": TEXT_ROWS,
        "overview": overview.facts(),
        "otherMaps": len(map_.other_maps),
    }


def _write_columns(
    records: pl.DataFrame, images: pl.DataFrame, scripts: ScriptFolder
) -> tuple[list[dict[str, object]], Column | None, list[str]]:
    """Write the kept columns that a browser can read.

    Returns:
        What is known of each; the first one of dates; and the names of those that are too large.
    """
    facts: list[dict[str, object]] = []
    left_out: list[str] = []
    date = None
    for column in columns_of(records, images):
        if column.values.str.len_bytes().sum() > LARGEST_COLUMN:
            left_out.append(column.name)
        else:
            scripts.write(f"columns/{len(facts)}", column.content())
            facts.append(column.facts(len(facts)))
        if date is None and column.kind == "date":
            date = column
    return facts, date, left_out


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
        tiling: how it is cut into tiles, then it is the only one; None if it is not.
    """

    def __init__(self, first: Map, scripts: ScriptFolder, tiling: Tiling | None) -> None:
        self.rows = Rows(by_cluster=tiling is not None)
        self.facts: list[object] = []
        self.annotations: dict[str, list[object]] = {}
        self._first = first
        self._scripts = scripts
        self._tiling = tiling
        self._more: dict[str, list[tuple[pl.LazyFrame, pl.DataFrame]]] = {}
        self._leasts = {lowest_score()}
        self._own = self.add(first)

    def add(self, map_: Map) -> pl.DataFrame:
        """Write the data of one map; returns its new images, as :meth:`Rows.add`."""
        number, new = len(self.facts), self.rows.add(map_)
        if self._tiling:
            file, places = tiled_map_file(map_, self.rows, self._tiling)
            self._scripts.write(f"maps/{number}", file)
            self._write_parts(f"places/{number}", places)
        else:
            self._scripts.write(f"maps/{number}", map_file(map_, self.rows))
            self._write_parts(f"near/{number}", near_files(map_, self.rows))
        self.facts.append(map_facts(map_, len(self.rows)))
        self._leasts.add(lowest_score(map_))
        self.annotations[map_.name] = annotations_of(map_)
        if map_ is not self._first and new.height:
            for backend in _backends(map_):
                self._more.setdefault(backend, []).append((_tags_of(map_, backend), new))
        return new

    def write_tags(self) -> list[str]:
        """Write the tags of all images by backend; returns the backends' names."""
        backends = list(dict.fromkeys([*_backends(self._first), *self._more]))
        in_file = TEXT_ROWS if self._tiling else DETAIL_ROWS
        for number, backend in enumerate(backends):
            own = (_tags_of(self._first, backend), self._own)
            table = numbered([own, *self._more.pop(backend, ())])
            if self._tiling and backend == backend_of(self._first):
                near = tiled_near_files(self._first, self.rows, table, in_file)
                self._write_parts("near/0", near)
            self._write_parts(f"scores/{number}", score_files(table, len(self.rows), in_file))
            postings = Postings.of(table, sorted(self._leasts))
            del table
            self._scripts.write(f"tags/{number}", postings.index())
            self._write_parts(f"tags/{number}", postings.parts())
        return backends

    def _write_parts(self, folder: str, parts: Iterable[object]) -> None:
        for number, part in enumerate(parts):
            self._scripts.write(f"{folder}/{number}", part)


def _backends(map_: Map) -> list[str]:
    """Those whose tags a map knows, its own at the front."""
    return [backend_of(map_), *map_.other_tags]


def _tags_of(map_: Map, backend: str) -> pl.LazyFrame:
    """A backend's tags of a map's images; none if the map does not have them."""
    if backend == backend_of(map_):
        return map_.tags
    return map_.other_tags.get(backend, map_.tags.clear())
