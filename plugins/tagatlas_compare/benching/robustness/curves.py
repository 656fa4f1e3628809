"""Robustness of a tagger: how much of its answer stays when pictures are perturbed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas import ImageInput, ImageStore, TagResult, Variant
from tagatlas.toolkit import without_alpha
from tagatlas_compare.benching.robustness.perturbations import (
    CONTROL,
    PERTURBATIONS,
    perturbed_inputs,
    recognisable,
    shorter_sides,
)
from tagatlas_compare.comparison.labels import normal_label
from tagatlas_compare.statistics.estimates import SHUFFLES, mean_figure

Ask = Callable[[Sequence[ImageInput]], Sequence[TagResult]]
"""Has a tagger answer for images, in order."""

Values = NDArray[np.float64]
Similarity = Callable[[TagResult, TagResult], float]


@dataclass(frozen=True)
class Stability:
    """Mean similarity of a tagger's answers before and after a perturbation.

    Attributes:
        value: of the images; None if none counts.
        low, high: its 95 % interval, for other images of the same population; None where no
            interval would hold that, as for few images, or for images that are all alike.
        control: the same similarity where pictures are encoded again only.
        chance: the same with the answers for other images.
        images: number of images that count: those for which there was an answer before.
    """

    value: float | None
    low: float | None
    high: float | None
    control: float | None
    chance: float | None
    images: int


@dataclass(frozen=True)
class RobustnessRow:
    """Robustness against one perturbation.

    Attributes:
        perturbation: kind, of :data:`PERTURBATIONS`.
        strength: of that kind.
        unit: of the strength.
        tags: of the best tags the share that stays (Jaccard); an image without a tag before does
            not count, and one without a tag afterwards counts 0.
        embeddings: cosine of the embeddings, likewise: words do not matter here.
        too_small: number of images left out, since a person would not recognise them: they are
            small, or damaged.
        silent: number of images left out, since they had no tag before.
        originals: of how many images that were shown the original was perturbed, not the copy.
    """

    perturbation: str
    strength: float
    unit: str
    tags: Stability
    embeddings: Stability
    too_small: int
    silent: int
    originals: int

    def document(self) -> dict[str, str | float | None]:
        """The row as JSON values; what is of embeddings is named so."""
        plain = {name: value for name, value in vars(self).items() if name not in _STABILITIES}
        words_free = {f"embedding_{name}": value for name, value in vars(self.embeddings).items()}
        return plain | vars(self.tags) | words_free


_STABILITIES = ("tags", "embeddings")


def robustness(
    ask: Ask,
    store: ImageStore,
    variant: Variant,
    images: Sequence[str],
    kinds: Sequence[str] = tuple(PERTURBATIONS),
    *,
    top: int,
    shown: Callable[[int], None] = lambda _: None,
) -> list[RobustnessRow]:
    """Show a tagger the same images perturbed, and measure how much of its answers stays.

    The images of a kind are the same at all its strengths, for the control and before, and are
    asked together: the answers of some taggers depend on each other.

    Args:
        ask: has the tagger answer.
        store: that has the images.
        variant: that the tagger gets.
        images: ids.
        kinds: of perturbations, in the order of the rows.
        top: number of tags of an image that count, those with the highest scores.
        shown: called with the number of images after each strength.

    Returns:
        A row for each strength of each kind, in order.

    Raises:
        ImageNotStored: an image is not there.
    """
    rounds: dict[tuple[str, ...], tuple[Sequence[TagResult], Sequence[TagResult]]] = {}

    def answers(of: Sequence[str], kind: str, strength: float) -> Sequence[TagResult]:
        inputs = perturbed_inputs(store, variant, of, kind, strength)
        return ask(inputs) if inputs else []

    rows = []
    sides = shorter_sides(store, images)
    for kind in kinds:
        perturbation = PERTURBATIONS[kind]
        own = tuple(recognisable(sides, kind))
        if own not in rounds:
            before = ask(
                [ImageInput(image, without_alpha(store.get(image, variant))) for image in own]
            )
            rounds[own] = before, answers(own, CONTROL, 0)
        before, control = rounds[own]
        for strength in perturbation.strengths:
            after = answers(own, kind, strength)
            shown(len(images))
            rows.append(
                RobustnessRow(
                    kind,
                    strength,
                    perturbation.unit,
                    _stability(before, control, after, _tags_alike(top), _has_tags),
                    _stability(before, control, after, _cosine, _has_embedding, least=-1.0),
                    len(images) - len(own),
                    sum(not _has_tags(each) for each in before),
                    sum(store.has(image, Variant.ORIGINAL) for image in own),
                )
            )
    return rows


def _has_tags(result: TagResult) -> bool:
    return bool(result.tags)


def _has_embedding(result: TagResult) -> bool:
    return result.embedding is not None and bool(np.any(result.embedding))


def _tags_alike(top: int) -> Similarity:
    """Jaccard similarity of the best tags; the answers of several images have some before."""

    def jaccard(before: TagResult, after: TagResult) -> float:
        one, other = (
            {normal_label(tag.label) for tag in result.tags[:top]} for result in (before, after)
        )
        return len(one & other) / len(one | other)

    return jaccard


def _cosine(before: TagResult, after: TagResult) -> float:
    if not _has_embedding(after):
        return 0.0
    one, other = (np.asarray(each.embedding, dtype=np.float64) for each in (before, after))
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _stability(
    before: Sequence[TagResult],
    control: Sequence[TagResult],
    after: Sequence[TagResult],
    alike: Similarity,
    counts: Callable[[TagResult], bool],
    *,
    least: float = 0.0,
) -> Stability:
    """Figures of answers in the same order."""
    kept = [row for row, result in enumerate(before) if counts(result)]
    if not kept:
        return Stability(None, None, None, None, None, 0)

    def compared(answers: Sequence[TagResult], moved: int = 0) -> Values:
        others = [answers[row] for row in np.roll(kept, -moved)]
        return np.array(
            [alike(before[row], other) for row, other in zip(kept, others, strict=True)]
        )

    # Images are in order of ids, which are hashes: each is beside a random other one.
    shuffled = [
        float(compared(after, by).mean()) for by in range(1, min(SHUFFLES, len(kept) - 1) + 1)
    ]
    found = mean_figure(compared(after), shuffled=shuffled, least=least)
    return Stability(
        found.value,
        _number(found.low),
        _number(found.high),
        float(compared(control).mean()),
        _number(found.chance),
        len(kept),
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
