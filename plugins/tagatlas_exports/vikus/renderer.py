"""Writes ``vikus/data``, the folder that VIKUS Viewer (github.com/cpietsch/vikus-viewer) reads.

Put it into a copy of the viewer, as its folder ``data``, and serve that with any web server.
Sprites and textures are made here; for other ones run ``vikus-viewer-script`` on
``vikus/data/1024/*.jpg``. Images that are missing from the store or damaged are left out; pictures
and sprites that an earlier run wrote and this one did not are removed.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

import polars as pl

from tagatlas import Renderer
from tagatlas.errors import StorageError
from tagatlas.toolkit import count, safe_cells, write_atomically
from tagatlas_exports.vikus import VikusOptions
from tagatlas_exports.vikus.config import BACKGROUND, viewer_config
from tagatlas_exports.vikus.fitting import columns_of, map_scale, pictures_across
from tagatlas_exports.vikus.sprites import TEXTURE_SIDE, SpriteSheets, read_picture
from tagatlas_exports.vikus.tables import OWN_COLUMNS, data_table, map_table, timeline_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from tagatlas import Map

_OWN_PICTURE = re.compile(r"([0-9a-f]{64}|sprite-\d+-\d+)\.jpg")


class VikusRenderer(Renderer):
    """Writes a map's images for VIKUS Viewer."""

    def __init__(self, options: VikusOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``config.json``, the tables, ``info.md``, ``1024/`` and ``sprites/``.

        Raises:
            OptionError: there is no such year column.
            StorageError: a file could not be written.
        """
        options, data = self._options, folder / "vikus" / "data"
        every = data_table(map_, options.keywords, options.year_column)
        sheets = SpriteSheets(_made(data / "sprites"), options.sprite_side, BACKGROUND)
        textures = _write_pictures(map_, _made(data / str(TEXTURE_SIDE)), sheets)
        shown = [path.stem for path in textures]
        table = every.filter(pl.col("id").is_in(shown))
        has_years = options.year_column is not None
        images = map_.images.filter(pl.col("id").is_in(shown))
        across = pictures_across(images)
        clusters = _group_sizes(table, "_cluster")
        columns = columns_of(clusters, across)
        config = viewer_config(
            map_.collection,
            {name: name[1:] for name in table.columns if name not in OWN_COLUMNS},
            sprite_side=options.sprite_side,
            map_scale=map_scale(len(clusters), columns, across),
            cluster_columns=columns,
            year_columns=columns_of(_group_sizes(table, "year"), across) if has_years else None,
        )
        manifest = {"meta": {"type": "sharpsheet", "version": "1"}, "spritesheets": sheets.manifest}
        written = [
            _write_json(data / "config.json", config),
            _write_csv(data / "data.csv", table),
            _write_csv(data / "map.csv", map_table(images)),
            _write_csv(data / "timeline.csv", timeline_table(map_, has_years=has_years)),
            _write_text(data / "info.md", _info(map_, table.height)),
            _write_json(data / "sprites" / "spritesheet.json", manifest),
        ]
        _remove_old(data, {*sheets.written, *textures}, map_.hidden)
        return [*written, *sheets.written, *textures]


def _group_sizes(table: pl.DataFrame, column: str) -> list[int]:
    return table.group_by(column).len()["len"].to_list()


def _write_pictures(map_: Map, folder: Path, sheets: SpriteSheets) -> list[Path]:
    """Write the texture of every image that can be read, and put its sprite on a sheet."""
    textures = []
    for image in map_.images["id"]:
        pictures = read_picture(map_.store, image, sheets.side, BACKGROUND)
        if pictures is not None:
            texture, sprite = pictures
            path = folder / f"{image}.jpg"
            with write_atomically(path) as file:
                file.write(texture)
            textures.append(path)
            sheets.add(image, sprite)
    sheets.finish()
    return textures


def _remove_old(data: Path, written: AbstractSet[Path], hidden: AbstractSet[str]) -> None:
    """Remove pictures of an earlier run, and those of hidden images in any size."""
    own = [*data.glob(f"{TEXTURE_SIDE}/*"), *data.glob("sprites/*")]
    old = [path for path in own if path not in written and _OWN_PICTURE.fullmatch(path.name)]
    hidden_ones = [path for image in hidden for path in data.glob(f"*/{image}.*")]
    try:
        for path in {*old, *hidden_ones}:
            path.unlink()
    except OSError as error:
        raise StorageError(
            f"could not tidy {data}: {error.strerror or error}; remove the folder and run again"
        ) from error


def _info(map_: Map, shown: int) -> str:
    images = map_.images.height
    text = (
        f"# About this map\n\n{count(shown, 'image')} in {map_.clusters_in_words}, placed by"
        f" {escape(map_.placed_by)}: images that are alike lie close together.\n\n"
    )
    if shown < images:
        text += f"{count(images - shown, 'further image')} of the map cannot be shown.\n\n"
    return f"{text}Made with tagatlas.\n"


def _write_csv(path: Path, table: pl.DataFrame) -> Path:
    with write_atomically(path) as file:
        table.with_columns(safe_cells(pl.col(pl.String))).write_csv(file, quote_style="non_numeric")
    return path


def _write_json(path: Path, content: Mapping[str, object]) -> Path:
    return _write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _write_text(path: Path, text: str) -> Path:
    with write_atomically(path) as file:
        file.write(text.encode())
    return path


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"could not make {folder}: {error.strerror or error}; write elsewhere"
        ) from error
    return folder
