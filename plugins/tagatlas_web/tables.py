"""What the viewer knows of images, tags and columns."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas.annotations import written
from tagatlas.cluster import most_alike
from tagatlas.render import cluster_colour, kept_columns
from tagatlas_web.scripts import packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tagatlas.maps import Map
    from tagatlas_web.pages import Level

DETAIL_ROWS = 256
"""Images in one file of details."""

_NEAREST = 8
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d.*)?)?)?")


def map_file(
    map_: Map, images: pl.DataFrame, columns: pl.DataFrame, levels: Sequence[Level]
) -> object:
    """``map.js``: all that is drawn at once; see ``viewer/src/data.ts``.

    Args:
        map_: the map.
        images: its images in the viewer's order.
        columns: kept columns, as from :func:`columns_of`.
        levels: of pictures.
    """
    boxes = images.select("x", "y", "width", "height").to_numpy().astype(np.float32)
    row_of = dict(zip(images["id"], range(images.height), strict=True))
    base, *sharper = levels
    return {
        "title": map_.collection,
        "name": map_.name,
        "tagger": map_.provenance.tagger,
        "placedBy": map_.placed_by,
        "images": images.height,
        "bounds": _bounds(map_, boxes),
        "clusters": [
            {**facts, "x": x, "y": y, "colour": "#{:02x}{:02x}{:02x}".format(*cluster_colour(n))}
            for n, (facts, x, y) in enumerate(
                zip(
                    _clusters(map_.clusters, row_of),
                    map_.clusters["x"],
                    map_.clusters["y"],
                    strict=True,
                )
            )
        ],
        "subclusters": _clusters(map_.subclusters, row_of),
        "outlines": [
            {"cluster": cluster, "ring": packed(np.asarray(ring, dtype=np.float32))}
            for cluster, rings in sorted(map_.outlines.items())
            for ring in rings
        ],
        "boxes": packed(boxes),
        "cluster": packed(images["cluster"].cast(pl.UInt16).to_numpy()),
        "subcluster": packed(images["subcluster"].fill_null(-1).cast(pl.Int32).to_numpy()),
        "frequency": packed(_counts(images["frequency"])),
        "records": packed(_counts(images["records"])),
        "base": base.facts(),
        "levels": [level.facts() for level in sharper],
        "columns": [
            {"name": name, "file": number, "kind": _kind(columns[name])}
            for number, name in enumerate(columns.columns[1:])
        ],
        "detailRows": DETAIL_ROWS,
        "nodes": _tag_nodes(map_),
    }


def _bounds(map_: Map, boxes: NDArray[np.float32]) -> list[float]:
    """Left, bottom, right and top of all that is drawn."""
    halves = boxes[:, 2:] / 2
    corners = [boxes[:, :2] - halves, boxes[:, :2] + halves]
    corners += [np.asarray(ring) for rings in map_.outlines.values() for ring in rings]
    all_ = np.concatenate(corners)
    return [*all_.min(axis=0).tolist(), *all_.max(axis=0).tolist()]


def _clusters(table: pl.DataFrame, row_of: Mapping[str, int]) -> list[dict[str, object]]:
    names = (
        pl.col("plain_name").alias("name"),
        pl.col("automatic_name").alias("automaticName"),
        "cluster",
        "tags",
        "images",
        "records",
        "frequency",
        "share",
        "stability",
    )
    typical = [[row_of[image] for image in images] for images in table["typical"].to_list()]
    rows = table.select(*names).iter_rows(named=True)
    return [{**row, "typical": images} for row, images in zip(rows, typical, strict=True)]


def _counts(column: pl.Series) -> NDArray[np.uint32]:
    return column.clip(0, 2**32 - 1).cast(pl.UInt32).to_numpy()


def _tag_nodes(map_: Map) -> list[dict[str, object]]:
    """Tags that are nodes of the map, in the order of its table."""
    tags = map_.nodes.filter(pl.col("kind") != "image")
    return tags.select("label", "x", "y", size="width", images="in_degree").to_dicts()


def annotations_file(map_: Map) -> object:
    """``annotations.js``: of each map what researchers wrote and drew on it, by name."""
    told = [
        {"id": each.id, "revision": each.revision, "content": json.loads(written(each.content))}
        for each in map_.annotations
    ]
    return {map_.name: told}


def texts_file(images: pl.DataFrame) -> object:
    """``texts.js``: ids and labels."""
    return {"ids": images["id"].to_list(), "labels": images["label"].to_list()}


def tag_file(map_: Map, images: pl.DataFrame) -> object:
    """``tags.js``: for each tag the images that have it."""
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row"))
    tagged = map_.tags.join(rows.lazy(), on="image").select("tag", "row", "score").collect()
    ordered = tagged.sort("tag", "row")
    counts = ordered.group_by("tag", maintain_order=True).len()
    starts = np.concatenate([[0], np.cumsum(counts["len"].to_numpy())]).astype(np.uint32)
    scores = (ordered["score"].to_numpy() * 255).round().astype(np.uint8)
    return {
        "labels": counts["tag"].to_list(),
        "starts": packed(starts),
        "rows": packed(ordered["row"].cast(pl.UInt32).to_numpy()),
        "scores": packed(scores),
    }


def columns_of(map_: Map, images: pl.DataFrame) -> pl.DataFrame:
    """``image``, then the kept columns of its first record, in the order of the images."""
    kept = kept_columns(map_.records, reserved=())
    return images.select(image="id").join(kept, on="image", how="left", maintain_order="left")


def column_file(column: pl.Series) -> object:
    """``columns/N.js``: the different values, and which of them each image has."""
    values = column.drop_nulls().unique().sort()
    places = column.replace_strict(values, range(len(values)), default=-1, return_dtype=pl.Int32)
    return {"values": values.to_list(), "of": packed(places.to_numpy())}


def _kind(column: pl.Series) -> str:
    """Whether all values are numbers, or dates as ISO 8601 writes them, or else text."""
    values = column.drop_nulls().replace("", None).drop_nulls().unique()
    if values.is_empty():
        return "text"
    if values.cast(pl.Float64, strict=False).is_finite().all(ignore_nulls=False):
        return "number"
    return "date" if all(_DATE.fullmatch(value) for value in values) else "text"


def detail_files(
    map_: Map, images: pl.DataFrame, pictures: Sequence[str]
) -> Iterator[list[object]]:
    """``details/N.js``, one after the other: what a click on an image shows.

    Args:
        map_: the map.
        images: its images in the viewer's order.
        pictures: of each image, the file that is shown.
    """
    ids = images["id"]
    tagged = map_.tags.with_columns(pl.col("score").round(4))
    tags = _by_image(tagged.filter(pl.col("image").is_in(ids.implode())).collect())
    records = _by_image(map_.records)
    nearest = most_alike(images, map_.tags, _NEAREST)
    linked = _linked_tags(map_, images)
    details: list[object] = []
    for row, image_id in enumerate(ids):
        details.append(
            {
                "picture": pictures[row],
                "records": [
                    {**record, "columns": json.loads(record["columns"])}
                    for record in records.get(image_id, ())
                ],
                "tags": {
                    map_.provenance.tagger: [list(tag.values()) for tag in tags.get(image_id, ())]
                },
                "nearest": [near for near in nearest[row].tolist() if near >= 0],
                "linked": linked.get(row, []),
            }
        )
        if len(details) == DETAIL_ROWS or row + 1 == len(ids):
            yield details
            details = []


def _by_image(table: pl.DataFrame) -> dict[str, list[dict[str, str]]]:
    """The rows of each image, without the column ``image``."""
    grouped = table.group_by("image").agg(pl.struct(pl.exclude("image")).alias("rows"))
    return dict(grouped.iter_rows())


def _linked_tags(map_: Map, images: pl.DataFrame) -> dict[int, list[int]]:
    """For each image, by row, the tags that it is linked to, as numbers among the map's tags."""
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    number = np.cumsum(~is_image) - 1
    row_of = dict(zip(images["id"], range(images.height), strict=True))
    rows = {node: row_of[image] for node, image in enumerate(map_.nodes["id"]) if is_image[node]}
    linked: dict[int, list[int]] = {}
    ends = zip(map_.sources.tolist(), map_.targets.tolist(), strict=True)
    for source, target in ends:
        for image, tag in ((source, target), (target, source)):
            if is_image[image] and not is_image[tag]:
                linked.setdefault(rows[image], []).append(int(number[tag]))
    return linked
