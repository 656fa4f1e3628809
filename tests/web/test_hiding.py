"""Hiding images in the viewer: by its buttons, and what the server answers then."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pink_atlas import FACES, files_with_pink, ids_of, pink_atlas
from viewing import Viewing, viewing

from tagatlas.atlas import open_atlas
from tagatlas.steps.hiding import hidden_images
from tagatlas.steps.map import map as map_

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    atlas = pink_atlas(tmp_path_factory.mktemp("pink"))
    map_(atlas, iterations=5)
    return atlas


@pytest.fixture
def server(made: Path, tmp_path: Path) -> Iterator[Viewing]:
    with viewing(Path(shutil.copytree(made, tmp_path / "x.atlas"))) as running:
        yield running


def hidden_now(server: Viewing) -> frozenset[str]:
    with open_atlas(server.atlas, write=False) as atlas:
        return hidden_images(atlas)


def open_page(browser: Browser, server: Viewing) -> Page:
    page = browser.new_context().new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(server.url)
    wait_ready(page)
    return page


def wait_ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready=yes]", state="attached")


def search(page: Page, text: str) -> None:
    page.fill("#query", text)
    page.press("#query", "Enter")
    page.wait_for_selector("#chosen:not([hidden])")


def again(page: Page, pressed: str) -> None:
    """Press a button, after which the page loads again."""
    page.evaluate("window.isLeft = true")
    page.get_by_role("button", name=pressed, exact=True).click()
    page.wait_for_function("() => !window.isLeft")  # the address changes without loading, too
    wait_ready(page)


def test_an_open_image_and_a_selection_are_hidden_and_shown_again(
    browser: Browser, server: Viewing
) -> None:
    viewer = server.atlas / "maps" / "some" / "viewer"
    page = open_page(browser, server)
    assert "data/pages/base-0.js" in files_with_pink(viewer)
    with open_atlas(server.atlas, write=False) as atlas:
        ids = ids_of(atlas)
    shown = FACES[0] if page.evaluate("document.title") and _is_on(page, FACES[0]) else FACES[1]
    search(page, shown)
    page.get_by_role("button", name="Hide", exact=True).wait_for()
    again(page, "Hide")
    assert hidden_now(server) == {ids[each] for each in FACES}
    assert files_with_pink(viewer) == []
    for face in FACES:
        for folder in ("pictures", "images"):
            assert server.ask(f"{folder}/{ids[face][:2]}/{ids[face]}.jpg").status == 404
    search(page, shown)
    page.get_by_role("button", name="Show again", exact=True).wait_for()
    again(page, "Show again")
    assert hidden_now(server) == frozenset()
    assert "data/pages/base-0.js" in files_with_pink(viewer)


def _is_on(page: Page, label: str) -> bool:
    search(page, label)
    said = page.inner_text("#chosen")
    page.click("#clear")
    return "1 image" in said


def test_the_card_hides_its_image(browser: Browser, server: Viewing) -> None:
    page = open_page(browser, server)
    page.focus(".stage canvas")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card img")
    label = page.inner_text("#card h2")
    again(page, "Hide this image")
    with open_atlas(server.atlas, write=False) as atlas:
        assert ids_of(atlas)[label] in hidden_images(atlas)
    page.focus(".stage canvas")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card p.gone")
    assert page.inner_text("#card h2") == label
    assert page.inner_text("#card p.gone") == "This image is hidden."
    again(page, "Show again")
    assert hidden_now(server) == frozenset()


def test_other_orders_are_refused(server: Viewing) -> None:
    for order in ({}, {"images": ["../x"], "hide": True}, {"images": ["a" * 64], "hide": 1}):
        answer = server.send("api/hidden", order, "POST")
        assert answer.status == 400
        assert "this is not an order to hide images" in str(answer.json["error"])
    answer = server.send("api/hidden", {"images": ["a" * 64], "hide": True}, "POST")
    assert answer.status == 400
    assert "no image of the collection is called so" in str(answer.json["error"])
    assert server.ask("api/hidden").status == 404
    assert hidden_now(server) == frozenset()
