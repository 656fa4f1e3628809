"""Options of the graph builder ``images``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from tagatlas.contracts import TagSelection


@dataclass(frozen=True)
class ImagesOptions(TagSelection):
    """Which tags count, and how many links an image makes."""

    links_per_node: Annotated[
        int,
        Meta(
            ge=1,
            description="The links that each image, or tag, makes, to those most like it;"
            " others may link to it as well.",
        ),
    ] = 10
    likeness: Annotated[
        Literal["cosine", "shared"],
        Meta(description="Weight of a link: the cosine, or the sum of products of shared scores."),
    ] = "cosine"
