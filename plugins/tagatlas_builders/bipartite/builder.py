"""The builder: one pass over the tags, a column at a time."""

from __future__ import annotations

import polars as pl

from tagatlas import GraphBuilder, Network, NetworkDescription
from tagatlas.toolkit import IMAGE, TAG, backbone, describe_selection, select_tags, with_idf
from tagatlas_builders.bipartite.options import BipartiteOptions


class BipartiteBuilder(GraphBuilder):
    """Links each image to its tags; the weight of a link is the tag's score.

    Nodes are the images with at least one link, in their order in the table, then the tags by
    label. Links are ordered by image, then by tag.
    """

    def __init__(self, options: BipartiteOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """What the network shows; see :meth:`tagatlas.GraphBuilder.describe`."""
        return describe_selection(self._options)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`.

        With ``idf`` the weight is that of :func:`tagatlas.toolkit.with_idf`, counted
        over the links of the network.
        """
        options = self._options
        links = _best_links(select_tags(images, tags, options), options.links_per_image)
        network = _network(images, with_idf(links) if options.idf else links)
        return network if options.backbone is None else backbone(network, options.backbone)


def _best_links(links: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    """The ``limit`` links of highest score of each image, ordered by image, then by tag."""
    if limit is None:
        return links
    ordered = links.sort(["image", "score", "tag"], descending=[False, True, False])
    return ordered.filter(pl.int_range(pl.len()).over("image") < limit).sort("image", "tag")


def _network(images: pl.DataFrame, links: pl.DataFrame) -> Network:
    linked = links.select("image").unique(maintain_order=True)
    used = links.select("tag", "label").unique("tag").sort("tag")
    image_nodes = images[linked["image"]].select("id", pl.lit(IMAGE).alias("kind"), "label")
    tag_nodes = used.select(
        ("tag:" + pl.col("label")).alias("id"), pl.lit(TAG).alias("kind"), "label"
    )
    # Both columns are sorted, so a dense rank is the row of a node among its kind.
    sources = links["image"].rank("dense").cast(pl.Int32) - 1
    targets = links["tag"].rank("dense").cast(pl.Int32) - 1 + linked.height
    return Network(
        nodes=pl.concat([image_nodes, tag_nodes]),
        sources=sources.to_numpy(),
        targets=targets.to_numpy(),
        weights=links["weight"].to_numpy(),
    )
