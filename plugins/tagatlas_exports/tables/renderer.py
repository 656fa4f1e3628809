r"""Writes tables of tags, clusters, sub-clusters, images and duplicates.

All are UTF-8 without a byte order mark, comma-separated, with a header and ``\n`` line
ends. Outside text is guarded against being run as a formula: see :mod:`tagatlas.toolkit.cells`,
whose :func:`~tagatlas.toolkit.cell_text` removes the guard again. The long ones of a map of very
many images are Parquet, see :mod:`tagatlas_exports.large`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas import Renderer
from tagatlas.toolkit import cluster_colours, safe_cells, with_cluster_names, write_atomically
from tagatlas_exports.large import MANY, remove_other_form, write_long_table
from tagatlas_exports.tables import TablesOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tagatlas import Map

NO_TAGS = "No elements present"
"""dd-image-tagging's text in place of a tag if an image has none."""

_LONG = ("images", "duplicates", "tags")
_SAID = "images, duplicates and tags are Parquet files, since the map has more than {:,} nodes"


class TablesRenderer(Renderer):
    """Writes the tables of a map."""

    def __init__(self, options: TablesOptions, *, many: int = MANY) -> None:
        """Use options.

        Args:
            options: of the tables.
            many: nodes of a map above which its long tables are Parquet files.
        """
        self._options = options
        self._many = many

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write clusters, sub-clusters, images, duplicates and tags, each as a CSV file.

        Of a map of very many nodes the last three are Parquet files, which ``notes`` says.
        """
        lowest = self._options.minimum_confidence
        is_large = map_.nodes.height > self._many
        tags = tags_by_image if is_large else tags_table
        # Each is made when it is written, and no two are in memory.
        tables: dict[str, Callable[[], pl.LazyFrame]] = {
            "clusters": lambda: clusters_table(map_).lazy(),
            "subclusters": lambda: subclusters_table(map_).lazy(),
            "images": lambda: images_table(map_).lazy(),
            "duplicates": lambda: duplicates_table(map_).lazy(),
            "tags": lambda: tags(map_, lowest),
        }
        self.notes = [_SAID.format(self._many)] if is_large else []
        written = []
        for name, make in tables.items():
            csv, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
            if is_large and name in _LONG:
                written.append(write_long_table(make(), parquet))
                remove_other_form(csv)
            else:
                written.append(_write_csv(make(), csv))
                remove_other_form(parquet)
        return written


def _write_csv(table: pl.LazyFrame, path: Path) -> Path:
    with write_atomically(path) as file:
        safe = table.with_columns(safe_cells(pl.col(pl.String)))
        safe.sink_csv(file, quote_style="non_numeric")
    return path


def tags_table(map_: Map, minimum_confidence: float) -> pl.LazyFrame:
    """One row per address and tag: ``url``, ``concept``, ``confidence``; lazy, as tags are.

    The columns and their meaning are those of dd-image-tagging's concept models, so that readers of
    its files can read these. Addresses are in the order of the records, each once; tags by falling
    score, as the backend gave it, without those below ``minimum_confidence`` (0.1 in
    dd-image-tagging). An image of the map without such a tag has one row, ``No elements
    present``, with an empty confidence; images that are not in the map, because they could not
    be fetched or tagged, are not in the table.
    """
    addresses = map_.records.lazy().select("image", "location").unique(maintain_order=True)
    tags = map_.tags.filter(pl.col("score") >= minimum_confidence)
    return addresses.join(tags, on="image", how="left", maintain_order="left_right").select(
        url="location", concept=pl.col("tag").fill_null(NO_TAGS), confidence="score"
    )


def tags_by_image(map_: Map, minimum_confidence: float) -> pl.LazyFrame:
    """The rows of :func:`tags_table` in the order of images: the tags need not fit into memory.

    Those without a tag come last.
    """
    addresses = map_.records.lazy().select("image", "location").unique(maintain_order=True)
    tags = map_.tags.filter(pl.col("score") >= minimum_confidence)
    rows = tags.join(addresses, on="image", maintain_order="left_right")
    tagged = tags.select("image").unique()
    untagged = addresses.join(tagged, on="image", how="anti", maintain_order="left")
    none = untagged.with_columns(tag=pl.lit(NO_TAGS), score=pl.lit(None, pl.Float64))
    columns = {"url": "location", "concept": "tag", "confidence": "score"}
    return pl.concat([each.select(**columns) for each in (rows, none)])


_OF_CLUSTERS = (
    "name",
    "automatic_name",
    pl.col("tags").list.join("; "),
    "images",
    "records",
    "frequency",
    "share",
    "stability",
    pl.col("typical").list.join("; "),
)


def clusters_table(map_: Map) -> pl.DataFrame:
    """One row per cluster, the one with most images first.

    ``tags`` and ``typical`` (ids of images) are joined by ``"; "``; ``colour`` is that on all
    pictures of the map, ``#rrggbb``. With edited names, the file is valid input for
    ``--cluster-names``.
    """
    colours = ["#{:02x}{:02x}{:02x}".format(*each) for each in cluster_colours(map_.clusters)]
    return map_.clusters.select("cluster", *_OF_CLUSTERS, pl.Series("colour", colours))


def subclusters_table(map_: Map) -> pl.DataFrame:
    """One row per sub-cluster, by cluster; columns as in ``clusters.csv``, but for colours."""
    return map_.subclusters.select("cluster", "subcluster", *_OF_CLUSTERS)


def images_table(map_: Map) -> pl.DataFrame:
    """One row per image of the map, in the map's order; ``url`` is its first address.

    If some of them are hidden, a further column ``hidden`` (Boolean) says which.
    """
    first = map_.records.lazy().unique("image", keep="first", maintain_order=True)
    addresses = first.select("image", url="location")
    columns = (
        "label",
        "url",
        "cluster",
        "cluster_name",
        "subcluster",
        "subcluster_name",
        "typicality",
        "x",
        "y",
        "frequency",
        "records",
    )
    is_hidden = pl.col("image").is_in(list(map_.hidden))
    marks = [] if map_.hidden.isdisjoint(map_.images["id"]) else [is_hidden.alias("hidden")]
    return (
        with_cluster_names(map_, map_.images)
        .lazy()
        .join(addresses, left_on="id", right_on="image", how="left", maintain_order="left")
        .select(pl.col("id").alias("image"), *columns)
        .with_columns(marks)
        .collect()
    )


def duplicates_table(map_: Map) -> pl.DataFrame:
    """One row per address of each image of the map with several addresses.

    Columns ``image``, ``url``, ``kind`` (``exact``: the image's own bytes; ``near``: those of a
    near duplicate that it represents), ``copy`` (id of the bytes found there) and ``frequency``,
    summed over the address's records; images in the order of their first records.
    """
    addresses = map_.records.group_by("image", "location", "copy", maintain_order=True).agg(
        pl.col("frequency").sum()
    )
    kind = (
        pl.when(pl.col("image") == pl.col("copy")).then(pl.lit("exact")).otherwise(pl.lit("near"))
    )
    return (
        addresses.with_row_index("place")
        .filter(pl.len().over("image") > 1)
        .sort(pl.col("place").min().over("image"), "place")
        .select("image", kind.alias("kind"), "copy", pl.col("location").alias("url"), "frequency")
    )
