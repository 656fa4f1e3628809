"""An atlas with a map of two clusters, for the tests of ``tagatlas view``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
from map_plugins import map_plugins
from picture_atlas import picture_atlas

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Tag, TagResult
from tagatlas.plugins import load_plugins
from tagatlas.steps.map import map_collection
from tagatlas_mapping.maps.options import MapOptions

IMAGES = 24


def viewed_atlas(
    folder: Path,
    labels: Sequence[str] = ("cat", "dog"),
    files: Sequence[str] = (),
    count: int = IMAGES,
) -> Path:
    """Make the atlas; its map is called ``one``, and its first cluster has two sub-clusters.

    Args:
        folder: a folder to work in.
        labels: two tags, which the images have in turn.
        files: names of the first pictures.
        count: number of pictures.
    """
    made = picture_atlas(folder, count, names=files)
    with open_atlas(made, load_plugins()) as atlas:
        number = atlas.catalog.tagging.use("teller", "teller 1")
        images = atlas.catalog.addresses.images()["id"].to_list()
        tags = [TagResult.ok([Tag(labels[place % 2], 0.9)]) for place in range(len(images))]
        atlas.catalog.tagging.store(number, list(zip(images, tags, strict=True)))
        make_map(atlas)
        _divide(atlas)
    return made


def make_map(atlas: Atlas, seed: int = 0, name: str = "one") -> None:
    """Make a map, or make it again."""
    map_collection(atlas, name, "teller", map_plugins(atlas.plugins), MapOptions(seed=seed))


def _divide(atlas: Atlas) -> None:
    """Give the first cluster two sub-clusters, its images taking turns."""
    stored = atlas.catalog.maps.load("one")
    assert stored is not None
    data = stored.data
    first = data.nodes.filter(kind="image", cluster=0)["id"].to_list()
    halves = {image: place % 2 for place, image in enumerate(first)}
    own = data.clusters.filter(cluster=0)
    parts = [
        own.with_columns(
            subcluster=pl.lit(number, pl.Int32),
            name=pl.lit(f"part {number}"),
            automatic_name=pl.lit(f"part {number}"),
            typical=pl.lit(first[number : number + 5 : 2], pl.List(pl.String)),
        )
        for number in range(2)
    ]
    columns = ["subcluster", *data.clusters.columns]
    divided = replace(
        data,
        subclusters=pl.concat(parts).select(columns).drop("x", "y"),
        nodes=data.nodes.with_columns(
            subcluster=pl.col("id").replace_strict(halves, default=None, return_dtype=pl.Int32)
        ),
    )
    atlas.catalog.maps.save(replace(stored, data=divided))
