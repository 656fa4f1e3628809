"""Graph builder plugin ``images``: images linked to the images that share their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import GraphBuilder, GraphBuilderSpec, hookimpl
from tagatlas.toolkit import ProjectionSelection

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from tagatlas import Network, NetworkDescription


class ImagesBuilder(GraphBuilder):
    """Links each image to those with the most similar tags.

    The weight of a link is the cosine of both images' scores, or with ``likeness`` ``shared``
    the sum, over the tags that both have, of score times score. With ``idf``, scores are
    those of :func:`tagatlas.toolkit.with_idf`.

    Nodes are the images with at least one link, in their order in the table. The network is
    undirected.
    """

    def __init__(self, options: ProjectionSelection) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """Describe the network; see :meth:`tagatlas.GraphBuilder.describe`."""
        from tagatlas.toolkit import describe_selection

        return describe_selection(self._options)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`."""
        from tagatlas.toolkit import backbone, project, tag_matrix
        from tagatlas_builders.nodes import image_nodes

        options = self._options
        scores, _ = tag_matrix(images, tags, options)
        network = project(
            image_nodes(images),
            scores,
            likeness=options.likeness,
            links_per_node=options.links_per_node,
        )
        return backbone(network, options.backbone)


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``images``."""
    return [
        GraphBuilderSpec(
            name="images",
            summary="Images; an image is linked to those that share most of its tags.",
            options=ProjectionSelection,
            factory=ImagesBuilder,
        )
    ]
