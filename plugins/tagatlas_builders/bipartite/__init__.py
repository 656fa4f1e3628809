"""Graph builder plugin ``bipartite``: images linked to the tags they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas_builders.bipartite.options import BipartiteOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import GraphBuilder

__all__ = ["BipartiteOptions"]


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``bipartite``."""
    return [
        GraphBuilderSpec(
            name="bipartite",
            summary="Images and tags; an image is linked to its tags, by score.",
            options=BipartiteOptions,
            factory=_builder,
        )
    ]


def _builder(options: BipartiteOptions) -> GraphBuilder:
    from tagatlas_builders.bipartite.builder import BipartiteBuilder

    return BipartiteBuilder(options)
