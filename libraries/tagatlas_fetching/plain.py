"""Converts text from outside to a form that every file and database accepts."""

from __future__ import annotations

import re

LONGEST = 300
"""Maximum characters of a stored text, unless it is an address."""

LONGEST_ADDRESS = 16_384
"""Maximum characters of a stored address."""

_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def plain(text: str, longest: int = LONGEST) -> str:
    """Convert a text to one encodable line of limited length.

    Bytes that are not UTF-8, which Python represents as lone surrogates, are read as Latin-1, as
    old servers mean them.

    Args:
        text: any, such as the value of a header.
        longest: maximum characters; a longer text ends in an ellipsis.
    """
    text = _UNPRINTED.sub(" ", encodable(text)).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def encodable(text: str) -> str:
    """Convert lone surrogates: those that represent bytes are read as Latin-1."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape").decode("latin-1")
        except UnicodeEncodeError:  # surrogates that never were bytes
            return text.encode("utf-8", "replace").decode()
    return text
