"""Options of posters of every format."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from tagatlas import Mark


@dataclass(frozen=True)
class PosterOptions:
    """Options of all formats of the poster; a format may add its own by inheriting."""

    width: Annotated[
        int, Meta(ge=400, le=65_536, description="Width in pixels; the height follows.")
    ] = 4096
    opacity: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Opacity of the pictures: 0 hides, 1 covers.")
    ] = 1.0
    background: Annotated[
        Literal["light", "dark"], Meta(description="Colour of the paper: light or dark.")
    ] = "light"
    paper: Annotated[
        Literal["A4", "A3", "A2", "A1", "A0"] | None,
        Meta(description="Size of the printed page; then the width in pixels follows from --dpi."),
    ] = None
    landscape: Annotated[bool, Meta(description="Turn the paper on its side.")] = False
    dpi: Annotated[
        Annotated[int, Meta(ge=36, le=1200)] | None,
        Meta(description="Pixels per printed inch; by default 300 on --paper, else 96."),
    ] = None
    type_size: Annotated[
        Annotated[float, Meta(gt=0.0, le=72.0)] | None,
        Meta(description="Smallest type in points; by default 5 on --paper."),
    ] = None
    title: Annotated[
        str | None,
        Meta(description="Title of the poster; by default the name of the collection."),
    ] = None
    subtitle: Annotated[str, Meta(description="A line below the title.")] = ""
    image_source: Annotated[
        str, Meta(description="Where the images are from, for the small print.")
    ] = ""
    date: Annotated[str, Meta(description="A date for the small print, as you write it.")] = ""
    font: Annotated[
        tuple[str, ...],
        Meta(description="Font files for letters that the built-in font lacks; by default any."),
        Mark.AUTHORITY,
    ] = ()
    outlines: Annotated[bool, Meta(description="Draw outlines of clusters.")] = True
    annotations: Annotated[bool, Meta(description="Draw the annotations made on the map.")] = True
    names: Annotated[bool, Meta(description="Write the names of clusters.")] = True
    show_tags: Annotated[bool, Meta(description="Write tags at their positions.")] = False
    legend: Annotated[bool, Meta(description="List the clusters below the map.")] = True
    size_scale: Annotated[bool, Meta(description="Explain the sizes of images below the map.")] = (
        True
    )

    def __post_init__(self) -> None:
        """Make paths absolute: an atlas that keeps them is used from other folders, too."""
        files = tuple(os.path.abspath(each) for each in self.font)  # noqa: PTH100 - takes any text
        object.__setattr__(self, "font", files)


@dataclass(frozen=True)
class VectorOptions(PosterOptions):
    """Options of the formats that embed pictures as files."""

    detail: Annotated[
        float,
        Meta(
            ge=0.25,
            le=8.0,
            description="Pixels of a picture per pixel that it covers: more is sharper and larger.",
        ),
    ] = 2.0
