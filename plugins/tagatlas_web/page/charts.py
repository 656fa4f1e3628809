"""The viewer's data of one map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas.toolkit import cluster_colours, cluster_pieces, map_bounds, most_alike
from tagatlas_web.page.rows import row_parts
from tagatlas_web.page.scripts import packed, packed_places
from tagatlas_web.page.tiles import blocks_of, place_tiles, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas_web.page.rows import Rows
    from tagatlas_web.page.tiles import Tiling

NEAR_ROWS = 256
"""Images in one file of neighbours."""

_NEAREST = 8
_BESIDE = 1 << 12
"""Images along the map that are compared with each other, where there are many."""
_JOINED = 24
_NO_CLUSTER = 65535
_STEPS_OF_SIDE = 256
_STEPS_OF_MAP = 10_000
"""Drawings follow images that move farther than that, and shall not follow mere rounding."""
_MOST_STEPS = 1 << 23


def map_file(map_: Map, rows: Rows) -> dict[str, object]:
    """``maps/N.js``: the parts of a map drawn first; see ``viewer/src/data/files.ts``.

    Args:
        map_: the map.
        rows: of its images; without those of later maps.
    """
    at = rows.of(map_.images["id"])
    boxes = boxes_of(map_, at, len(rows))
    cluster, subcluster = _numbers_of(map_, at, len(rows))
    return {
        **_facts(map_, rows),
        "boxes": packed_places(boxes, _quantum(boxes)),
        "cluster": packed(cluster.astype(np.uint16)),
        "subcluster": packed(subcluster),
    }


def tiled_map_file(
    map_: Map, rows: Rows, tiling: Tiling
) -> tuple[dict[str, object], Iterator[dict[str, object]]]:
    """``maps/N.js`` of a map of many images, and ``places/N/M.js``, one after the other.

    Args:
        map_: the only map.
        rows: of its images.
        tiling: how it is cut.
    """
    at = rows.of(map_.images["id"])
    boxes = boxes_of(map_, at, len(rows))
    cluster, subcluster = _numbers_of(map_, at, len(rows))
    quantum = _quantum(boxes)
    sides = boxes[:, 2:].max(axis=1)
    file = {
        **_facts(map_, rows),
        "blocks": packed_places(blocks_of(boxes, tiling.block), quantum),
        "sides": [float(np.median(sides)), float(sides.max())],
        "cluster": runs(cluster),
        "subcluster": runs(subcluster),
    }
    return file, place_tiles(boxes, quantum, tiling.tile)


def boxes_of(map_: Map, at: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """x, y, width and height of so many images, 0 of those that are not on a map.

    Args:
        map_: the map.
        at: the row of each of its images.
        count: of all rows.
    """
    boxes = np.zeros((count, 4))
    boxes[at] = map_.images.select("x", "y", "width", "height").to_numpy()
    return boxes


def _numbers_of(
    map_: Map, at: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The cluster and the sub-cluster of each image."""
    cluster = np.full(count, _NO_CLUSTER, dtype=np.int32)
    cluster[at] = map_.images["cluster"].to_numpy()
    subcluster = np.full(count, -1, dtype=np.int32)
    subcluster[at] = map_.images["subcluster"].fill_null(-1).to_numpy()
    return cluster, subcluster


def _facts(map_: Map, rows: Rows) -> dict[str, object]:
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
        "nodes": _tag_nodes(map_),
    }


def _quantum(boxes: NDArray[np.float64]) -> float:
    """A power of two, small beside the smallest picture and the map, which has not too many."""
    sides = boxes[:, 2:].max(axis=1)
    farthest = max(float(np.abs(boxes).max(initial=0)), 1e-30)
    small = min(
        sides[sides > 0].min(initial=np.inf) / _STEPS_OF_SIDE, farthest / _STEPS_OF_MAP, 1.0
    )
    return float(2.0 ** np.floor(np.log2(max(farthest / _MOST_STEPS, small))))


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
    counts = table["typical"].list.len().to_list()
    typical = _in_parts(rows.of(table["typical"].explode(empty_as_null=False)).tolist(), counts)
    each = zip(facts.iter_rows(named=True), typical, strict=True)
    return [{**row, "typical": images} for row, images in each]


def _in_parts(values: list[int], counts: list[int]) -> list[list[int]]:
    ends = [0, *accumulate(counts)]
    return [values[begin:end] for begin, end in pairwise(ends)]


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
    is_on = np.zeros(len(rows), dtype=np.bool_)
    is_on[rows.of(map_.images["id"])] = True
    for first in range(0, len(rows), NEAR_ROWS):
        some = slice(first, min(first + NEAR_ROWS, len(rows)))
        parts = (nearest.of(some), linked.of(some), joined.of(some), is_on[some].tolist())
        yield [
            {"nearest": alike, "linked": tags, "joined": images} if here else None
            for alike, tags, images, here in zip(*parts, strict=True)
        ]


def tiled_near_files(
    map_: Map, rows: Rows, tags: pl.DataFrame, in_file: int
) -> Iterator[list[object]]:
    """``near/N/M.js`` of a map of many images.

    Unless links mean likeness, images are compared with the thousands beside them on the map.

    Args:
        map_: the only map.
        rows: of its images.
        tags: that it is made of, as from :func:`~tagatlas_web.page.tables.numbered`.
        in_file: images in one file; 4,096 is a multiple of it.
    """
    joined, linked = _joined_images(map_, rows), _linked_tags(map_, rows)
    by_likeness = map_.provenance.builder.description.by_likeness
    nearest = joined.head(_NEAREST) if by_likeness else None
    for begin, own in row_parts(tags, len(rows), _BESIDE):
        end = min(begin + _BESIDE, len(rows))
        alike = nearest.of(slice(begin, end)) if nearest else _nearest_among(own, begin, end)
        for first in range(begin, end, in_file):
            some = slice(first, min(first + in_file, end))
            parts = (
                alike[some.start - begin : some.stop - begin],
                linked.of(some),
                joined.of(some),
            )
            yield [
                {"nearest": near, "linked": tags, "joined": images}
                for near, tags, images in zip(*parts, strict=True)
            ]


def _nearest_among(tags: pl.DataFrame, begin: int, end: int) -> list[list[int]]:
    """The rows of the images most like each one of some, among these.

    Args:
        tags: of these images, as for :func:`tiled_near_files`.
        begin: the first row.
        end: the row after the last one.
    """
    names = pl.col("row").cast(pl.String).alias("image")
    own = tags.select(names, pl.col("tag").cast(pl.String), "score")
    images = pl.DataFrame({"id": pl.int_range(begin, end, eager=True).cast(pl.String)})
    alike = most_alike(images, own.lazy(), _NEAREST)
    return [[begin + row for row in each if row >= 0] for each in alike.tolist()]


@dataclass(frozen=True, eq=False)
class _Lists:
    """A list of numbers for each row.

    Attributes:
        values: of all rows, one after the other.
        starts: where those of each row begin, and the end of all, shape (rows + 1,).
    """

    values: NDArray[np.integer]
    starts: NDArray[np.int64]

    @classmethod
    def grouped(cls, rows: NDArray[np.integer], values: NDArray[np.integer], count: int) -> _Lists:
        """Values by their rows, in their order, for so many rows."""
        order = np.argsort(rows, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
        return cls(values[order], starts)

    def of(self, rows: slice) -> list[list[int]]:
        """The lists of some rows."""
        starts = self.starts[rows.start : rows.stop + 1]
        values = self.values[starts[0] : starts[-1]].tolist()
        ends = (starts - starts[0]).tolist()
        return [values[begin:end] for begin, end in pairwise(ends)]

    def head(self, count: int) -> _Lists:
        """The first values of each row."""
        lengths = np.diff(self.starts)
        place = np.arange(len(self.values)) - np.repeat(self.starts[:-1], lengths)
        starts = np.concatenate([[0], np.cumsum(np.minimum(lengths, count))])
        return _Lists(self.values[place < count], starts)


def _nearest(map_: Map, rows: Rows, joined: _Lists) -> _Lists:
    """The rows of the images most like each image of the map.

    Taken from the network if its links mean likeness, else from the tags.
    """
    if map_.provenance.builder.description.by_likeness:
        return joined.head(_NEAREST)
    images = map_.images
    row_of = rows.of(images["id"])
    alike = most_alike(images, map_.tags, _NEAREST)
    one, place = np.nonzero(alike >= 0)
    return _Lists.grouped(row_of[one], row_of[alike[one, place]], len(rows))


def _joined_images(map_: Map, rows: Rows) -> _Lists:
    """The rows of the images with the strongest links to each image."""
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    between = is_image[map_.sources] & is_image[map_.targets]
    ends = [map_.sources[between], map_.targets[between]]
    links = pl.concat(
        pl.DataFrame({"one": one, "other": other, "weight": map_.weights[between]})
        for one, other in (ends, ends[::-1])
    )
    strongest = links.sort("weight", "other", descending=[True, False]).unique(
        ["one", "other"], keep="first", maintain_order=True
    )
    row_of = np.full(len(is_image), -1)
    row_of[is_image] = rows.of(map_.images["id"])
    one, other = strongest["one"].to_numpy(), strongest["other"].to_numpy()
    return _Lists.grouped(row_of[one], row_of[other], len(rows)).head(_JOINED)


def _linked_tags(map_: Map, rows: Rows) -> _Lists:
    """The tags that each image is linked to, as numbers among the map's tags."""
    is_image = (map_.nodes["kind"] == "image").to_numpy()
    number = np.cumsum(~is_image) - 1
    row_of = np.full(len(is_image), -1, dtype=np.int32)
    row_of[is_image] = rows.of(map_.images["id"])
    from_image, to_image = is_image[map_.sources], is_image[map_.targets]
    right = from_image != to_image
    one = np.where(from_image, map_.sources, map_.targets)[right]
    other = np.where(from_image, map_.targets, map_.sources)[right]
    return _Lists.grouped(row_of[one], number[other].astype(np.int32), len(rows))
