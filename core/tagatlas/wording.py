"""Numbers with their nouns, as every message writes them, and names that differ."""

from __future__ import annotations

from collections.abc import Collection


def count(number: int, thing: str) -> str:
    """``1 row``, ``2,310 rows``, ``3 addresses``."""
    ending = "" if number == 1 else "es" if thing.endswith("s") else "s"
    return f"{number:,} {thing}{ending}"


def untaken(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
