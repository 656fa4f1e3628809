"""``data.csv``, ``map.csv`` and ``timeline.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas.errors import OptionError
from tagatlas.toolkit import kept_columns, web_addresses
from tagatlas_exports.vikus.fitting import square_around

if TYPE_CHECKING:
    from tagatlas import Map

OWN_COLUMNS = (
    "id",
    "keywords",
    "year",
    "_label",
    "_cluster",
    "_url",
    "_frequency",
    "_records",
    "undefined",
)
"""Columns of ``data.csv`` before the kept ones.

``undefined`` is the cluster's name again. Before its first layout the viewer counts the groups of
a column whose name is still undefined (``Canvas.initGroupLayout``, called by ``Canvas.init``), and
with none it shows every picture of a map wider than the window.
"""

# The viewer writes these itself over what it reads.
_VIEWER = ("_year", "_keywords", "_id", "_imagenum")


def data_table(map_: Map, keywords: int, year_column: str | None) -> pl.DataFrame:
    """One row per image, in the map's order.

    Columns: ``id``; ``keywords`` (tags, joined by commas; commas in tags become semicolons);
    ``year`` (of ``year_column``, else the cluster's name: the viewer groups by it);
    ``_label``, ``_cluster``, ``_url``, ``_frequency``, ``_records``, ``undefined``; then the kept
    columns of all records, with the prefix ``_``, the viewer's for custom fields.

    Raises:
        OptionError: no kept column has the name ``year_column``.
    """
    tags = (
        map_.likely_tags.group_by("image", maintain_order=True)
        .agg(pl.col("tag").head(keywords).str.replace_all(",", ";", literal=True))
        .select("image", keywords=pl.col("tag").list.join(","))
    )
    names = map_.clusters.lazy().select("cluster", _cluster="name")
    addresses = web_addresses(map_.records, map_.hidden).lazy()
    kept = _kept(map_)
    year = pl.col("_cluster") if year_column is None else _years(kept, year_column)
    return (
        map_.images.lazy()
        .rename({"id": "image"})
        .join(tags, on="image", how="left", maintain_order="left")
        .join(names, on="cluster", how="left", maintain_order="left")
        .join(addresses, on="image", how="left", maintain_order="left")
        .join(kept.lazy(), on="image", how="left", maintain_order="left")
        .rename({"image": "id", "label": "_label", "url": "_url"})
        .rename({"frequency": "_frequency", "records": "_records"})
        .with_columns(year=year, undefined=pl.col("_cluster"))
        .select(*OWN_COLUMNS, *kept.columns[1:])
        .collect()
    )


def _years(kept: pl.DataFrame, column: str) -> pl.Expr:
    """The first number of four digits in a kept column: an image has one place in a timeline."""
    for name in (f"_{column}", f"_{column} (kept)"):
        if name in kept.columns:
            year = pl.col(name).str.extract(r"(?:^|\D)(\d{4})(?:\D|$)")
            return year.fill_null("unknown")
    there = ", ".join(name[1:] for name in kept.columns[1:]) or "none"
    raise OptionError(f"no column {column!r} was kept; there are: {there}")


def _kept(map_: Map) -> pl.DataFrame:
    plain = kept_columns(
        map_.records, [name.removeprefix("_") for name in (*OWN_COLUMNS, *_VIEWER)]
    )
    return plain.rename({name: f"_{name}" for name in plain.columns[1:]})


def map_table(images: pl.DataFrame) -> pl.DataFrame:
    """``id``, ``x``, ``y`` (upwards) of each image.

    The viewer stretches both axes to a square. Two further rows without images, at the corners of
    a square around the pictures, preserve the map's proportions.

    Args:
        images: of the map, with their places and sizes.
    """
    places = images.select("id", "x", "y")
    if places.is_empty():
        return places
    square = square_around(images)
    corners = pl.DataFrame(
        {
            "id": ["corner-1", "corner-2"],
            "x": [square.left, square.left + square.side],
            "y": [square.bottom, square.bottom + square.side],
        }
    )
    return pl.concat([places, corners])


def timeline_table(map_: Map, *, has_years: bool) -> pl.DataFrame:
    """A text below each cluster; no rows if groups are years."""
    names = map_.clusters.select(
        year="name",
        _cluster="name",
        titel="name",
        title="name",
        text=pl.col("tags").list.join(", "),
        extra=pl.format("{} images, {} records", "images", "records"),
    )
    return names.clear() if has_years else names
