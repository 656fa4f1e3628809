"""Options of the graph builder ``tags``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas.toolkit import ProjectionSelection


@dataclass(frozen=True)
class TagsOptions(ProjectionSelection):
    """Which tags count, and how many links a tag makes."""

    minimum_images: Annotated[
        int,
        Meta(
            ge=1,
            description="Leave out tags that fewer images have: those of a single image are tied"
            " to each other alone.",
        ),
    ] = 2
