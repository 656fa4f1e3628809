"""Options of the clusterer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True)
class LeidenOptions:
    """Options of linking images, and of the granularity of clusters."""

    neighbours: Annotated[
        int,
        Meta(ge=2, le=1000, description="Most similar images that each image is clustered with."),
    ] = 10
    resolution: Annotated[
        float, Meta(gt=0, le=1e6, description="Higher values give more and smaller clusters.")
    ] = 1.0
    sub_resolution: Annotated[
        float,
        Meta(
            ge=0,
            le=1e6,
            description="The same for the sub-clusters within a cluster; 0 makes none.",
        ),
    ] = 1.0
