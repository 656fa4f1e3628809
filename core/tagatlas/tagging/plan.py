"""Which images to ask about, where asking costs money: of those that look the same, one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """What is to be done for the images that have no answer.

    Attributes:
        ask: images to ask about, in the order they came.
        originals: for each image that need not be asked about, the one whose answer it can have
            at once.
        waiting: images that can have the answer of one to be asked about.
    """

    ask: list[str]
    originals: dict[str, str]
    waiting: list[str]


def plan_asking(
    unanswered: Sequence[str], answered: Collection[str], groups: Iterable[Sequence[str]]
) -> Plan:
    """Part the unanswered images.

    Args:
        unanswered: ids of images without an answer, each once.
        answered: ids of images with an answer of their own.
        groups: ids of images that look the same, first the one to ask about rather than others;
            an image is in one group at most, and may be in none.
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
