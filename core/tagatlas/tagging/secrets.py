"""Keys, kept out of texts."""

from __future__ import annotations

HIDDEN = "***"


def without_key(text: str, key: str) -> str:
    """A text that does not hold the key, whatever a service said.

    Args:
        text: any.
        key: the key; empty if there is none.
    """
    return text.replace(key, HIDDEN) if key else text
