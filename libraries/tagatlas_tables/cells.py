"""Finds the addresses in a cell, also in lists, formulas, HTML, Markdown and prose.

A cell is unwrapped from the outside inwards. Text in quotation marks is one address, so JSON and
lists as written by Python and R are one case: neither language is parsed. Spreadsheet formulas are
read by :mod:`tagatlas_tables.formulas`. If the syntax has a picture and its page, such as
``[![](picture)](page)``, the picture counts.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

from tagatlas_tables.endings import PICTURE_ENDING
from tagatlas_tables.formulas import UnresolvedAddress, address_of

_ADDRESS = r"(?:https?:)?//[^\s/?#]"
_BEGINS = re.compile(_ADDRESS, re.IGNORECASE)
_USABLE = re.compile(r"https?://[^\s/?#\x00-\x1f\x7f][^\x00-\x1f\x7f-\x9f]*", re.IGNORECASE)
_ENDS_AS_PICTURE = re.compile(rf"{PICTURE_ENDING}(?:[?#].*)?$", re.IGNORECASE)

_OUTER = " \t\r\n\f\v\ufeff\u200b\xa0"
_AMPERSAND = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_JSON_ESCAPES = re.compile(r"(?:\\u[0-9a-f]{4})+", re.IGNORECASE)
_ENCODED = re.compile(r"https?%3a%2f%2f[^\s,;|]+", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<![,;|\s])[,;|\s]+(?=https?://[^\s/?#]|//[\w-]+\.\w)", re.IGNORECASE)
_QUOTED = re.compile(
    r"(?:(?P<mark>[\"'])(?P<key>[^\"']{1,60})(?P=mark)\s*:\s*)?"
    rf"(?:\"\s*(?P<double>{_ADDRESS}[^\"\\]*+(?:\\.[^\"\\]*+)*+)\""
    rf"|'\s*(?P<single>{_ADDRESS}[^'\\]*+(?:\\.[^'\\]*+)*+)')",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(img|source|video|a|link|picture|image)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(srcset|data-srcset|src|data-src|poster|href)\s*=\s*"
    r"(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(
    rf"(?P<mark>!?)\[[^\[\]]*\]\(\s*<?(?P<text>{_ADDRESS}(?:[^\s()<>]|\([^\s()]*\))*)",
    re.IGNORECASE,
)
_IN_PROSE = re.compile(
    r"(?:(?<![\w/=%?&.+-])https?://|(?<![\w/=%?&.+:-])//(?=[\w-]+\.\w))[^\s/?#][^\s<>\"]*",
    re.IGNORECASE,
)
_SIZES = re.compile(r"(?<!\S)(\S+)\s+([\d.]{1,9})[wx]\s*(?:,\s*|$)")
_PUNCTUATION = ",;|.!\"'>" + _OUTER
_MOST_BRACKETS = 20
_CLOSING = {")": "(", "]": "[", "}": "{"}

PORTRAIT_NAME = re.compile(
    r"(?i:avatar|profile|portrait|banner|favicon|header)"
    r"|(?<![A-Za-z])(?i:icon|logo)(?![a-z])|(?:Icon|Logo)(?![a-z])"
    r"|(?i:author|user|owner|channel|account|creator|sender)"
    r"(?i:s|s?[_. -]?(?:attributes|info|data))?[_. -]?(?i:photo|pic|image|img|thumb)"
)
"""Pattern of names of columns and keys with people's own pictures, not what they posted."""


def addresses_in(cell: str, separator: str | None = None) -> list[str]:
    """The usable web addresses in a cell, in its order.

    Args:
        cell: its text.
        separator: text between two addresses; None for any common one.

    Returns:
        ``http`` and ``https`` URLs, as written, without the syntax around them.
    """
    text = _plain(cell)
    if separator is not None:
        found = text.split(separator)
    elif _BEGINS.match(text):
        found = _in_list(text)
    elif tags := _in_tags(text):
        found = tags
    elif links := list(_MARKDOWN.finditer(text)):
        pictures = [link["text"] for link in links if link["mark"]]
        found = pictures or [link["text"] for link in links]
    elif text.startswith("="):
        found = _in_formula(text)
    elif quoted := _in_quotes(text):
        found = quoted
    elif _ENCODED.match(text):
        found = [unquote(piece) for piece in _ENCODED.findall(text)]
    else:
        found = [
            piece for match in _IN_PROSE.finditer(text) for piece in _BETWEEN.split(match.group())
        ]
    return [url for piece in found if (url := _tidy(piece)) and _USABLE.fullmatch(url)]


def _plain(cell: str) -> str:
    """The cell without outer blanks and without the escapes of JSON and HTML."""
    text = cell.strip(_OUTER).lstrip(_OUTER)
    if "\\/" in text:
        text = text.replace("\\/", "/")
    if "\\u" in text:
        text = _JSON_ESCAPES.sub(_unescaped, text)
    return text if _TAG.search(text) else _decoded(text)


def _unescaped(match: re.Match[str]) -> str:
    units = bytes.fromhex(match[0].replace("\\u", "").replace("\\U", ""))
    return units.decode("utf-16-be", errors="replace")


def _decoded(text: str) -> str:
    """Decode entities; only those with a semicolon, because ``&copy=1`` is a query."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda match: html.unescape(match[0]), _AMPERSAND.sub("&", text))


def _in_list(text: str) -> list[str]:
    """Split text that begins with an address."""
    sizes = _SIZES.findall(text)
    pieces = _BETWEEN.split(text)
    if sizes and len(sizes) == len(pieces):
        return [_largest(sizes)]
    return [_without_rest(piece) for piece in pieces]


def _without_rest(piece: str) -> str:
    """An address without the words after it; spaces inside it are kept."""
    first, *rest = piece.split(maxsplit=1)
    return first if rest and _ENDS_AS_PICTURE.search(first) else piece


def _in_tags(text: str) -> list[str]:
    pictures, links = [], []
    for tag in _TAG.finditer(text):
        values = {
            name.lower().removeprefix("data-"): _decoded(one or two or three).strip(_OUTER)
            for name, one, two, three in _ATTRIBUTE.findall(tag[2])
        }
        sizes = _SIZES.findall(values.get("srcset", ""))
        picture = _largest(sizes) if sizes else values.get("src") or values.get("srcset")
        picture = picture or values.get("poster")
        if picture and _BEGINS.match(picture):
            pictures.append(picture)
        elif _BEGINS.match(values.get("href", "")):
            links.append(values["href"])
    return pictures or links


def _largest(sizes: list[tuple[str, str]]) -> str:
    def size(entry: tuple[str, str]) -> float:
        try:
            return float(entry[1])
        except ValueError:
            return 0.0

    return max(sizes, key=size)[0]


def _in_quotes(text: str) -> list[str]:
    """The texts in quotation marks, except those under keys of portraits."""
    return [
        (match["double"] or match["single"]).replace('\\"', '"').replace("\\'", "'")
        for match in _QUOTED.finditer(text)
        if not (match["key"] and PORTRAIT_NAME.search(match["key"]))
    ]


def _in_formula(text: str) -> list[str]:
    """The address of a formula, if it does not depend on other cells."""
    try:
        found = address_of(text)
    except UnresolvedAddress:
        return []
    return [] if found is None else [found]


def _tidy(piece: str) -> str:
    """An address without quotation marks, brackets and punctuation around it."""
    url = piece.strip(_OUTER).lstrip("<\"'").strip(_OUTER)
    for _ in range(_MOST_BRACKETS):
        url = url.rstrip(_PUNCTUATION)
        opening = _CLOSING.get(url[-1:])
        if opening is None or url.count(url[-1]) <= url.count(opening):
            break
        url = url[:-1]
    if url.startswith("//"):
        return f"https:{url}"
    scheme, mark, rest = url.partition(":")
    return f"{scheme.lower()}{mark}{rest}"
