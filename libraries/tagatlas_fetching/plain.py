"""Text from outside in a form that every file and database takes."""

from __future__ import annotations

import re

LONGEST = 300
"""Characters of a text that is kept, unless it is an address."""

LONGEST_ADDRESS = 16_384
"""Characters of an address that is kept."""

_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def plain(text: str, longest: int = LONGEST) -> str:
    """A text that can be encoded, is one line, and is not longer than it may be.

    Bytes that are no UTF-8, which Python hands on as lone surrogates, are read as Latin-1, as
    old servers mean them.

    Args:
        text: any, such as the value of a header.
        longest: characters that are kept; a longer text ends in an ellipsis.
    """
    text = _UNPRINTED.sub(" ", encodable(text)).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def encodable(text: str) -> str:
    """A text without lone surrogates: those that stand for bytes are read as Latin-1."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape").decode("latin-1")
        except UnicodeEncodeError:  # surrogates that never were bytes
            return text.encode("utf-8", "replace").decode()
    return text
