"""The tagger ``clarifai``: the concepts of Clarifai's models. Costs money; needs a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import Mark, TaggerSpec, hookimpl
from tagatlas_taggers.options import CallsPerSecond, CloudOptions, Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ClarifaiOptions(CloudOptions):
    """Options of the tagger ``clarifai``."""

    model: Annotated[str, Meta(min_length=1, description="Id of the model."), Mark.AUTHORITY] = (
        "general-image-recognition"
    )
    model_version: Annotated[
        str | None,
        Meta(description="Id of the model's version; by default the newest."),
        Mark.AUTHORITY,
    ] = None
    model_app: Annotated[
        str,
        Meta(
            pattern="^[^/]+/[^/]+$",
            description="User and app that the model belongs to, as USER/APP.",
        ),
        Mark.AUTHORITY,
    ] = "clarifai/main"
    concepts: Annotated[
        int, Meta(ge=1, le=200, description="Ask for at most so many concepts of an image.")
    ] = 50
    images_per_call: Annotated[
        int, Meta(ge=1, le=128, description="Images sent in one call, if its size allows.")
    ] = 32
    calls_per_second: CallsPerSecond = 13.5  # Clarifai's limit is 15
    endpoint: Endpoint = "api.clarifai.com"


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
