"""Hides user names, passwords and tokens in shown texts."""

from __future__ import annotations

import re

_USER = re.compile(r"://[^/?#\s@]+@")
_SECRET = re.compile(
    r"([?&;][^=&#\s]*(?:token|key|secret|sig|signature|password|passwd|auth|credential)[^=&#\s]*=)"
    r"[^&#\s]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Replace user names, passwords and tokens in a text's URLs."""
    return _SECRET.sub(r"\1***", _USER.sub("://***@", text))
