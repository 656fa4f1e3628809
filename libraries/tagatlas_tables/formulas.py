"""Resolves the address that a spreadsheet formula shows or links to, from its text.

Supported are concatenation (``"https://a/"&A2&".jpg"``, ``CONCATENATE``), references to other
cells, and ``HYPERLINK``, ``IMAGE`` and ``IF``, under their names in the languages of spreadsheet
programs. Any other formula is unresolved: part of an address is of no use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tagatlas_tables.endings import looks_like_picture

Lookup = Callable[[int, int], str | None]
"""The text of a cell by its row and column, from 0; None if unknown."""

_ADDRESS = re.compile(r"\s*(?:https?:)?//[^\s/?#]", re.IGNORECASE)
_TOKEN = re.compile(
    r"\s*(?:"
    r'"(?P<text>(?:[^"]|"")*+)"'
    r"|(?P<column>\$?[A-Z]{1,3})(?P<row>\$?[1-9]\d{0,6})(?![\w.(!:])"
    r"|(?P<function>[^\W\d][\w.]*+)\s*\("
    r"|(?P<number>\d++)(?![\w.])"
    r"|(?P<word>[\w.]++)"
    r"|(?P<mark>[(),;&])"
    r"|(?P<other>\S))",
    re.IGNORECASE,
)
# HYPERLINK
_LEADS = frozenset(
    {
        "hyperlink",
        "lien_hypertexte",
        "hipervinculo",
        "hipervínculo",
        "hiperligação",
        "hiperlink",
        "colleg.ipertestuale",
        "hiperłącze",
        "hyperlänk",
        "hyperlinkki",
        "hypertextový.odkaz",
        "hiperhivatkozás",
        "köprü",
        "гиперссылка",
    }
)
# IMAGE
_SHOWS = frozenset(
    {
        "image",
        "bild",
        "imagen",
        "immagine",
        "imagem",
        "afbeelding",
        "obraz",
        "kuva",
        "kép",
        "görüntü",
        "изображение",
    }
)
# IF, whose first argument is a condition
_ONE_OF = frozenset(
    {"if", "wenn", "si", "se", "als", "jeżeli", "om", "jos", "když", "ha", "eğer", "если"}
)
# CONCATENATE and CONCAT
_JOINS = frozenset(
    {
        "concatenate",
        "concat",
        "verketten",
        "textkette",
        "concatener",
        "concatenar",
        "concatena",
        "tekst.samenvoegen",
        "złącz.teksty",
        "sammanfoga",
        "ketjuta",
        "összefűz",
        "birleştir",
        "сцепить",
        "сцеп",
    }
)
_PREFIXES = re.compile(r"^(?:_xlfn\.|_xlws\.|com\.sun\.star\.sheet\.addin\.\w+\.)+", re.IGNORECASE)
_DEEPEST = 64  # as Excel has it


class UnresolvedAddress(Exception):
    """A formula's address cannot be resolved from its text."""


def address_of(
    formula: str, lookup: Lookup | None = None, shift: tuple[int, int] = (0, 0)
) -> str | None:
    """The address that a formula shows or links to; None if it has none.

    For ``=HYPERLINK("page"; IMAGE("picture"))`` it is the picture's.

    Args:
        formula: with or without the equals sign.
        lookup: of the other cells of the sheet; None if unknown.
        shift: rows and columns by which relative references are moved, for a formula shared by
            several cells.

    Raises:
        UnresolvedAddress: it makes an address in a way that is not worked out, or of cells that are
            not known.
    """
    return _Reading(formula.strip().removeprefix("="), lookup or _unknown, shift).address()


def place_of(column: str, row: str) -> tuple[int, int]:
    """Row and column, from 0, of a cell such as ``B12``."""
    number = 0
    for letter in column.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(row) - 1, number - 1


def _unknown(_row: int, _column: int) -> None:
    return None


class _Reading:
    """One pass over a formula's tokens."""

    def __init__(self, formula: str, lookup: Lookup, shift: tuple[int, int]) -> None:
        self._has_address = '"' in formula and "//" in formula
        self._tokens: Iterator[re.Match[str]] = _TOKEN.finditer(formula)
        self._lookup = lookup
        self._shift = shift
        self._in_choice = False
        self._token: re.Match[str] | None = None
        self._step()

    def address(self) -> str | None:
        try:
            found = self._whole()
        except UnresolvedAddress:
            if self._has_address:
                raise
            return None
        return found if _ADDRESS.match(found) else None

    def _whole(self) -> str:
        text = self._expression(0)
        if self._token is not None:  # an operator, or something that is no formula
            raise UnresolvedAddress
        return text or ""

    def _step(self) -> None:
        self._token = next(self._tokens, None)

    def _take(self, marks: str) -> str:
        """Consume and return the next mark if it is one of these."""
        mark = self._token["mark"] if self._token is not None else None
        if mark is None or mark not in marks:
            return ""
        self._step()
        return mark

    def _expression(self, depth: int) -> str | None:
        """The text of terms joined by ``&``; None without a term."""
        text = self._term(depth)
        while self._take("&"):
            text = (text or "") + (self._term(depth) or "")
        return text

    def _term(self, depth: int) -> str | None:
        token = self._token
        if token is None or depth > _DEEPEST:
            raise UnresolvedAddress
        if token["mark"] in (",", ";", ")"):
            return None  # an argument that is left out
        self._step()
        if token["text"] is not None:
            return token["text"].replace('""', '"')
        if token["number"] is not None:
            return token["number"]
        if token["column"] is not None:
            return self._referred(token["column"], token["row"])
        if token["function"] is not None:
            return self._called(_PREFIXES.sub("", token["function"]).lower(), depth + 1)
        if token["mark"] == "(":
            text = self._expression(depth + 1)
            if self._take(")"):
                return text
        raise UnresolvedAddress

    def _referred(self, column: str, row: str) -> str:
        at_row, at_column = place_of(column.lstrip("$"), row.lstrip("$"))
        down, right = self._shift
        text = self._lookup(
            at_row + (0 if row.startswith("$") else down),
            at_column + (0 if column.startswith("$") else right),
        )
        if text is None or (not text and self._in_choice):  # the choice may be for empty cells
            raise UnresolvedAddress
        return text

    def _called(self, name: str, depth: int) -> str | None:
        if name in _ONE_OF:
            self._skip_condition()
            self._in_choice = True
        elif name not in _LEADS | _SHOWS | _JOINS:
            raise UnresolvedAddress
        texts = []
        while not self._take(")"):
            texts.append(self._expression(depth) or "")
            if not self._take(",;") and (self._token is None or self._token["mark"] != ")"):
                raise UnresolvedAddress
        if name in _JOINS:
            return "".join(texts)
        addresses = list(dict.fromkeys(text for text in texts if _ADDRESS.match(text)))
        if name in _ONE_OF and len(addresses) > 1:
            raise UnresolvedAddress
        pictures = filter(looks_like_picture, addresses)
        return next(pictures, addresses[0] if addresses else "")

    def _skip_condition(self) -> None:
        """Skip the first argument."""
        depth = 0
        while self._token is not None:
            token = self._token
            self._step()
            if token["mark"] in (",", ";") and not depth:
                return
            depth += token["mark"] == "(" or token["function"] is not None
            depth -= token["mark"] == ")"
        raise UnresolvedAddress
