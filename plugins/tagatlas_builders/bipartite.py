"""Graph builder plugin ``bipartite``: images linked to the tags they have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import GraphBuilder, GraphBuilderSpec, hookimpl
from tagatlas.toolkit import TagSelection

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from tagatlas import Network, NetworkDescription
    from tagatlas.toolkit import SelectedTags

_IMAGES_AT_ONCE = 20_000
"""Images whose best links are found together."""


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
        from tagatlas.toolkit import backbone, ranked_tags, with_idf

        options = self._options
        selected = ranked_tags(images, tags, options)
        best = _best_links(selected.links, options.links_per_image)
        links = with_idf(best) if options.idf else best
        return backbone(_network(images, replace(selected, links=links)), options.backbone)


def _best_links(links: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    """The ``limit`` links of highest score of each image, ordered by image, then by tag."""
    import polars as pl

    if limit is None:
        return links
    # Of equal scores the earlier tag ranks first. Ranks of all at once would take much memory.
    rank = pl.col("score").rank("ordinal", descending=True).over("image")
    first = pl.Series(range(0, int(links["image"][-1]) + 1, _IMAGES_AT_ONCE), dtype=pl.Int32)
    starts = [*links["image"].search_sorted(first, side="left"), links.height]
    return pl.concat(links[start:end].filter(rank <= limit) for start, end in pairwise(starts))


def _network(images: pl.DataFrame, selected: SelectedTags) -> Network:
    import numpy as np
    import polars as pl

    from tagatlas import Network
    from tagatlas_builders.nodes import image_nodes, tag_nodes

    linked = selected.links["image"].to_numpy()
    is_first = np.append(True, linked[1:] != linked[:-1])
    tags, labels = selected.dense()
    used = linked[is_first]
    return Network(
        nodes=pl.concat(
            [image_nodes(images.select("id", "label")[used]), tag_nodes(labels.alias("label"))]
        ),
        sources=np.cumsum(is_first, dtype=np.int32) - 1,
        targets=tags + np.int32(len(used)),
        weights=selected.links["weight"].to_numpy(),
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
