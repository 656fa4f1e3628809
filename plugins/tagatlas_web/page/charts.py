"""The viewer's data of one map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas.toolkit import cluster_colours, cluster_pieces, map_bounds, most_alike
from tagatlas_web.page.scripts import packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas_web.page.rows import Rows

NEAR_ROWS = 256
"""Images in one file of neighbours."""

_NEAREST = 8
_JOINED = 24
_NO_CLUSTER = 65535


def map_file(map_: Map, rows: Rows) -> object:
    """``maps/N.js``: the parts of a map drawn first; see ``viewer/src/data/files.ts``.

    Args:
        map_: the map.
        rows: of its images; without those of later maps.
    """
    images = map_.images
    at = rows.of(images["id"])
    boxes = np.zeros((len(rows), 4), dtype=np.float32)
    boxes[at] = images.select("x", "y", "width", "height").to_numpy()
    cluster = np.full(len(rows), _NO_CLUSTER, dtype=np.uint16)
    cluster[at] = images["cluster"].to_numpy()
    subcluster = np.full(len(rows), -1, dtype=np.int32)
    subcluster[at] = images["subcluster"].fill_null(-1).to_numpy()
    places = map_.clusters.select("x", "y").to_dicts()
    return {
        "name": map_.name,
        "changed": map_.provenance.changed or 0,
        "bounds": map_bounds(map_).ravel().tolist(),
        "clusters": [
            {**facts, **place, "colour": "#{:02x}{:02x}{:02x}".format(*colour)}
            for facts, place, colour in zip(
                _clusters(map_.clusters, rows), places, cluster_colours(map_.clusters), strict=True
            )
        ],
        "subclusters": _clusters(map_.subclusters, rows),
        "outlines": [
            {"cluster": number, "main": is_main, "ring": packed(ring.astype(np.float32))}
            for number, pieces in cluster_pieces(map_).items()
            for rings, is_main in ((pieces.main, True), (pieces.others, False))
            for ring in rings
        ],
        "boxes": packed(boxes),
        "cluster": packed(cluster),
        "subcluster": packed(subcluster),
        "nodes": _tag_nodes(map_),
    }


def _clusters(table: pl.DataFrame, rows: Rows) -> list[dict[str, object]]:
    facts = table.select(
        "cluster",
        "tags",
        "images",
        "records",
        "frequency",
        "share",
        "stability",
        name="plain_name",
        automaticName="automatic_name",
    )
    typical = [rows.of(images).tolist() for images in table["typical"].to_list()]
    each = zip(facts.iter_rows(named=True), typical, strict=True)
    return [{**row, "typical": images} for row, images in each]


def _tag_nodes(map_: Map) -> list[dict[str, object]]:
    """Tags that are nodes of the map, in the order of its table."""
    tags = map_.nodes.filter(pl.col("kind") != "image")
    return tags.select("label", "x", "y", size="width", images="in_degree").to_dicts()


def near_files(map_: Map, rows: Rows) -> Iterator[list[object]]:
    """``near/N/M.js``, one after the other: the neighbours of each image on the map.

    Args:
        map_: the map.
        rows: as for :func:`map_file`.
    """
    joined, linked = _joined_images(map_, rows), _linked_tags(map_, rows)
    nearest = _nearest(map_, rows, joined)
    for first in range(0, len(rows), NEAR_ROWS):
        yield [
            {
                "nearest": nearest[row].tolist(),
                "linked": linked.get(row, []),
                "joined": joined[row].tolist() if row in joined else [],
            }
            if row in nearest
            else None
            for row in range(first, min(first + NEAR_ROWS, len(rows)))
        ]


def _nearest(
    map_: Map, rows: Rows, joined: Mapping[int, NDArray[np.int64]]
) -> dict[int, NDArray[np.int64]]:
    """For each image of the map, by row, the rows of those most like it.

    Taken from the network if its links mean likeness, else from the tags.
    """
    images = map_.images
    row_of = rows.of(images["id"])
    if map_.provenance.builder.description.by_likeness:
        none = np.zeros(0, dtype=np.int64)
        return {row: joined.get(row, none)[:_NEAREST] for row in row_of.tolist()}
    alike = most_alike(images, map_.tags, _NEAREST)
    return {row: row_of[some[some >= 0]] for row, some in zip(row_of.tolist(), alike, strict=True)}


def _joined_images(map_: Map, rows: Rows) -> dict[int, NDArray[np.int64]]:
    """For each image, by row, the rows of the images with the strongest links to it."""
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    between = is_image[map_.sources] & is_image[map_.targets]
    ends = [map_.sources[between], map_.targets[between]]
    links = pl.concat(
        pl.DataFrame({"one": one, "other": other, "weight": map_.weights[between]})
        for one, other in (ends, ends[::-1])
    )
    strongest = (
        links.sort("weight", "other", descending=[True, False])
        .unique(["one", "other"], keep="first", maintain_order=True)
        .group_by("one", maintain_order=True)
        .agg(pl.col("other").head(_JOINED))
    )
    row_of = np.full(len(is_image), -1)
    row_of[is_image] = rows.of(map_.images["id"])
    return {int(row_of[one]): row_of[others] for one, others in strongest.iter_rows()}


def _linked_tags(map_: Map, rows: Rows) -> dict[int, list[int]]:
    """For each image, by row, the tags that it is linked to, as numbers among the map's tags."""
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    number = np.cumsum(~is_image) - 1
    row_of = np.full(len(is_image), -1)
    row_of[is_image] = rows.of(map_.images["id"])
    linked: dict[int, list[int]] = {}
    ends = zip(map_.sources.tolist(), map_.targets.tolist(), strict=True)
    for source, target in ends:
        for image, tag in ((source, target), (target, source)):
            if is_image[image] and not is_image[tag]:
                linked.setdefault(int(row_of[image]), []).append(int(number[tag]))
    return linked
