"""The plugin ``gephi``: the network for Gephi, Gephi Lite and what else reads GEXF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.contracts import NoOptions, RendererSpec
from tagatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas.contracts import Renderer


def _gephi(_: NoOptions) -> Renderer:
    from tagatlas_gephi.renderer import GephiRenderer

    return GephiRenderer()


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the files for Gephi."""
    return [
        RendererSpec(
            name="gephi",
            summary="network.gexf, nodes.csv and edges.csv for Gephi and Gephi Lite.",
            factory=_gephi,
        )
    ]
