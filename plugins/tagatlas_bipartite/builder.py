"""The builder: one pass over the tags, a column at a time."""

from __future__ import annotations

import polars as pl

from tagatlas.contracts import GraphBuilder
from tagatlas.errors import EmptyMap
from tagatlas.network import IMAGE, TAG, Network
from tagatlas_bipartite.options import BipartiteOptions


class BipartiteBuilder(GraphBuilder):
    """Links each image to its tags; the weight of a link is the tag's score.

    Nodes are the images with at least one link, in their order in the table, then the tags by
    label. Links are ordered by image, then by tag.
    """

    def __init__(self, options: BipartiteOptions) -> None:
        self._options = options

    def build(self, images: pl.DataFrame, tags: pl.DataFrame) -> Network:
        """Build the network; see :meth:`tagatlas.contracts.GraphBuilder.build`.

        The share of a tag is counted over all of ``images``, and over scores that pass the
        threshold. A score of 0 never makes a link. With ``idf`` the weight is
        ``score * (1 + ln((1 + n) / (1 + images with the tag)))``, n images in the network:
        the smoothed inverse document frequency, which keeps all weights above 0.
        """
        options = self._options
        wanted = tags.filter(~pl.col("tag").is_in(options.stop_tags)) if options.stop_tags else tags
        scored = _weighted(wanted, images).filter(
            pl.col("score") >= options.threshold, pl.col("weight") > 0
        )
        share = pl.col("images_with_tag") / images.height
        shared = _with_tag_counts(scored).filter(
            share >= options.minimum_share, share <= options.maximum_share
        )
        if shared.is_empty():
            raise EmptyMap(_explain(options, images.height, [tags, wanted, scored, shared]))
        links = _best_links(shared, options.links_per_image)
        return _network(images, _with_idf(links) if options.idf else links)


def _weighted(tags: pl.DataFrame, images: pl.DataFrame) -> pl.DataFrame:
    """Tags of known images: ``image`` (its row in ``images``), ``tag``, ``score``, ``weight``."""
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row").cast(pl.Int32))
    return tags.join(rows, on="image").select(
        pl.col("row").alias("image"),
        "tag",
        "score",
        pl.col("score").cast(pl.Float32).alias("weight"),
    )


def _with_tag_counts(links: pl.DataFrame) -> pl.DataFrame:
    """Adds ``images_with_tag`` and turns ``tag`` into its rank among the labels, by ``label``."""
    labels = links.group_by(pl.col("tag").alias("label")).agg(pl.len().alias("images_with_tag"))
    ranked = labels.sort("label").with_row_index("tag")
    return links.rename({"tag": "label"}).join(ranked, on="label")


def _best_links(links: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    """The ``limit`` links of highest score of each image, ordered by image, then by tag."""
    if limit is not None:
        ordered = links.sort(["image", "score", "tag"], descending=[False, True, False])
        links = ordered.filter(pl.int_range(pl.len()).over("image") < limit)
    return links.sort("image", "tag")


def _with_idf(links: pl.DataFrame) -> pl.DataFrame:
    images = links["image"].n_unique()
    idf = 1.0 + ((1.0 + images) / (1.0 + pl.len().over("tag"))).log()
    return links.with_columns((pl.col("score") * idf).cast(pl.Float32).alias("weight"))


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


def _explain(options: BipartiteOptions, images: int, stages: list[pl.DataFrame]) -> str:
    """One line: how many tags there were, and which option removed how many of them."""
    given, wanted, scored, shared = (stage.height for stage in stages)
    if given == 0:
        return f"none of the {images:,} images has a tag: choose another backend, or other images"
    removed = {
        "the stop tags": given - wanted,
        f"the threshold of {options.threshold:g}": wanted - scored,
        f"the shares from {options.minimum_share:g} to {options.maximum_share:g}": scored - shared,
    }
    reasons = ", ".join(f"{reason} removed {count:,}" for reason, count in removed.items() if count)
    return f"no tag is left of {given:,} on {images:,} images: {reasons}; loosen these options"
