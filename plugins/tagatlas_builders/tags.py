"""Graph builder plugin ``tags``: tags linked to the tags they occur with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import GraphBuilder, GraphBuilderSpec, hookimpl
from tagatlas.errors import EmptyMap
from tagatlas.toolkit import ProjectionSelection

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from tagatlas import Network, NetworkDescription


@dataclass(frozen=True)
class TagsOptions(ProjectionSelection):
    """Options that select tags, and limit the links of a tag."""

    minimum_images: Annotated[
        int,
        Meta(
            ge=1,
            le=10**9,
            description="Leave out tags that fewer images have: those of a single image are tied"
            " to each other alone.",
        ),
    ] = 2


class TagsBuilder(GraphBuilder):
    """Links each tag to those it occurs with most: the co-occurrence network.

    The weight of a link is the cosine of both tags' scores on all images (Salton's cosine where
    all scores are 1), or with ``likeness`` ``shared`` the sum, over the images that have both,
    of score times score (the number of these images where all scores are 1). With ``idf``,
    scores are those of :func:`tagatlas.toolkit.with_idf`, which changes no cosine.

    Nodes are the tags with at least one link, by label; there are no images among them. On the
    map each image is put among its tags. The network is undirected.
    """

    def __init__(self, options: TagsOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """Describe the network; see :meth:`tagatlas.GraphBuilder.describe`."""
        from tagatlas.toolkit import describe_selection

        return describe_selection(self._options)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`."""
        import numpy as np
        import polars as pl

        from tagatlas.toolkit import backbone, count, project, tag_matrix
        from tagatlas_builders.nodes import tag_nodes

        options = self._options
        scores, labels = tag_matrix(images, tags, options)
        by_tag = scores.T.tocsr()
        kept = np.diff(by_tag.indptr) >= options.minimum_images
        if not kept.any():
            raise EmptyMap(
                f"of {count(len(labels), 'tag')} none is on"
                f" {count(options.minimum_images, 'image')} or more: lower the least number of"
                " images"
            )
        network = project(
            tag_nodes(labels.filter(pl.Series(kept))),
            by_tag[kept],
            likeness=options.likeness,
            links_per_node=options.links_per_node,
        )
        return backbone(network, options.backbone)


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``tags``."""
    return [
        GraphBuilderSpec(
            name="tags",
            summary="Tags; a tag is linked to those it occurs with. Images lie among their tags.",
            options=TagsOptions,
            factory=TagsBuilder,
        )
    ]
