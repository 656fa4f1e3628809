"""The URL that a browser would request for a text (the URL Standard, WHATWG)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote, urljoin

from yarl import URL

from tagatlas_fetching.plain import encodable

UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Zero-width characters, which may be copied along with text."""

_ENDS = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\u2028\u2029\u3000" + UNSEEN
_BEHIND = ")]}>.,;:!'\"\u2019\u201d\u00bb\u2026"
_ENTITY = re.compile(r"&(?:amp|quot|lt|gt|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_BREAKS = re.compile(r"[\t\n\r]")
_SPECIAL = re.compile(r"https?:", re.IGNORECASE)
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_NOT_IN_HOST = re.compile(r"[\x00-\x20\x7f#/:<>?@\[\\\]^|%]")
_NOT_IN_USER = re.compile(r"[^!$%&()*+,\-.0-9A-Za-z_~:;=']")
_NOT_IN_PATH = re.compile(r"[^!-~]|[\"<>`{}]")
_NOT_IN_QUERY = re.compile(r"[^!-~]|[\"'<>]")
_ONE_DOT = frozenset({".", "%2e"})
_TWO_DOTS = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})


def as_sent(text: str, base: URL | None = None) -> URL:
    """The URL to request.

    Encoded characters are left unchanged, since signatures depend on them; only characters that
    cannot be sent are encoded. The fragment, which is never sent, is removed.

    Args:
        text: from a record or a redirect; ``//host/path`` counts as ``https`` without a base.
        base: the URL to which the text may be relative.

    Returns:
        A URL of any scheme or none: whether it may be fetched is not checked here.

    Raises:
        ValueError, IndexError: it is not a URL.
    """
    text = _BREAKS.sub("", text.strip(_ENDS))
    if base is not None or _SPECIAL.match(text) or text.startswith(("//", "\\\\")):
        text = _slashes(text)
    if base is not None:
        text = urljoin(str(base), text)
    elif text.startswith("//"):
        text = f"https:{text}"
    parts = _PARTS.match(text)
    if parts is None:
        return URL(encodable(text))
    scheme, authority, path, query = parts.groups(default="")
    sent = (
        f"{scheme.lower()}://{_authority(authority)}{_without_dots(_encoded(path, _NOT_IN_PATH))}"
        f"{_encoded(query, _NOT_IN_QUERY)}"
    )
    return URL(sent, encoded=True)


def other_readings(text: str) -> list[str]:
    """Other possible readings of an address, the likeliest first.

    HTML writes ``&amp;`` for ``&``, prose adds a bracket or a full stop, and copied text may have
    zero-width characters.

    Args:
        text: from a record; not among the readings.
    """
    whole = text.strip(_ENDS)
    plainer = "".join(letter for letter in whole if letter not in UNSEEN)
    unescaped = _ENTITY.sub(lambda match: unescape(match[0]), plainer)
    trimmed = unescaped.rstrip(_BEHIND)
    return [reading for reading in dict.fromkeys([plainer, unescaped, trimmed]) if reading != whole]


def _slashes(text: str) -> str:
    """The text with slashes for backslashes, up to the query."""
    end = re.search(r"[?#]|$", text)
    at = end.start() if end else len(text)
    return text[:at].replace("\\", "/") + text[at:]


def _authority(authority: str) -> str:
    user, at, place = authority.rpartition("@")
    if not place.startswith("["):
        host, colon, port = place.partition(":")
        place = _host(host) + (f":{port}" if colon and port else "")
    return _encoded(user, _NOT_IN_USER) + at + place


def _host(host: str) -> str:
    """A host name in the form of the DNS."""
    host = "".join(letter for letter in unquote(host, errors="strict") if letter not in UNSEEN)
    if _NOT_IN_HOST.search(host):
        raise ValueError("a host's name has a character that none has")
    if host.isascii():
        return host.lower()
    return URL(f"http://{host}").raw_host or ""


def _encoded(text: str, forbidden: re.Pattern[str]) -> str:
    """Percent-encode forbidden characters; surrogates that represent bytes, byte by byte."""

    def encode(match: re.Match[str]) -> str:
        try:
            code = match[0].encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # a surrogate that never was a byte
            code = "\ufffd".encode()
        return "".join(f"%{byte:02X}" for byte in code)

    return forbidden.sub(encode, text)


def _without_dots(path: str) -> str:
    """The path with ``.`` and ``..`` resolved."""
    if "." not in path and "%2e" not in path.lower():
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        is_last = place == len(segments) - 1
        if segment.lower() in _TWO_DOTS:
            del kept[-1:]
        elif segment.lower() not in _ONE_DOT:
            kept.append(segment)
            continue
        if is_last:
            kept.append("")
    return "/" + "/".join(kept)
