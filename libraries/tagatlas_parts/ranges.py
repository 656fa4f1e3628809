"""Ranges of images: which rows are read where they lie, and which are put together first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tagatlas_parts.sections import BEFORE_ALL, BEHIND_ALL, Section


@dataclass(frozen=True)
class Range:
    """A range of image ids.

    Attributes:
        first: its lower end, included.
        end: its upper end, excluded.
        section: that has rows in it; None if none has.
        is_mixed: whether it has other rows than the section's, or not all of these.
    """

    first: str
    end: str
    section: Section | None
    is_mixed: bool


def ranges(
    sections: Sequence[Section], others: Iterable[str], left_out: Iterable[str], most: int
) -> list[Range]:
    """Cut all images to ranges, in order.

    Args:
        sections: in the order of ids.
        others: ids of images with rows that are in no section, in order.
        left_out: ids of images whose rows in sections do not count.
        most: number of ``others`` in a range, at most.
    """
    firsts = [BEFORE_ALL, *(section.first for section in sections[1:])]
    cuts: list[list[str]] = [[] for _ in firsts]
    added = [0] * len(firsts)
    place = 0
    for image in others:
        while place + 1 < len(firsts) and firsts[place + 1] <= image:
            place += 1
        if added[place] and added[place] % most == 0:
            cuts[place].append(image)
        added[place] += 1
    incomplete = _sections_with(sections, sorted(left_out))
    found = []
    for number, first in enumerate(firsts):
        end = firsts[number + 1] if number + 1 < len(firsts) else BEHIND_ALL
        section = sections[number] if sections else None
        is_mixed = section is None or added[number] > 0 or number in incomplete
        bounds = [first, *cuts[number], end]
        found += [Range(*pair, section, is_mixed) for pair in pairwise(bounds)]
    return found


def _sections_with(sections: Sequence[Section], images: Sequence[str]) -> set[int]:
    """Which sections have images of these within their bounds; both are in order."""
    found, place = set(), 0
    for image in images:
        while place < len(sections) and sections[place].last < image:
            place += 1
        if place < len(sections) and sections[place].first <= image:
            found.add(place)
    return found
