"""The tagger ``imagenet``: 1,000 kinds of things and their WordNet ancestors, offline.

EfficientNet-Lite2 run with onnxruntime; where model and tables come from is in PROVENANCE.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import TaggerSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ImageNetOptions:
    """Options of the tagger ``imagenet``."""

    minimum_score: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Leave out tags below this probability.")
    ] = 0.005
    tags_per_image: Annotated[
        int,
        Meta(ge=1, le=100_000, description="Keep at most so many tags of an image, the likeliest."),
    ] = 60
    threads: Annotated[
        int,
        Meta(ge=0, le=256, description="Images worked on at once; 0 is one per processor core."),
    ] = 0


@hookimpl
def tagatlas_taggers() -> Iterable[TaggerSpec]:
    """Announce the tagger ``imagenet``."""
    return [
        TaggerSpec(
            name="imagenet",
            summary="1,000 kinds of things and what they are kinds of; offline, no key.",
            packages=("onnxruntime",),
            options=ImageNetOptions,
            embeds_images=True,
            factory="tagatlas_taggers.imagenet.tagger:ImageNetTagger",
        )
    ]
