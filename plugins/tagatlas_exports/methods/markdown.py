"""Outside text as Markdown that shows it verbatim."""

from __future__ import annotations

import re

# Line breaks, control characters, and those that turn the direction of the text around them.
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
# Characters that are markup in CommonMark, in tables or in the mathematics of some renderers.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>&|~^$#!@]")
# What would be made a link without being marked as one.
_BARE_LINK = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)


def escape(text: str) -> str:
    """The text on one line, with every character of markup escaped; ``(blank)`` if it is blank.

    It must not stand at the start of a line, where ``1.`` or ``-`` would begin a list.
    """
    line = _BREAKS.sub(" ", text).strip() or "(blank)"
    return _BARE_LINK.sub(r"\\\g<0>", _MARKUP.sub(r"\\\g<0>", line))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: ``1 image``, ``1,204 images``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """``93.4%``; 0 and 100 only of none and all."""
    shown = round(1000 * part / whole) / 10
    if 0 < part < whole:
        shown = min(max(shown, 0.1), 99.9)
    return f"{shown:.1f}%"


def listed(parts: list[str]) -> str:
    """Parts of a sentence: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
