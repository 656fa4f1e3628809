"""The builder: tags as rows of scores, projected onto themselves."""

from __future__ import annotations

import numpy as np
import polars as pl

from tagatlas import GraphBuilder, Network, NetworkDescription
from tagatlas.errors import EmptyMap
from tagatlas.toolkit import TAG, backbone, describe_selection, project, tag_matrix
from tagatlas_builders.tags.options import TagsOptions


class TagsBuilder(GraphBuilder):
    """Links each tag to those it occurs with most: the co-occurrence network.

    The weight of a link is the cosine of both tags' scores on all images (Salton's cosine where
    all scores are 1), or with ``likeness`` ``shared`` the sum, over the images that have both,
    of score times score (the number of these images where all scores are 1). With ``idf``,
    scores are those of :func:`tagatlas.toolkit.with_idf`, which changes no cosine.

    Nodes are the tags with at least one link, by label; there are no images among them. On the
    map each image is put amid its tags. The network is undirected.
    """

    def __init__(self, options: TagsOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """What the network shows; see :meth:`tagatlas.GraphBuilder.describe`."""
        return describe_selection(self._options)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`."""
        options = self._options
        scores, labels = tag_matrix(images, tags, options)
        by_tag = scores.T.tocsr()
        kept = np.diff(by_tag.indptr) >= options.minimum_images
        if not kept.any():
            raise EmptyMap(
                f"none of {len(labels):,} tags is on {options.minimum_images:,} images or more:"
                " lower the least number of images"
            )
        network = project(
            labels.filter(pl.Series(kept))
            .to_frame()
            .select(("tag:" + pl.col("label")).alias("id"), pl.lit(TAG).alias("kind"), "label"),
            by_tag[kept],
            likeness=options.likeness,
            links_per_node=options.links_per_node,
        )
        return network if options.backbone is None else backbone(network, options.backbone)
