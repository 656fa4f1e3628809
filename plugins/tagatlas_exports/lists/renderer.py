"""Writes ``clusters/cluster-<number>-<name>.csv``, and the images beside each if asked.

Numbers are those of ``clusters.csv``. Cells are guarded against formulas: see
:mod:`tagatlas.toolkit.cells`. Obsolete files of an earlier run in ``clusters/`` are removed; files
with names of another form are left alone.
"""

from __future__ import annotations

import re
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING
from unicodedata import normalize

import polars as pl
from PIL import Image

from tagatlas import Renderer, Variant
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.toolkit import (
    safe_cell,
    safe_cells,
    web_addresses,
    with_cluster_names,
    with_kept_columns,
    without_alpha,
    write_atomically,
)
from tagatlas_exports.lists import ListsOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tagatlas import ImageStore, Map

_COLUMNS = (
    "image",
    "label",
    "url",
    "file",
    "tags",
    "subcluster",
    "subcluster_name",
    "typicality",
    "x",
    "y",
    "frequency",
    "records",
)
_OWN_LIST = re.compile(r"cluster-\d{2,}(-.*)?\.csv")
_OWN_FOLDER = re.compile(r"cluster-\d{2,}(-.*)?")
_OWN_IMAGE = re.compile(r"[0-9a-f]{64}\.jpg")
_UNREADABLE = (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
_TRIED_AT = (64, 64)
_LONGEST_NAME = 40


class ListsRenderer(Renderer):
    """Writes the images of each cluster."""

    def __init__(self, options: ListsOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write one CSV per cluster into ``clusters/``, the largest cluster first.

        With ``copy_images``, a folder of the same name holds the cluster's images, called
        ``<image>.jpg``; those that are gone from the store or damaged are left out.
        """
        place = folder / "clusters"
        _make_folder(place)
        images = images_table(map_)
        header = {name: safe_cell(name) for name in images.columns}
        written = []
        for cluster, name in map_.clusters.select("cluster", "name").iter_rows():
            own = images.filter(pl.col("cluster") == cluster).drop("cluster")
            path = place / f"{cluster_file_name(cluster, map_.clusters.height, name)}.csv"
            with write_atomically(path) as file:
                table = own.with_columns(safe_cells(pl.col(pl.String)))
                table = table.rename({old: header[old] for old in own.columns})
                table.write_csv(file, quote_style="non_numeric")
            written.append(path)
            if self._options.copy_images:
                written.extend(_copy(map_.store, own["image"], path.with_suffix("")))
        _remove_old(place, set(written))
        return written


def images_table(map_: Map) -> pl.DataFrame:
    """One row per image, the most frequent first.

    Columns: ``cluster``; ``image``, ``label``; ``url`` (first web address); ``file`` (location in
    the atlas); ``tags`` (joined by ``"; "``, the strongest first); ``subcluster``,
    ``subcluster_name``, ``typicality``; ``x``, ``y``, ``frequency``, ``records``; then
    the kept columns, with all different values of the image's records.
    """
    images = with_cluster_names(map_, map_.images).rename({"id": "image"})
    files = [map_.store.locate(image, Variant.IMAGE) for image in images["image"]]
    tags = map_.likely_tags.group_by("image", maintain_order=True).agg(
        pl.col("tag").str.join("; ").alias("tags")
    )
    addresses = web_addresses(map_.records, map_.hidden).lazy()
    table = (
        images.lazy()
        .with_columns(pl.Series("file", files, dtype=pl.String))
        .join(addresses, on="image", how="left", maintain_order="left")
        .join(tags, on="image", how="left", maintain_order="left")
        .select("cluster", *_COLUMNS)
        .sort("frequency", "image", descending=[True, False])
        .collect()
    )
    return with_kept_columns(table, "image", map_.records)


def cluster_file_name(cluster: int, count: int, name: str) -> str:
    """A file name, without an ending, valid on every system: ``cluster-07-parrot-macaw``.

    Only letters, digits and underscores of the name are kept, at most 40 characters; all else
    becomes hyphens, so that no name is a path, hidden, reserved, or too long.

    Args:
        cluster: the cluster's number, from 0.
        count: number of clusters: numbers are padded so that they sort.
        name: the cluster's name, any text.
    """
    words = re.sub(r"[\W]+", "-", normalize("NFC", name))[:_LONGEST_NAME].strip("-")
    number = f"{cluster:0{max(2, len(str(count - 1)))}d}"
    return f"cluster-{number}-{words}" if words else f"cluster-{number}"


def _copy(store: ImageStore, images: pl.Series, folder: Path) -> Iterator[Path]:
    _make_folder(folder)
    for image in images:
        try:
            data = without_alpha(store.get(image, Variant.IMAGE))
            with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
                picture.draft("RGB", _TRIED_AT)  # a damaged file shows at any size
                picture.load()
        except _UNREADABLE:
            continue
        path = folder / f"{image}.jpg"
        with write_atomically(path) as file:
            file.write(data)
        yield path


def _remove_old(place: Path, written: set[Path]) -> None:
    try:
        for path in sorted(place.iterdir()):
            if path.is_dir() and _OWN_FOLDER.fullmatch(path.name):
                for image in sorted(path.iterdir()):
                    if image not in written and _OWN_IMAGE.fullmatch(image.name):
                        image.unlink()
                with suppress(OSError):  # there is more in it
                    path.rmdir()
            elif path not in written and _OWN_LIST.fullmatch(path.name):
                path.unlink()
    except OSError as error:
        raise StorageError(
            f"could not tidy {place}: {error.strerror or error}; remove the folder and run again"
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"could not make {folder}: {error.strerror or error}; write elsewhere"
        ) from error
