"""Graph builder plugin ``bipartite``: images linked to the tags they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import GraphBuilder, GraphBuilderSpec, hookimpl
from tagatlas.toolkit import TagSelection

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from tagatlas import Network, NetworkDescription


@dataclass(frozen=True)
class BipartiteOptions(TagSelection):
    """Options that select the tags that become links.

    The number of links is limited after the shares and before IDF; so tags that are on too many
    images do not count for it.
    """

    links_per_image: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)] | None,
        Meta(description="The most links of an image, its best tags first; none: no limit."),
    ] = 15


class BipartiteBuilder(GraphBuilder):
    """Links each image to its tags; the weight of a link is the tag's score.

    Nodes are the images with at least one link, in their order in the table, then the tags by
    label. Links are ordered by image, then by tag.
    """

    def __init__(self, options: BipartiteOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """Describe the network; see :meth:`tagatlas.GraphBuilder.describe`."""
        from tagatlas.toolkit import describe_selection

        return describe_selection(self._options)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`.

        With ``idf`` the weight is that of :func:`tagatlas.toolkit.with_idf`, counted
        over the links of the network.
        """
        from tagatlas.toolkit import backbone, select_tags, with_idf

        options = self._options
        links = _best_links(select_tags(images, tags, options), options.links_per_image)
        network = _network(images, with_idf(links) if options.idf else links)
        return backbone(network, options.backbone)


def _best_links(links: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    """The ``limit`` links of highest score of each image, ordered by image, then by tag."""
    import polars as pl

    if limit is None:
        return links
    ordered = links.sort(["image", "score", "tag"], descending=[False, True, False])
    return ordered.filter(pl.int_range(pl.len()).over("image") < limit).sort("image", "tag")


def _network(images: pl.DataFrame, links: pl.DataFrame) -> Network:
    import polars as pl

    from tagatlas import Network
    from tagatlas_builders.nodes import image_nodes, tag_nodes

    linked = links.select("image").unique(maintain_order=True)
    used = links.select("tag", "label").unique("tag").sort("tag")
    # Both columns are sorted, so a dense rank is the row of a node among its kind.
    sources = links["image"].rank("dense").cast(pl.Int32) - 1
    targets = links["tag"].rank("dense").cast(pl.Int32) - 1 + linked.height
    return Network(
        nodes=pl.concat([image_nodes(images[linked["image"]]), tag_nodes(used["label"])]),
        sources=sources.to_numpy(),
        targets=targets.to_numpy(),
        weights=links["weight"].to_numpy(),
    )


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``bipartite``."""
    return [
        GraphBuilderSpec(
            name="bipartite",
            summary="Images and tags; an image is linked to its tags, by score.",
            options=BipartiteOptions,
            factory=BipartiteBuilder,
        )
    ]
