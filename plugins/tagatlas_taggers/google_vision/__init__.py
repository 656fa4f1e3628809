"""The tagger ``google-vision``: tags by Google Cloud Vision. Costs money; needs an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import TaggerSpec, hookimpl
from tagatlas_taggers.options import CallsPerSecond, CloudOptions, Endpoint, TagsPerImage

if TYPE_CHECKING:
    from collections.abc import Iterable

Feature = Literal["labels", "objects", "landmarks", "logos", "web"]
"""Available features; each is billed separately."""


@dataclass(frozen=True)
class GoogleVisionOptions(CloudOptions):
    """Options of the tagger ``google-vision``."""

    features: Annotated[
        tuple[Feature, ...],
        Meta(
            min_length=1,
            description="What to ask for, each billed by itself: labels, objects, landmarks,"
            " logos, web. Tags of all but labels begin with object:, landmark:, logo: or web:.",
        ),
    ] = ("labels",)
    max_results: Annotated[
        int, Meta(ge=1, le=100, description="Ask for at most so many results of a feature.")
    ] = 50
    tags_per_image: TagsPerImage = 100
    images_per_call: Annotated[
        int, Meta(ge=1, le=16, description="Images sent in one call, if its size allows.")
    ] = 16
    calls_per_second: CallsPerSecond = 27.0  # Google's limit is 1,800 in a minute
    endpoint: Endpoint = "vision.googleapis.com"


@hookimpl
def tagatlas_taggers() -> Iterable[TaggerSpec]:
    """Announce the tagger ``google-vision``."""
    return [
        TaggerSpec(
            name="google-vision",
            summary="Google Cloud Vision's labels and more; sends images to Google, costs money.",
            extra="tagatlas[google-vision]",
            options=GoogleVisionOptions,
            factory="tagatlas_taggers.google_vision.tagger:GoogleVisionTagger",
        )
    ]
