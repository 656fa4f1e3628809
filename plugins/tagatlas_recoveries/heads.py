"""Reads the metadata in a page's head."""

from __future__ import annotations

from html.parser import HTMLParser


class Head(HTMLParser):
    """Collects the metadata of a page.

    Attributes:
        base: base URL that the page declares; empty if none.
        found: the first text of each name, by the name in lower case.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the metadata of a tag; called by the parser."""
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            for key in ("property", "name", "itemprop"):
                self._note(values.get(key, ""), values.get("content", ""))
        elif tag == "link":
            for key in (*values.get("rel", "").split(), values.get("itemprop", "")):
                self._note(key, values.get("href", ""))
        elif tag == "base":
            self.base = self.base or values.get("href", "")

    def _note(self, name: str, address: str) -> None:
        if name and address.strip():
            self.found.setdefault(name.strip().lower(), address.strip())
