"""Errors for values that break a plugin's contract."""

from __future__ import annotations

_LONGEST = 40


class Unfit(Exception):
    """A value that breaks the contract; the text continues after the method's name."""


def instead(given: object, right: str) -> Unfit:
    """A value other than the expected one."""
    return Unfit(f"gave {shown(given)}, not {right}")


def shown(given: object) -> str:
    """A value, in few words and on one line."""
    if given is None or isinstance(given, bool):
        return str(given)
    kind = type(given).__name__
    article = "an" if kind[0].lower() in "aeiou" else "a"
    if not isinstance(given, str | int | float):
        return f"{article} {kind}"
    text = repr(given)
    return f"{article} {kind} ({text if len(text) <= _LONGEST else f'{text[:_LONGEST]}...'})"


def is_text(text: str) -> bool:
    """Whether files and databases can hold a text: no lone surrogate, no NUL."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
