"""What every poster lets the user choose, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta


@dataclass(frozen=True)
class PosterOptions:
    """Options that every format of the poster has; a format may add its own by inheriting."""

    width: Annotated[
        int, Meta(ge=400, le=65_536, description="Width in pixels; the height follows.")
    ] = 4096
    opacity: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Opacity of the pictures: 0 hides, 1 covers.")
    ] = 1.0
    background: Annotated[
        Literal["light", "dark"], Meta(description="Colour of the paper: light or dark.")
    ] = "light"
    title: Annotated[
        str | None,
        Meta(description="Title of the poster; by default what the collection is called."),
    ] = None
    outlines: Annotated[bool, Meta(description="Whether clusters are outlined.")] = True
    annotations: Annotated[
        bool, Meta(description="Whether what was drawn and written on the map by hand is shown.")
    ] = True
    names: Annotated[bool, Meta(description="Whether clusters are named.")] = True
    show_tags: Annotated[bool, Meta(description="Whether tags are written in place.")] = False
    legend: Annotated[bool, Meta(description="Whether the clusters are listed below the map.")] = (
        True
    )
    size_scale: Annotated[
        bool, Meta(description="Whether it is said what the sizes of images stand for.")
    ] = True


@dataclass(frozen=True)
class VectorOptions(PosterOptions):
    """Options of the formats whose pictures are files within the file."""

    detail: Annotated[
        float,
        Meta(
            ge=0.25,
            le=8.0,
            description="Pixels of a picture for each pixel that it covers: sharper, and larger.",
        ),
    ] = 2.0
