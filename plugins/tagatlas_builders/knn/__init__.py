"""Graph builder plugin ``knn``: images linked to those with the most similar embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas.toolkit import Backbone, LinksPerNode

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class KnnOptions:
    """Options of the number of links of an image, and of which are kept."""

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
    search: Annotated[
        Literal["auto", "exact", "approximate"],
        Meta(
            description="Compare each image with all others, which takes longer by the square of"
            " their number, or find nearly all of its neighbours in minutes; auto: exact up to"
            " 50,000 images."
        ),
    ] = "auto"


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``knn``."""
    return [
        GraphBuilderSpec(
            name="knn",
            summary="Images; an image is linked to those most like it by the backend's embeddings.",
            options=KnnOptions,
            factory="tagatlas_builders.knn.builder:KnnBuilder",
        )
    ]
