"""Endings of names and addresses of pictures."""

from __future__ import annotations

import re

PICTURE_ENDING = r"\.(?:jpe?g|jfif|jpe|png|gif|webp|avif|bmp|tiff?|hei[cf]|svg|jp2)"
"""A pattern, for any case of letters."""

_ENDING = re.compile(PICTURE_ENDING + r"(?:[?#&:!/_]|$)", re.IGNORECASE)


def looks_like_picture(url: str) -> bool:
    """Whether an address has an ending of pictures."""
    return _ENDING.search(url) is not None
