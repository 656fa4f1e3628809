"""Base of taggers that send images to a service and store its answers, to read tags again."""

from __future__ import annotations

import os
from abc import abstractmethod
from typing import TYPE_CHECKING

from tagatlas import Reading, RereadingTagger, Tag, TagResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tagatlas import KeptAnswer, Price
    from tagatlas_taggers.options import CloudOptions


class CloudTagger(RereadingTagger):
    """Sends images to a service. Its answer for an image is stored as bytes."""

    local = False

    def __init__(self, options: CloudOptions, key_variable: str, price: Price) -> None:
        """Take the key from its variable, and speed and price from the options.

        Args:
            options: of the tagger.
            key_variable: the environment variable of the key.
            price: of an image, as the service lists it.
        """
        self._key = os.environ.get(key_variable, "").strip()  # a file of a key ends in a line break
        self._minimum_score, self._most = options.minimum_score, options.tags_per_image
        self.batch_size = options.images_per_call
        self.concurrency = options.calls_at_once
        self.calls_per_second = options.calls_per_second
        self.price = options.price_from(price)

    @abstractmethod
    def tags_in(self, raw: bytes) -> Sequence[Tag]:
        """All tags in a stored answer, as from :func:`ranked`."""

    def version_in(self, raw: bytes) -> str:  # noqa: ARG002 - not every answer has one
        """The model's version in a stored answer; empty if the service does not say."""
        return ""

    def reading(self) -> str:
        """The thresholds."""
        return f"minimum-score {self._minimum_score}; tags-per-image {self._most}"

    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        """Tags from stored answers."""
        return Reading((answer.id, self.result_of(answer.raw)) for answer in answers)

    def result_of(self, raw: bytes | None) -> TagResult:
        """The tags that pass the thresholds, with the answer to store."""
        if raw is None:
            return TagResult.failed("transient", "nothing was kept of the answer")
        from google.protobuf.message import DecodeError

        try:
            found, version = self.tags_in(raw), self.version_in(raw)
        except DecodeError as error:
            return TagResult.failed("transient", f"the stored answer is damaged: {error}")
        tags = [tag for tag in found if tag.score >= self._minimum_score]
        if not tags:
            return TagResult.empty(raw, version=version)
        return TagResult.ok(tags[: self._most], raw, version=version)


def ranked(found: Iterable[tuple[str, float]]) -> list[Tag]:
    """Labels and scores as tags, highest score first, then by label.

    Scores are clipped to [0, 1]. A repeated label gets its highest score, an empty one is left
    out.
    """
    scores: dict[str, float] = {}
    for label, score in found:
        bounded = round(min(max(score, 0.0), 1.0), 6)  # float32 made readable
        if label:
            scores[label] = max(bounded, scores.get(label, 0.0))
    return sorted(map(Tag, scores, scores.values()), key=lambda tag: (-tag.score, tag.label))
