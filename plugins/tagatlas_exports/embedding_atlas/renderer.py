"""Writes ``embedding-atlas.parquet`` and ``embedding-atlas-labels.parquet``.

Embedding Atlas (https://apple.github.io/embedding-atlas/tool.html) gets the columns' roles::

    embedding-atlas embedding-atlas.parquet --x x --y y --text text --image image \
        --labels embedding-atlas-labels.parquet

``--features tags`` adds a list of tags. Embedding Atlas 0.26 asks for it in a syntax that DuckDB 2
refuses (``x -> x.feature``), so it needs ``duckdb<2``.

Positions are the map's, so nothing is embedded or projected again. Pictures are in the table, as
the struct with ``bytes`` that Embedding Atlas and Hugging Face datasets share. Memory is of the
order of the table: Embedding Atlas itself loads it whole.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
from PIL import Image

from tagatlas import Renderer, Variant
from tagatlas.errors import ImageNotStored
from tagatlas.toolkit import web_addresses, with_kept_columns, write_atomically
from tagatlas_exports.embedding_atlas import EmbeddingAtlasOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas import ImageStore, Map

# The pictures' column, and those that Embedding Atlas adds itself.
_RESERVED = ("image", "__row_index__", "FILE_NAME")
_PICTURE = pl.Struct({"bytes": pl.Binary, "path": pl.String})
_UNREADABLE = (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
_ROWS_IN_A_GROUP = 4096
_QUALITY = 80


class EmbeddingAtlasRenderer(Renderer):
    """Writes a map's images as a table for Embedding Atlas."""

    def __init__(self, options: EmbeddingAtlasOptions) -> None:
        self._side = options.picture_side

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``embedding-atlas.parquet`` and ``embedding-atlas-labels.parquet``."""
        table = images_table(map_)
        if self._side:
            table = table.with_columns(_pictures(map_.store, table["id"], self._side))
        paths = [folder / "embedding-atlas.parquet", folder / "embedding-atlas-labels.parquet"]
        for path, content in zip(paths, (table, labels_table(map_)), strict=True):
            with write_atomically(path) as file:
                content.write_parquet(file, row_group_size=_ROWS_IN_A_GROUP)
        return paths


def images_table(map_: Map) -> pl.DataFrame:
    """One row per image, in the map's order, without the pictures.

    Columns: ``id``, ``label``; ``text`` (the label and the tags, to be searched); ``tags`` (list,
    the strongest first); ``cluster`` (its name, by which points are coloured); ``url`` (first web
    address); ``frequency``, ``records``; ``x``, ``y``, y growing upwards, as Embedding Atlas has
    it; then the kept columns, with all different values of the image's records.
    """
    tags = map_.likely_tags.group_by("image", maintain_order=True).agg(tags="tag")
    names = map_.clusters.lazy().select("cluster", name="name")
    words = pl.concat_list(pl.col("label"), pl.col("tags"))
    addresses = web_addresses(map_.records, map_.hidden).lazy()
    table = (
        map_.images.lazy()
        .rename({"id": "image"})
        .join(tags, on="image", how="left", maintain_order="left")
        .join(names, on="cluster", how="left", maintain_order="left")
        .join(addresses, on="image", how="left", maintain_order="left")
        .with_columns(pl.col("tags").fill_null([]))
        .with_columns(words.list.join(", ").alias("text"))
        .drop("cluster")
        .rename({"image": "id", "name": "cluster"})
        .select(
            *("id", "label", "text", "tags", "cluster", "url", "frequency", "records", "x", "y")
        )
        .collect()
    )
    return with_kept_columns(table, "id", map_.records, _RESERVED)


def labels_table(map_: Map) -> pl.DataFrame:
    """The clusters' names with their positions, the largest cluster first."""
    return map_.clusters.select(
        "x",
        "y",
        text="name",
        level=pl.lit(0, dtype=pl.Int32),
        priority=pl.col("images").cast(pl.Float64),
    )


def _pictures(store: ImageStore, images: pl.Series, side: int) -> pl.Series:
    fields = [
        None if data is None else {"bytes": data, "path": f"{image}.jpg"}
        for image in images
        for data in (_picture(store, image, side),)
    ]
    return pl.Series("image", fields, dtype=_PICTURE)


def _picture(store: ImageStore, image: str, side: int) -> bytes | None:
    """A small JPEG of an image; None if it cannot be read."""
    try:
        with Image.open(
            BytesIO(store.get(image, Variant.THUMBNAIL)), formats=("JPEG",)
        ) as thumbnail:
            thumbnail.draft("RGB", (2 * side, 2 * side))
            picture = thumbnail.convert("RGB")
    except _UNREADABLE:
        return None
    picture.thumbnail((side, side))
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=_QUALITY)
    return encoded.getvalue()
