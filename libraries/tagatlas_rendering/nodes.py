"""The table of nodes in files for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from tagatlas.contracts import Map

_IMAGE_FOLDER = "images/"


def node_table(map_: Map) -> pl.DataFrame:
    """One row per node, in the map's order.

    If images of the map are hidden, a further column ``hidden`` (Boolean) says which; these have
    neither ``image`` nor ``url``.

    Columns: ``id``, ``label``, ``kind``; ``image`` (file of an image, below the atlas's folder
    ``images``; null for tags and for images kept elsewhere); ``url`` (first web address of an
    image; else null); ``cluster``, ``cluster_name``, ``subcluster``, ``subcluster_name`` (null
    if none), ``typicality``; ``frequency``, ``records``;
    ``out_degree``, ``in_degree``; ``x``, ``y``, ``width``, ``height`` in map units.
    """
    import polars as pl

    from tagatlas_rendering.addresses import web_addresses

    images = map_.images["id"]
    files = pl.DataFrame(
        {"id": images, "image": [_image_file(map_, image_id) for image_id in images]},
        schema={"id": pl.String, "image": pl.String},
    )
    addresses = web_addresses(map_.records, map_.hidden).lazy()
    is_hidden = pl.col("id").is_in(list(map_.hidden))
    marks = [is_hidden.alias("hidden")] if not map_.hidden.isdisjoint(images) else []
    return (
        with_cluster_names(map_, map_.nodes)
        .lazy()
        .join(files.lazy(), on="id", how="left", maintain_order="left")
        .join(addresses, left_on="id", right_on="image", how="left", maintain_order="left")
        .with_columns(pl.when(kind="image").then(pl.col("image", "url")))
        .select(
            "id",
            "label",
            "kind",
            "image",
            "url",
            "cluster",
            "cluster_name",
            "subcluster",
            "subcluster_name",
            "typicality",
            "frequency",
            "records",
            "out_degree",
            "in_degree",
            "x",
            "y",
            "width",
            "height",
            *marks,
        )
        .collect()
    )


def with_cluster_names(map_: Map, nodes: pl.DataFrame) -> pl.DataFrame:
    """Add ``cluster_name`` and ``subcluster_name`` (null if none) to some of a map's nodes."""
    names = map_.clusters.select("cluster", cluster_name="name")
    subnames = map_.subclusters.select("subcluster", subcluster_name="name")
    return nodes.join(names, on="cluster", how="left", maintain_order="left").join(
        subnames, on="subcluster", how="left", maintain_order="left"
    )


def _image_file(map_: Map, image_id: str) -> str | None:
    from tagatlas.contracts import Variant

    place = map_.store.locate(image_id, Variant.IMAGE)
    if place is None or not place.startswith(_IMAGE_FOLDER):
        return None
    return place.removeprefix(_IMAGE_FOLDER)
