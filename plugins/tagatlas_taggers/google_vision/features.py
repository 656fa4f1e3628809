"""Google Cloud Vision's features, their prices, and the tags in its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.cloud.vision_v1.types import Feature as FeatureMessage

from tagatlas import Price, Tag
from tagatlas_taggers.cloud import ranked

if TYPE_CHECKING:
    from google.cloud.vision_v1.types.image_annotator import AnnotateImageResponse

    from tagatlas_taggers.google_vision import Feature

AS_OF = "2026-05"
SOURCE = "https://cloud.google.com/vision/pricing"


@dataclass(frozen=True)
class Asked:
    """A feature.

    Attributes:
        kind: its number in Google's protocol.
        prefix: of its tags.
        dollars: price of one unit, beyond the first 1,000 of a month.
    """

    kind: int
    prefix: str
    dollars: float


FEATURES: Mapping[Feature, Asked] = {
    "labels": Asked(FeatureMessage.Type.LABEL_DETECTION, "", 0.0015),
    "objects": Asked(FeatureMessage.Type.OBJECT_LOCALIZATION, "object:", 0.00225),
    "landmarks": Asked(FeatureMessage.Type.LANDMARK_DETECTION, "landmark:", 0.0015),
    "logos": Asked(FeatureMessage.Type.LOGO_DETECTION, "logo:", 0.0015),
    "web": Asked(FeatureMessage.Type.WEB_DETECTION, "web:", 0.0035),
}


def price_of(features: Sequence[Feature]) -> Price:
    """Price of an image with some features by Google's list: each is a unit.

    Args:
        features: each once.
    """
    return Price({name: FEATURES[name].dollars for name in features}, AS_OF, SOURCE)


def tags_of(response: AnnotateImageResponse) -> list[Tag]:
    """The tags in Google's answer for one image, highest score first.

    A repeated label, such as an object, gets its highest score. Scores of web entities have no
    upper bound and can only be compared within one image ("not normalized", says the API
    reference): if any of an image is above 1, all are divided by its highest.

    Args:
        response: the plain protobuf message.
    """
    return ranked(_labelled(response))


def _labelled(response: AnnotateImageResponse) -> Iterator[tuple[str, float]]:
    entities = response.web_detection.web_entities
    highest = max((entity.score for entity in entities), default=1.0)
    found = {
        "labels": [(each.description, each.score) for each in response.label_annotations],
        "objects": [(each.name, each.score) for each in response.localized_object_annotations],
        "landmarks": [(each.description, each.score) for each in response.landmark_annotations],
        "logos": [(each.description, each.score) for each in response.logo_annotations],
        "web": [(each.description, each.score / max(highest, 1.0)) for each in entities],
    }
    for name, asked in FEATURES.items():
        for label, score in found[name]:
            if label:
                yield asked.prefix + label, score
