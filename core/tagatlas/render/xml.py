"""Text as XML holds it."""

from __future__ import annotations

# Characters that XML 1.0 (section 2.2) cannot hold are dropped; white space other than blanks is
# written as a reference, or parsers would turn it into blanks (section 3.3.3).
_ESCAPES: dict[int, str | None] = {
    **dict.fromkeys(range(0x20)),
    **dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF)),
    ord("\t"): "&#9;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
}


def escape_xml(text: str) -> str:
    """The text as an element's content, or as an attribute's value between double quotes."""
    return text.translate(_ESCAPES)
