"""Options of the graph builder ``bipartite``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas.toolkit import TagSelection


@dataclass(frozen=True)
class BipartiteOptions(TagSelection):
    """Which of an image's tags become links.

    The number of links counts after the shares and before IDF; so a tag that is on too many
    images takes up no image's link.
    """

    links_per_image: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="The most links of an image, its best tags first; none: no limit."),
    ] = 15
