"""Numbers with their nouns, as every message writes them."""

from __future__ import annotations


def count(number: int, thing: str) -> str:
    """``1 row``, ``2,310 rows``, ``3 addresses``."""
    ending = "" if number == 1 else "es" if thing.endswith("s") else "s"
    return f"{number:,} {thing}{ending}"
