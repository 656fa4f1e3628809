"""Plans which images to send to a tagger that costs money: one of each group of duplicates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """Plan for the images without an answer.

    Attributes:
        ask: images to send, in the order given. No other image is sent in the same run, whatever
            comes of these: their number is the most that the run is billed for.
        originals: for each image with an answered duplicate, that duplicate.
        waiting: for each image that gets the answer of a duplicate in ``ask``, that duplicate.
        held: images with a duplicate whose call was lost, which is to be sent again first.
    """

    ask: Sequence[str]
    originals: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    held: Sequence[str] = ()


def plan_asking(
    unanswered: Sequence[str],
    answered: Collection[str],
    groups: Iterable[Sequence[str]],
    *,
    lost: Collection[str] = (),
    unreadable: Collection[str] = (),
) -> Plan:
    """Divide the unanswered images into those to send and those that can share an answer.

    Args:
        unanswered: ids of images without an answer, each once.
        answered: ids of images with an answer of their own.
        groups: ids of images that look the same, the preferred one to send first; an image is in
            at most one group.
        lost: ids of images that may have been billed without an answer. Duplicates of one that is
            not to be sent again are held: they would be paid for a second time.
        unreadable: ids of images that the backend could not read. They are not sent, and get the
            answer of a duplicate.
    """
    left, held = set(unanswered), set[str]()
    originals: dict[str, str] = {}
    waiting: dict[str, str] = {}
    for group in groups:
        pending = [each for each in group if each in left]
        askable = [each for each in pending if each not in unreadable]
        original = next((each for each in group if each in answered), None)
        if original is not None:
            originals.update(dict.fromkeys(pending, original))
        elif any(each in lost and each not in left for each in group):
            held.update(askable)
        elif askable:
            waiting.update(dict.fromkeys(set(pending) - {askable[0]}, askable[0]))
    settled = {*originals, *waiting, *held, *unreadable}
    return Plan(
        ask=[each for each in unanswered if each not in settled],
        originals=originals,
        waiting=waiting,
        held=sorted(held),
    )
