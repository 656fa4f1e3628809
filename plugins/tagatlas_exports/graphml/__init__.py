"""The plugin ``graphml``: the network for readers of GraphML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the GraphML file."""
    return [
        RendererSpec(
            name="graphml",
            summary="network.graphml for Cytoscape, yEd, igraph, networkx and others.",
            files={"network.graphml": "the network, for Cytoscape, yEd, igraph and others"},
            factory="tagatlas_exports.graphml.renderer:GraphmlRenderer",
            default=False,
        )
    ]
