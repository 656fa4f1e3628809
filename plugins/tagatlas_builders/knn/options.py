"""Options of the graph builder ``knn``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas.toolkit import Backbone, LinksPerNode


@dataclass(frozen=True)
class KnnOptions:
    """How many links an image makes, and which of them are kept."""

    links_per_node: LinksPerNode = 10
    minimum_cosine: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            description="Leave out links between images whose embeddings have a lower cosine.",
        ),
    ] = 0.0
    mutual: Annotated[
        bool, Meta(description="Keep only links that both images make, each to the other.")
    ] = False
    backbone: Backbone = None
