"""The builder: images as rows of scores, projected onto themselves."""

from __future__ import annotations

import polars as pl

from tagatlas import GraphBuilder, Network, NetworkDescription
from tagatlas.toolkit import IMAGE, backbone, describe_selection, project, tag_matrix
from tagatlas_builders.images.options import ImagesOptions


class ImagesBuilder(GraphBuilder):
    """Links each image to those whose tags are most like its own.

    The weight of a link is the cosine of both images' scores, or with ``likeness`` ``shared``
    the sum, over the tags that both have, of score times score. With ``idf``, scores are
    those of :func:`tagatlas.toolkit.with_idf`.

    Nodes are the images with at least one link, in their order in the table. The network is
    undirected.
    """

    def __init__(self, options: ImagesOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """What the network shows; see :meth:`tagatlas.GraphBuilder.describe`."""
        return describe_selection(self._options)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`."""
        options = self._options
        scores, _ = tag_matrix(images, tags, options)
        network = project(
            images.select("id", pl.lit(IMAGE).alias("kind"), "label"),
            scores,
            likeness=options.likeness,
            links_per_node=options.links_per_node,
        )
        return network if options.backbone is None else backbone(network, options.backbone)
