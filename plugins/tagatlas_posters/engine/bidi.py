"""The order of letters on a line of left-to-right and right-to-left text.

Method: the Unicode bidirectional algorithm (Unicode Standard Annex 9, revision 50) for a paragraph
of one line without explicit formatting characters, which labels do not have; the rules' names are
those of the annex.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_STRONG = frozenset({"L", "R", "AL"})
_REMOVED = frozenset({"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_PAIRS = (
    "()[]{}⁅⁆⁽⁾₍₎⌈⌉⌊⌋〈〉❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⦍⦐⦏⦎⦑⦒⦓⦔⦕⦖⦗⦘⧘⧙⧚⧛⧼⧽"  # noqa: RUF001
    "⸢⸣⸤⸥⸦⸧⸨⸩〈〉《》「」『』【】〔〕〖〗〘〙〚〛﹙﹚﹛﹜﹝﹞（）［］｛｝｟｠｢｣"  # noqa: RUF001
)
_OPENING = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_CLOSING = frozenset(_OPENING.values())
_SAME = {"\u2329": "\u3008", "\u232a": "\u3009"}
"""Brackets that are canonically equivalent to others."""
_MOST_OPEN = 63


@dataclass(frozen=True)
class Run:
    """A piece of a line in one direction: its first character, and the one after its last."""

    start: int
    end: int
    is_rtl: bool


def visual_runs(text: str) -> list[Run]:
    """The runs of a line from left to right.

    The direction of the whole line is that of its first letter with one.
    """
    found = levels(text)
    runs = []
    start = 0
    for level, some in groupby(found):
        end = start + sum(1 for _ in some)
        runs.append((start, end, level))
        start = end
    for level in range(max(found, default=0), 0, -1):  # L2
        runs = [
            each
            for is_deep, some in groupby(runs, lambda run: run[2] >= level)  # noqa: B023
            for each in (reversed(list(some)) if is_deep else some)
        ]
    return [Run(start, end, level % 2 == 1) for start, end, level in runs]


def is_rtl(text: str) -> bool:
    """Whether a line is read from right to left: its first letter with a direction is (P2, P3)."""
    classes = map(unicodedata.bidirectional, text)
    return next((each != "L" for each in classes if each in _STRONG), False)


def levels(text: str) -> list[int]:
    """The embedding level of each character: odd from right to left."""
    classes = [unicodedata.bidirectional(char) or "L" for char in text]
    base = int(is_rtl(text))
    if base == 0 and not any(each in ("R", "AL", "AN") for each in classes):
        return [0] * len(text)
    kept = [at for at, each in enumerate(classes) if each not in _REMOVED]
    kinds = [classes[at] for at in kept]
    side = "LR"[base]
    _resolve_weak(kinds, side)
    _resolve_brackets([text[at] for at in kept], kinds, [classes[at] for at in kept], side)
    _resolve_neutral(kinds, side)
    found = [base] * len(text)
    for at, kind in zip(kept, kinds, strict=True):  # I1, I2
        found[at] = 1 if kind == "R" else 0 if kind == "L" and base == 0 else 2
    _level_removed(classes, found, base)
    return found


def _level_removed(classes: Sequence[str], found: list[int], base: int) -> None:
    """Give removed characters the level before them, and blanks at the end that of the line."""
    for at, each in enumerate(classes):
        if each in _REMOVED:
            found[at] = found[at - 1] if at else base
    is_end = True
    for at in range(len(classes) - 1, -1, -1):  # L1
        is_separator = classes[at] in ("S", "B")
        is_end = is_separator or (is_end and (classes[at] == "WS" or classes[at] in _REMOVED))
        if is_end:
            found[at] = base


def _resolve_weak(kinds: list[str], side: str) -> None:
    """Rules W1 to W7."""
    before = side
    for at, kind in enumerate(kinds):  # W1
        kinds[at] = before if kind == "NSM" else kind
        before = kinds[at]
    strong = side
    for at, kind in enumerate(kinds):  # W2
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[at] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for at in range(1, len(kinds) - 1):  # W4
        first, last = kinds[at - 1], kinds[at + 1]
        if first == last and (
            (kinds[at] in ("ES", "CS") and first == "EN") or (kinds[at] == "CS" and first == "AN")
        ):
            kinds[at] = first
    start = 0
    for kind, some in groupby(list(kinds)):  # W5
        end = start + sum(1 for _ in some)
        if kind == "ET" and "EN" in (kinds[start - 1 : start] + kinds[end : end + 1]):
            kinds[start:end] = ["EN"] * (end - start)
        start = end
    kinds[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]  # W6
    strong = side
    for at, kind in enumerate(kinds):  # W7
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[at] = "L"


def _resolve_brackets(
    chars: Sequence[str], kinds: list[str], original: Sequence[str], side: str
) -> None:
    """Rule N0: brackets take the direction of what they enclose, or of what precedes them."""
    for first, last in _pairs(chars, kinds):
        inside = {_direction(kind) for kind in kinds[first + 1 : last]}
        if side in inside:
            found = side
        elif inside & {"L", "R"}:
            before = next(
                (each for kind in reversed(kinds[:first]) if (each := _direction(kind))), side
            )
            found = before
        else:
            continue
        for at in (first, last):
            kinds[at] = found
            following = at + 1
            while following < len(kinds) and original[following] == "NSM":
                kinds[following] = found
                following += 1


def _pairs(chars: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of brackets, in the order of their first ones (BD16)."""
    pairs: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for at, (written, kind) in enumerate(zip(chars, kinds, strict=True)):
        char = _SAME.get(written, written)
        if kind != "ON":
            continue
        if char in _OPENING:
            if len(opened) == _MOST_OPEN:
                return []
            opened.append((_OPENING[char], at))
        elif char in _CLOSING:
            depth = next((d for d in reversed(range(len(opened))) if opened[d][0] == char), None)
            if depth is not None:
                pairs.append((opened[depth][1], at))
                del opened[depth:]
    return sorted(pairs)


def _resolve_neutral(kinds: list[str], side: str) -> None:
    """Rules N1 and N2: neutrals between two of one direction take it, others that of the line."""
    start = 0
    for is_neutral, some in groupby(list(kinds), lambda kind: kind in _NEUTRAL):
        end = start + sum(1 for _ in some)
        if is_neutral:
            before = _direction(kinds[start - 1]) if start else side
            after = _direction(kinds[end]) if end < len(kinds) else side
            kinds[start:end] = [before if before == after else side] * (end - start)
        start = end


def _direction(kind: str) -> str:
    """``L`` or ``R``, numbers counted as ``R``; empty for neutrals."""
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else ""
