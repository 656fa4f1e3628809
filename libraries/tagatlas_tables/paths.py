"""A small language for paths in nested records.

``a.b`` is a key in a key; ``a[]`` each member of a list or object; ``a[0]`` the first, ``a[-1]``
the last; ``a[largest]`` the one with the most pixels; ``a[type=photo]`` those with this value,
``a[type!=photo]`` those with another, ``a[type^=image/]`` those whose value starts with it,
``a[?b]`` those with anything at ``b``, ``a[!b]`` those without; all of these may start a path;
``a.x+y`` the texts at ``a.x`` and ``a.y`` joined;
``|`` the first of several paths that gives anything.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tagatlas_tables.nested import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_NUMBER = re.compile(r"-?\d+")


def texts_at(record: object, path: str) -> list[str]:
    """The texts and numbers at a path, in their order; empty for none."""
    for alternative in path.split("|"):
        first, *others = alternative.split("+")
        if others:
            parent, _, last = first.rpartition(".")
            ends = (last, *others)
            joined = ("".join(_first(node, end) for end in ends) for node in _nodes(record, parent))
            found = [text for text in joined if text]
        else:
            found = [text for node in _nodes(record, first) if (text := _text(node))]
        if found:
            return found
    return []


def is_there(record: object, path: str) -> bool:
    """Whether there is anything at a path, even null."""
    return any(_nodes(record, alternative) for alternative in path.split("|"))


def _first(record: object, path: str) -> str:
    return next(iter(texts_at(record, path)), "")


def _text(node: object) -> str:
    return "" if node is None or isinstance(node, dict | list) else text_of(node)


@cache
def _steps(path: str) -> tuple[tuple[str, str], ...]:
    steps = _STEP.finditer(path.replace("[]", "[*]"))
    return tuple((step[1] or "", step[2] or "") for step in steps)


def _nodes(record: object, path: str) -> list[object]:
    nodes = [record]
    for choice, key in _steps(path):
        if key:
            nodes = [node[key] for node in nodes if isinstance(node, dict) and key in node]
        else:
            nodes = [member for node in nodes for member in _chosen(node, choice)]
    return nodes


def _chosen(node: object, choice: str) -> Iterable[object]:
    members = (
        node if isinstance(node, list) else list(node.values()) if isinstance(node, dict) else []
    )
    if choice == "*":
        return members
    if _NUMBER.fullmatch(choice):
        return members[-1:] if choice == "-1" else members[int(choice) : int(choice) + 1]
    if choice == "largest":
        return largest(members)
    members = node if isinstance(node, list) else [node]  # a condition may be on an object itself
    if choice[:1] in ("?", "!"):
        return [one for one in members if _is_filled(one, choice[1:]) == (choice[0] == "?")]
    key, relation, value = re.split(r"(!=|\^=|=)", choice, maxsplit=1)
    return [one for one in members if _fits(_first(one, key), relation, value)]


def _fits(text: str, relation: str, value: str) -> bool:
    if relation == "^=":
        return text.startswith(value)
    return (text == value) == (relation == "=")


def _is_filled(record: object, path: str) -> bool:
    return any(node not in (None, "", [], {}) for node in _nodes(record, path))


def largest(members: list[object]) -> list[object]:
    """The member with the most pixels, preferring pictures to videos; the first of equals."""
    pictures = [one for one in members if isinstance(one, dict) and "hasAudio" not in one]
    return [max(pictures, key=_pixels)] if pictures else []


def _pixels(member: object) -> float:
    try:
        width = float(_first(member, "width|w") or 0)
        return width * float(_first(member, "height|h") or 1)
    except ValueError:
        return 0
