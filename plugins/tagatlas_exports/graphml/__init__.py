"""The plugin ``graphml``: the network for what reads GraphML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import NoOptions, RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Renderer


def _graphml(_: NoOptions) -> Renderer:
    from tagatlas_exports.graphml.renderer import GraphmlRenderer

    return GraphmlRenderer()


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the GraphML file."""
    return [
        RendererSpec(
            name="graphml",
            summary="network.graphml for Cytoscape, yEd, igraph, networkx and others.",
            files={"network.graphml": "the network, for Cytoscape, yEd, igraph and others"},
            factory=_graphml,
            default=False,
        )
    ]
