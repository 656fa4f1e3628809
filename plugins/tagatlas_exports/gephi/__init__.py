"""The plugin ``gephi``: the network for Gephi, Gephi Lite and other readers of GEXF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class GephiOptions:
    """Options: data of the records to export with the network."""

    attributes: Annotated[
        tuple[str, ...],
        Meta(description="Kept columns to copy to the images; different values are joined by |."),
    ] = ()
    time_column: Annotated[
        str | None,
        Meta(description="Kept column with years, dates or times, for a dynamic graph."),
    ] = None


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
                "network-nodes.parquet": "its nodes, where they are too many for Gephi",
                "network-edges.parquet": "its edges, where the nodes are too many for Gephi",
            },
            order=60,
            options=GephiOptions,
            factory="tagatlas_exports.gephi.renderer:GephiRenderer",
        )
    ]
