"""Options of taggers that send images to a service and store its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas import Mark
from tagatlas.toolkit import ServiceOptions

TagsPerImage = Annotated[
    int, Meta(ge=1, le=100_000, description="Keep at most so many tags of an image, the likeliest.")
]
CallsPerSecond = Annotated[
    float, Meta(gt=0, le=10_000, description="The most calls that are begun in a second.")
]
Endpoint = Annotated[
    str,
    Meta(min_length=1, description="Where the service is; HOST or HOST:PORT."),
    Mark.AUTHORITY,
]


@dataclass(frozen=True)
class CloudOptions(ServiceOptions):
    """Options for reading answers, and the number of images in a call."""

    minimum_score: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Leave out tags below this score.")
    ] = 0.0
    tags_per_image: TagsPerImage = 60
    images_per_call: Annotated[
        int, Meta(ge=1, le=1000, description="Images sent in one call, if its size allows.")
    ] = 16
