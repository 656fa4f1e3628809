"""Plans which images to send to a tagger that costs money: one of each group of duplicates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Plan for the images without an answer.

    Attributes:
        ask: images to send, in the order given.
        originals: for each image with an answered duplicate, that duplicate.
        waiting: images that will get the answer of a duplicate in ``ask``.
    """

    ask: list[str]
    originals: dict[str, str]
    waiting: list[str]


def plan_asking(
    unanswered: Sequence[str], answered: Collection[str], groups: Iterable[Sequence[str]]
) -> Plan:
    """Divide the unanswered images into those to send and those that can share an answer.

    Args:
        unanswered: ids of images without an answer, each once.
        answered: ids of images with an answer of their own.
        groups: ids of images that look the same, the preferred one to send first; an image is in
            at most one group.
    """
    left = set(unanswered)
    originals: dict[str, str] = {}
    waiting: set[str] = set()
    for group in groups:
        pending = [each for each in group if each in left]
        original = next((each for each in group if each in answered), None)
        if original is not None:
            originals.update(dict.fromkeys(pending, original))
        else:
            waiting.update(pending[1:])
    return Plan(
        ask=[each for each in unanswered if each not in originals and each not in waiting],
        originals=originals,
        waiting=sorted(waiting),
    )
