"""Options of graph builders that use tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

__all__ = ["Backbone", "LinksPerNode", "ProjectionSelection", "TagSelection"]

Backbone = Annotated[
    Annotated[float, Meta(gt=0.0, le=1.0)] | None,
    Meta(
        description="Keep links that chance alone would make as heavy with a lower"
        " probability, such as 0.1 (disparity filter); none: all links."
    ),
]
"""The option ``backbone``, for :func:`tagatlas.toolkit.backbone`."""

LinksPerNode = Annotated[
    int,
    Meta(
        ge=1,
        le=1000,
        description="The links that each image, or tag, makes, to those most like it;"
        " others may link to it as well.",
    ),
]
"""The option ``links_per_node``."""


@dataclass(frozen=True)
class TagSelection:
    """Selection and weights of tags, and the links to keep.

    Applied in this order: stop tags and threshold, the two shares, IDF; then, on the links that
    the builder made, the backbone. Implemented in :mod:`tagatlas.toolkit.selection` and
    :mod:`tagatlas.toolkit.backbones`.
    """

    threshold: Annotated[
        float, Meta(ge=0.0, le=1.0, description="The lowest score of a tag that counts.")
    ] = 0.05
    minimum_share: Annotated[
        float,
        Meta(ge=0.0, le=1.0, description="Leave out tags that a smaller share of images has."),
    ] = 0.0
    maximum_share: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Leave out tags that a larger share of images has.")
    ] = 1.0
    idf: Annotated[
        bool, Meta(description="Weigh rare tags more: score times inverse document frequency.")
    ] = False
    stop_tags: Annotated[
        tuple[str, ...], Meta(description="Tags to leave out, exactly as the backend writes them.")
    ] = ()
    backbone: Backbone = None


@dataclass(frozen=True)
class ProjectionSelection(TagSelection):
    """Selection of tags, and of the links between alike nodes.

    The two further options are those of :func:`tagatlas.toolkit.project`.
    """

    links_per_node: LinksPerNode = 10
    likeness: Annotated[
        Literal["cosine", "shared"],
        Meta(description="Weight of a link: the cosine, or the sum of products of shared scores."),
    ] = "cosine"
