"""A correct tagger of a few lines: how light an image is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas.contracts import ImageInput, Tag, Tagger, TaggerSpec, TagResult
from tagatlas.hookspecs import hookimpl


@dataclass(frozen=True)
class GreyOptions:
    """Options of the tagger."""

    threshold: Annotated[int, Meta(ge=0, le=255, description="Where light begins.")] = 127
    batch: Annotated[int, Meta(ge=1, le=100, description="Images in one call.")] = 3


class GreyTagger(Tagger):
    """Tags an image as light or dark."""

    concurrency = 4

    def __init__(self, options: GreyOptions) -> None:
        self.batch_size = options.batch
        self._threshold = options.threshold

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """Tag each image alone."""
        return [self._look(image) for image in images]

    def _look(self, image: ImageInput) -> TagResult:
        try:
            picture = image.open(at_least=1)
        except OSError as error:
            return TagResult.failed("image", f"cannot be decoded: {type(error).__name__}")
        mean = sum(picture.resize((1, 1)).tobytes()) / 3
        tone = "light" if mean > self._threshold else "dark"
        return TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])

    def fingerprint(self) -> str:
        """The version and the threshold."""
        return f"grey 1, threshold {self._threshold}"


@hookimpl
def tagatlas_taggers() -> list[TaggerSpec]:
    """Announce the tagger."""
    return [
        TaggerSpec(name="grey", summary="Light or dark.", options=GreyOptions, factory=GreyTagger)
    ]
