"""Two maps of drawn pictures by two backends, like those of an atlas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from themed_map import themed_map

from tagatlas.contracts import Map

COLOURS = ("warm", "cool", "plain")
"""Clusters, and tags, of the second map."""


def themed_atlas(images: int = 120, missing: int = 10) -> Map:
    """The themed map, with a second one beside it: ``colours``, of a backend of that name.

    Args:
        images: how many images each map has.
        missing: number of images of each map that the other lacks.
    """
    whole = themed_map(images + missing)
    ids = whole.images["id"].to_list()
    first = _without(whole, ids[images:])
    second = _coloured(_without(whole, ids[:missing]))
    every = _colour_tags(ids)
    return replace(
        first,
        tagged_by="themes",
        other_tags={"colours": every.filter(pl.col("image").is_in(ids[:images]))},
        other_maps={"colours": lambda: second},
    )


def _without(map_: Map, lacking: list[str]) -> Map:
    """The map without some images, and without links."""
    kept = map_.nodes.filter(~pl.col("id").is_in(lacking))
    gone = pl.col("image").is_in(lacking)
    typical = pl.col("typical").list.eval(
        pl.element().filter(~pl.element().is_in(lacking)),
    )
    none = np.zeros(0, dtype=np.int32)
    return replace(
        map_,
        nodes=kept,
        clusters=map_.clusters.with_columns(typical),
        subclusters=map_.subclusters.with_columns(typical),
        sources=none,
        targets=none,
        weights=none.astype(np.float32),
        tags=map_.tags.filter(~gone),
        records=map_.records.filter(~gone),
    )


def _colour_tags(ids: list[str]) -> pl.LazyFrame:
    rows = [
        (image, COLOURS[int(image[:6], 16) % 3], 0.5 + 0.1 * (row % 5))
        for row, image in enumerate(ids)
    ]
    schema = {"image": pl.String, "tag": pl.String, "score": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").lazy()


def _coloured(map_: Map) -> Map:
    """The same images in columns of three colours."""
    images = map_.images
    colour = np.array([int(image[:6], 16) % 3 for image in images["id"]])
    x, y = np.zeros(len(colour)), np.zeros(len(colour))
    for number in range(3):
        place = np.arange((colour == number).sum())
        x[colour == number] = 100 + 12 * number + 1.2 * (place % 8)
        y[colour == number] = 1.2 * (place // 8)
    nodes = images.with_columns(
        x=pl.Series(x),
        y=pl.Series(y),
        cluster=pl.Series(colour, dtype=pl.Int32),
        subcluster=pl.lit(None, dtype=pl.Int32),
    )
    counts = np.bincount(colour, minlength=3)
    clusters = map_.clusters.head(3).with_columns(
        name=pl.Series(COLOURS),
        automatic_name=pl.Series(COLOURS),
        plain_name=pl.Series(COLOURS),
        tags=pl.Series([[name] for name in COLOURS]),
        images=pl.Series(counts),
        share=pl.Series(counts / counts.sum()),
        typical=pl.Series([nodes.filter(cluster=n)["id"].head(3).to_list() for n in range(3)]),
        x=pl.Series([float(x[colour == n].mean()) for n in range(3)]),
        y=pl.Series([float(y[colour == n].mean()) for n in range(3)]),
    )
    ids = images["id"].to_list()
    return replace(
        map_,
        name="colours",
        nodes=nodes,
        clusters=clusters,
        subclusters=map_.subclusters.clear(),
        outlines={},
        tags=_colour_tags(ids),
        tagged_by="colours",
        other_tags={"themes": map_.tags},
    )
