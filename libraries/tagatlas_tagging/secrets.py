"""Hides keys in texts."""

from __future__ import annotations

HIDDEN = "***"


def without_key(text: str, key: str) -> str:
    """Replace the key in a text by ``***``.

    Args:
        text: any text, such as a service's message.
        key: the key; empty for none.
    """
    return text.replace(key, HIDDEN) if key else text
