"""Options of the graph builder ``bipartite``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True)
class BipartiteOptions:
    """Which of an image's tags become links.

    They work in this order: stop tags and threshold, then the two shares, then the number of
    links an image may have; so a tag that is on too many images takes up no image's link.
    """

    threshold: Annotated[
        float, Meta(ge=0.0, le=1.0, description="The lowest score that makes a link.")
    ] = 0.05
    links_per_image: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="The most links of an image, its best tags first; none: no limit."),
    ] = 15
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
