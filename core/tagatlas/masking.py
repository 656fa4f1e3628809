"""Hides user names, passwords, tokens and secrets in shown texts and errors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
"""Stands for a secret."""

_START = r"^\s*https?:[\\/]*|https?:[\\/]+|:[\\/]{2,}|(?:^\s*|(?<=[\s\"'(=<>,;]))[\\/]{2,}"
"""Start of an address's authority, as browsers read it: also ``http:\\``, and ``//`` alone.

All patterns take a time that is linear in the text, which may be anybody's.
"""

_QUOTE = r"\"(?![\s,:;}}\])>]|$)"
"""A quotation mark that ends no text of HTML or JSON, and so belongs to the address."""

_NAME = rf"(?:[^/\\?#\s\"<>:@]|{_QUOTE})*:(?!\d{{1,5}}(?:[^\w@]|$)|\s)"
_USER = re.compile(
    rf"({_START})(?:{_NAME}(?:(?:[^/\\?#\"]|{_QUOTE})*@(?=[^/\\?#\s\"<>@]+/)"
    rf"|(?:[^/\\?#\s\"]|{_QUOTE})*@|(?:[^/\\?#@\"]|{_QUOTE})*@)|[^/\\?#\s\"<>]*@)",
    re.IGNORECASE,
)
"""User name and password; the second may have quotation marks, or blanks if it is no port."""
_ALONE = re.compile(rf"(\s*(?:[a-z][a-z0-9+.-]*)?(?:{_START}))([^/\\?#]*)", re.IGNORECASE)
"""Authority of an address alone: fetching encodes blanks in it, and takes line breaks out."""

_SLASH = r"(?:[\t\r\n]*(?:[\\/]|%(?:25)*(?:2F|5C)))"
_ENCODED_START = rf"(?:%(?:25)*3A{_SLASH}|:[\t\r\n]*%(?:25)*(?:2F|5C)|(?<==){_SLASH}){_SLASH}"
_ENCODED_USER = re.compile(
    rf"({_ENCODED_START}|:{_SLASH}{{2}})(?:(?!%(?:25)*(?:2F|3F|23))(?:[^\\/?#&\s\"<>]|{_QUOTE}))*(?:@|%(?:25)*40)",
    re.IGNORECASE,
)
"""In an address that another one has as a parameter; each character encoded or not."""

_BREAK = rf"[\t\r\n]+(?!{_START}|\s)"
_WORD = re.compile(
    rf"[^\s\"<>](?:[^ \t\r\n\f\v\"<>]|{_QUOTE}|[<>](?!\s|/|$)|{_BREAK})*", re.IGNORECASE
)
"""What may be an address in a text: line breaks within one are ignored."""

_QUERIES = (
    (re.compile(_START, re.IGNORECASE), re.compile(r"\?")),
    (re.compile(_ENCODED_START, re.IGNORECASE), re.compile(r"\?|%(?:25)*3F", re.IGNORECASE)),
)
"""The start of an address, and that of its query, as it is and encoded."""

_SECRET = re.compile(
    r"([?&;][^=&#\s]*(?:token|key|secret|sig|signature|password|passwd|auth|credential)[^=&#\s]*=)"
    r"[^&#\s]+",
    re.IGNORECASE,
)

SIGNED = (
    r"(?i)[?&;](?:[^=&#\s?\"]*(?:signature|token|secret|passw|credential)[^=&#\s\"]*"
    r"|sig|sign|hmac|jwt|auth|oh|hdn(?:ea|ts)|(?:api|access|subscription)?[_-]?key"
    r"|key-pair-id|policy)="
)
"""Matches addresses whose query has a signature or a key; a regular expression of Polars, too."""


def as_shown(text: str) -> str:
    """An address, or any text, as it is shown: addresses without user name and password."""
    if "@" not in text and "40" not in text:
        return text
    return _without_users(text, "")


def _without_users(text: str, instead: str) -> str:
    """A text with something in place of the user names and passwords of its addresses."""
    alone = _ALONE.match(text)
    if alone is not None:
        user, at, host = alone[2].rpartition("@")
        if at and ":" in user and len(host.split()) == 1:
            text = f"{alone[1]}{instead}{host}{text[alone.end() :]}"
    return _ENCODED_USER.sub(rf"\1{instead}", _USER.sub(rf"\1{instead}", text))


def without_queries(text: str) -> str:
    """An address, or any text, with the query of each address cut off."""
    if "?" not in text and "3f" not in text.lower():
        return text
    return _WORD.sub(_without_query, text)


def _without_query(word: re.Match[str]) -> str:
    text = word[0]
    for start, mark in _QUERIES:
        found = start.search(text)
        query = found and mark.search(text, found.end())
        text = text[: query.start()] if query else text
    return text


def masked(text: str) -> str:
    """A text for messages, with user names, passwords and tokens of addresses as ``***``."""
    return _SECRET.sub(r"\1***", _without_users(text, "***@"))


def hidden(text: str, secrets: Iterable[str]) -> str:
    """A text with some secrets masked, also where they are encoded for an address or quoted."""
    for form in spellings(secrets):
        text = text.replace(form, HIDDEN)
    return text


def spellings(secrets: Iterable[str]) -> list[str]:
    """Some secrets as they may be written: as they are, quoted, or encoded for an address."""
    forms: set[str] = set()
    for each in (form for whole in map(str, secrets) for form in (whole, whole.strip())):
        forms |= {each, quote(each), quote(each, safe=""), quote_plus(each), repr(each)[1:-1]}
    return sorted(forms - {""}, key=len, reverse=True)


def hide(error: BaseException, secrets: Iterable[str]) -> None:
    """Mask secrets in an exception, and in those that led to it, which a traceback shows.

    One whose text cannot be changed is taken out of the traceback.
    """
    listed = list(secrets)
    if not listed:
        return
    seen: set[int] = set()
    last, each = error, _before(error)
    _hide(error, listed)
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        if not _hide(each, listed):
            last.__cause__, last.__suppress_context__ = None, True
            return
        last, each = each, _before(each)


def _before(error: BaseException) -> BaseException | None:
    """The exception that led to another, as tracebacks show it."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _hide(error: BaseException, secrets: list[str]) -> bool:
    """Mask secrets in one exception; returns whether that succeeded."""

    def shows(text: str) -> bool:
        return hidden(text, secrets) != text

    if any(map(shows, (str(error), repr(error)))):
        error.args = tuple(
            hidden(each, secrets) if isinstance(each, str) else each for each in error.args
        )
    notes = getattr(error, "__notes__", [])
    notes[:] = [hidden(str(each), secrets) for each in notes]
    return not any(map(shows, (str(error), repr(error))))
