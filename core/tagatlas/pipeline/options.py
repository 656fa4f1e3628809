"""The options of the steps themselves; those of plugins are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta


@dataclass(frozen=True)
class AddOptions:
    """How a source is read."""

    source: Annotated[
        str | None, Meta(description="Source plugin; by default the one that fits the input.")
    ] = None


@dataclass(frozen=True)
class TagOptions:
    """Who tags."""

    backend: Annotated[str, Meta(description="Tagger that looks at the images.")] = "imagenet"


@dataclass(frozen=True)
class MapOptions:
    """How tags become a map."""

    builder: Annotated[str, Meta(description="Graph builder that links images and tags.")] = (
        "bipartite"
    )
    layout: Annotated[str, Meta(description="Layout that places them.")] = "forceatlas2"
    seed: Annotated[int, Meta(ge=0, description="Seed of everything random.")] = 0
    size_by: Annotated[
        Literal["out-degree", "frequency", "constant"],
        Meta(description="What an image's area on the map stands for."),
    ] = "out-degree"
    fill: Annotated[float, Meta(gt=0, le=1, description="Share of the map that images cover.")] = (
        0.4
    )
    neighbours: Annotated[
        int, Meta(ge=2, description="Most similar images that each image is clustered with.")
    ] = 12
    resolution: Annotated[
        float, Meta(gt=0, description="Higher values give more and smaller clusters.")
    ] = 1.0
