"""The viewer's data of the images of all maps."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
import polars as pl

from tagatlas import ClusterMerge, ClusterMove
from tagatlas.toolkit import content_as_json
from tagatlas_web.page.charts import NEAR_ROWS
from tagatlas_web.page.rows import row_parts
from tagatlas_web.page.scripts import packed
from tagatlas_web.page.tiles import TEXT_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas_web.page.families import Families
    from tagatlas_web.page.pictures import Level

DETAIL_ROWS = 256
"""Images in one file of details, or of scores."""

_LIKELY = 0.1


def map_facts(map_: Map, known: int) -> dict[str, object]:
    """Facts of a map, available before it is shown.

    Args:
        map_: the map.
        known: number of images in its files.
    """
    return {
        "name": map_.name,
        "backend": backend_of(map_),
        "leastScore": map_.provenance.builder.description.lowest_score,
        "placedBy": map_.placed_by,
        "part": map_.part,
        "node": map_.provenance.builder.description.node,
        "images": map_.images.height,
        "clusters": map_.clusters_in_words,
        "known": known,
    }


def lowest_score(map_: Map | None = None) -> float:
    """The lowest score of a tag that counts on a map, or where no map says so."""
    least = None if map_ is None else map_.provenance.builder.description.lowest_score
    return _LIKELY if least is None else least


def backend_of(map_: Map) -> str:
    """The name of the backend of a map's tags."""
    return map_.tagged_by or map_.provenance.tagger


def atlas_file(
    title: str,
    maps: Sequence[object],
    backends: Sequence[str],
    images: pl.DataFrame,
    columns: Sequence[Mapping[str, object]],
    levels: Sequence[Level],
    hidden: AbstractSet[str] = frozenset(),
    *,
    credit: str,
    date: str | None,
    cut_outs: bool,
    pictures: Literal["map", "thumbnail", "image"],
    families: Families,
    tiles: Mapping[str, object] | None = None,
) -> object:
    """``atlas.js``: what all maps share; see ``viewer/src/data/files.ts``.

    Args:
        title: of the collection.
        maps: as from :func:`map_facts`.
        backends: that gave tags.
        images: as of :class:`~tagatlas_web.page.rows.Rows`.
        columns: facts of the kept columns, as from :class:`~tagatlas_web.page.columns.Column`.
        levels: of pictures; the first of images that are not in tiles is that of small ones.
        hidden: ids of images whose pictures are not there.
        credit: source and licence of the images; may be empty.
        date: the column that says when records are from; None if there is none.
        cut_outs: whether any of these are on their pages with their transparency.
        pictures: the largest that are there.
        families: of the images.
        tiles: how the map is cut into tiles; None if it is not. Then quantities of images, which
            :func:`counts_file` has, are not in this file.
    """
    base, sharper = (None, levels) if tiles else (levels[0], levels[1:])
    return {
        "title": title,
        "credit": credit,
        "images": images.height,
        "maps": list(maps),
        "backends": list(backends),
        **({} if tiles else counts_file(images)),
        "hidden": images["id"].is_in(list(hidden)).arg_true().to_list(),
        "base": base.facts() if base else {"cell": 1, "side": 1, "pages": 1},
        "levels": [level.facts() for level in sharper],
        "cutOuts": cut_outs,
        "pictures": pictures,
        "families": families.table.height,
        "date": date,
        "columns": list(columns),
        "detailRows": TEXT_ROWS if tiles else DETAIL_ROWS,
        "nearRows": TEXT_ROWS if tiles else NEAR_ROWS,
        "tiles": tiles,
    }


def counts_file(images: pl.DataFrame) -> dict[str, str]:
    """How often each image was seen, and how many records lead to it."""
    return {
        "frequency": packed(_counts(images["frequency"])),
        "records": packed(_counts(images["records"])),
    }


def _counts(column: pl.Series) -> NDArray[np.uint32]:
    return column.clip(0, 2**32 - 1).cast(pl.UInt32).to_numpy()


def annotations_of(map_: Map) -> list[object]:
    """A map's annotations but for changes of clusters, in the server's format."""
    return [
        {
            "id": each.id,
            "revision": each.revision,
            "content": json.loads(content_as_json(each.content)),
        }
        for each in map_.annotations
        if not isinstance(each.content, ClusterMove | ClusterMerge)
    ]


def numbered(tags: Sequence[tuple[pl.LazyFrame, pl.DataFrame]]) -> pl.DataFrame:
    """The tags of images by rising row: ``row``, ``tag`` (Enum, in order), ``score``.

    Those of an image are in their order.

    Args:
        tags: ``image``, ``tag``, ``score``, each with the ``row`` of every ``image`` that counts.
    """
    words = (
        pl.concat([each.select("tag") for each, _ in tags]).unique().sort("tag").collect()["tag"]
    )
    tables = [
        each.with_columns(pl.col("tag").cast(pl.Enum(words)))
        .join(rows.lazy(), on="image", maintain_order="left")
        .select("row", "tag", "score")
        .collect()
        for each, rows in tags
    ]
    return pl.concat(tables).sort("row", maintain_order=True)


def score_files(
    tags: pl.DataFrame, images: int, in_file: int = DETAIL_ROWS
) -> Iterator[list[object]]:
    """``scores/N/M.js``, one after the other: the tags of each image, with scores.

    Args:
        tags: as from :func:`numbered`.
        images: how many images there are.
        in_file: images in one file.
    """
    for first, some in row_parts(tags, images, in_file):
        rows = np.arange(first, min(first + in_file, images) + 1)
        ends = some["row"].search_sorted(rows, side="left").to_list()
        labels, scores = some["tag"].to_list(), some["score"].round(4).to_list()
        yield [
            list(zip(labels[begin:end], scores[begin:end], strict=True))
            for begin, end in pairwise(ends)
        ]


def detail_files(
    records: pl.DataFrame, images: pl.DataFrame, in_file: int = DETAIL_ROWS
) -> Iterator[list[object]]:
    """``details/N.js``, one after the other: the records that lead to each image.

    Args:
        records: as in :class:`~tagatlas.Map`.
        images: ``id`` of each, in the viewer's order.
        in_file: images in one file.
    """
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row"))
    ordered = records.join(rows, on="image", maintain_order="left").sort("row", maintain_order=True)
    for first, some in row_parts(ordered.drop("image"), images.height, in_file):
        details: list[list[object]] = [[] for _ in range(min(in_file, images.height - first))]
        for record in some.iter_rows(named=True):
            row = record.pop("row")
            columns = msgspec.json.decode(record["columns"])  # as it is written may not be ours
            details[row - first].append({**record, "columns": columns})
        yield list(details)
