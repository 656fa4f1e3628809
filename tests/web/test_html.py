"""The page's HTML: one page, in a folder, from the server, and in a frame of a notebook."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tagatlas_web.page.html import STATIC, Live, embedded_page, page

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


class Elements(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def facts(page: str) -> dict[str, str | None]:
    """What a page is told, at its root."""
    [(tag, root), *_] = Elements(page).found
    assert tag == "html"
    assert root.pop("lang") == "en"
    return root


def test_a_page_in_a_folder_is_told_nothing() -> None:
    assert facts(page()) == {}


@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_a_servers_page_is_told_what_it_shows(atlas: str, formats: dict[str, str]) -> None:
    told = facts(page(Live("a state", atlas, formats)))
    assert json.loads(told.pop("data-formats") or "") == [list(each) for each in formats.items()]
    assert told == {"data-live": "a state", "data-atlas": atlas}


@given(TEXTS)
def test_scripts_are_put_into_a_page_whole(text: str) -> None:
    script = f"const text = {json.dumps(text + '</script><b>')};"
    shown = embedded_page("p { color: red }", script)
    assert facts(shown) == {"data-embedded": None}
    assert "b" not in [tag for tag, _ in Elements(shown).found]


def test_but_for_that_it_is_the_same_page() -> None:
    pages = [page(), page(Live("1", "2", {})), embedded_page("", "")]
    bodies = [
        re.sub("<script.*?</script>", "", each[each.index("<body>") :], flags=re.DOTALL)
        for each in pages
    ]
    assert len(set(bodies)) == 1
    assert not [each for each in pages if "$" in each]


def test_every_place_of_the_page_is_filled() -> None:
    template = (STATIC / "page.html").read_text("utf-8")
    assert re.findall(r"\$(\w+)", template) == ["facts", "policy", "scheme", "style", "script"]
