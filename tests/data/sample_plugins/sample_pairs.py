"""A correct graph builder of a few lines: images linked to their tags, with networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.contracts import (
    Citation,
    GraphBuilder,
    GraphBuilderSpec,
    NetworkDescription,
    NoOptions,
)
from tagatlas.errors import EmptyMap
from tagatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    import networkx as nx
    import polars as pl


class PairsBuilder(GraphBuilder):
    """Links an image to each of its tags."""

    def __init__(self, options: NoOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """Tags of any score are linked."""
        return NetworkDescription(
            placed_by="the tags they share",
            text="Pairs are linked.",
            citations=(Citation("Euler, 1736", "Euler, L. (1736). *Solutio problematis*."),),
            lowest_score=0.0,
        )

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> nx.Graph:
        """Build a directed graph."""
        import networkx as nx

        graph = nx.DiGraph()
        rows = [row for row in tags.sort("image", "tag").collect().iter_rows() if row[2] > 0]
        if not rows:
            raise EmptyMap("no image has a tag: tag the images first")
        for image, tag, score in rows:
            graph.add_node(image, kind="image", label=image[:8])
            graph.add_node("tag " + tag, kind="tag", label=tag)
            graph.add_edge(image, "tag " + tag, weight=score)
        return graph


@hookimpl
def tagatlas_graph_builders() -> list[GraphBuilderSpec]:
    """Announce the builder."""
    return [GraphBuilderSpec(name="pairs", summary="Images and tags.", factory=PairsBuilder)]
