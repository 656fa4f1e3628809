"""Keeping names, passwords and tokens out of what is shown."""

from __future__ import annotations

import re

_USER = re.compile(r"://[^/?#\s@]+@")
_SECRET = re.compile(
    r"([?&;][^=&#\s]*(?:token|key|secret|sig|signature|password|passwd|auth|credential)[^=&#\s]*=)"
    r"[^&#\s]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text without names, passwords and tokens in its addresses."""
    return _SECRET.sub(r"\1***", _USER.sub("://***@", text))
