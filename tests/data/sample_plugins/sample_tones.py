"""A correct rereading tagger of a few lines: the tones of an image, read from its mean colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas.contracts import (
    ImageInput,
    KeptAnswer,
    Reading,
    RereadingTagger,
    Tag,
    TaggerSpec,
    TagResult,
)
from tagatlas.hookspecs import hookimpl


@dataclass(frozen=True)
class TonesOptions:
    """Options of the tagger."""

    side: Annotated[int, Meta(ge=1, le=1024, description="The side it is seen at.")] = 8
    threshold: Annotated[float, Meta(ge=0, le=1, description="The least tone.")] = 0.2


class TonesTagger(RereadingTagger):
    """Tags an image with the tones in it."""

    batch_size = 2

    def __init__(self, options: TonesOptions) -> None:
        self._options = options

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """Look at each image alone."""
        return [self._look(image) for image in images]

    def fingerprint(self) -> str:
        """The version and the side."""
        return f"tones 1, side {self._options.side}"

    def reading(self) -> str:
        """The threshold."""
        return f"threshold {self._options.threshold}"

    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        """Tones above the threshold."""
        return Reading(
            ((answer.id, self._tags(answer.raw or b"")) for answer in answers), {"of": 3}
        )

    def _look(self, image: ImageInput) -> TagResult:
        side = self._options.side
        try:
            picture = image.open(at_least=side)
        except OSError as error:
            return TagResult.failed("image", f"cannot be decoded: {type(error).__name__}")
        return self._tags(picture.resize((side, side)).resize((1, 1)).tobytes())

    def _tags(self, raw: bytes) -> TagResult:
        scores = zip(("red", "green", "blue"), (tone / 255 for tone in raw), strict=True)
        tags = [Tag(name, score) for name, score in scores if score >= self._options.threshold]
        return TagResult.ok(tags, raw) if tags else TagResult.empty(raw)


@hookimpl
def tagatlas_taggers() -> list[TaggerSpec]:
    """Announce the tagger."""
    return [
        TaggerSpec(name="tones", summary="Its tones.", options=TonesOptions, factory=TonesTagger)
    ]
