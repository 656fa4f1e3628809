"""The plugin ``gephi``: the network for Gephi, Gephi Lite and what else reads GEXF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import RendererSpec, hookimpl
from tagatlas_exports.gephi.options import GephiOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Renderer

__all__ = ["GephiOptions"]


def _gephi(options: GephiOptions) -> Renderer:
    from tagatlas_exports.gephi.renderer import GephiRenderer

    return GephiRenderer(options)


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the files for Gephi."""
    return [
        RendererSpec(
            name="gephi",
            summary="network.gexf, nodes.csv and edges.csv for Gephi and Gephi Lite.",
            files={
                "network.gexf": "the network, for Gephi and Gephi Lite",
                "nodes.csv": "its nodes as a table",
                "edges.csv": "its edges as a table",
            },
            order=60,
            options=GephiOptions,
            factory=_gephi,
        )
    ]
