"""The tagger ``clarifai``: the concepts of Clarifai's models. Costs money; needs a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import TaggerSpec, hookimpl
from tagatlas.toolkit import ServiceOptions

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ClarifaiOptions(ServiceOptions):
    """Options of the tagger ``clarifai``."""

    model: Annotated[str, Meta(min_length=1, description="Id of the model.")] = (
        "general-image-recognition"
    )
    model_version: Annotated[
        str | None, Meta(description="Id of the model's version; by default the newest.")
    ] = None
    model_app: Annotated[
        str,
        Meta(
            pattern="^[^/]+/[^/]+$",
            description="User and app that the model belongs to, as USER/APP.",
        ),
    ] = "clarifai/main"
    concepts: Annotated[
        int, Meta(ge=1, le=200, description="Ask for at most so many concepts of an image.")
    ] = 50
    minimum_score: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Leave out tags below this score.")
    ] = 0.0
    tags_per_image: Annotated[
        int, Meta(ge=1, description="Keep at most so many tags of an image, the likeliest.")
    ] = 60
    images_per_call: Annotated[
        int, Meta(ge=1, le=128, description="Images sent in one call, if its size allows.")
    ] = 32
    calls_per_second: Annotated[
        float, Meta(gt=0, description="The most calls that are begun in a second.")
    ] = 15.0
    endpoint: Annotated[
        str, Meta(min_length=1, description="Where the service is; HOST or HOST:PORT.")
    ] = "api.clarifai.com"


@hookimpl
def tagatlas_taggers() -> Iterable[TaggerSpec]:
    """Announce the tagger ``clarifai``."""
    return [
        TaggerSpec(
            name="clarifai",
            summary="Concepts of Clarifai's models; sends images to Clarifai, costs money.",
            extra="tagatlas[clarifai]",
            options=ClarifaiOptions,
            factory="tagatlas_taggers.clarifai.tagger:ClarifaiTagger",
        )
    ]
