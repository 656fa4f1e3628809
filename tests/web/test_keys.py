"""Keys on the whole page, their list, and the switch of light and dark, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import open_viewer, pixels_of, wait_for_frame, watched, write_viewer
from themed_map import themed_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(themed_map(60), tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def page(browser: Browser, viewer: Path) -> Iterator[Page]:
    with watched(browser, calm=True) as opened:
        open_viewer(opened, viewer)
        yield opened


def test_keys_work_wherever_the_focus_is(page: Page) -> None:
    page.locator("#clusters button").first.click()
    page.wait_for_selector("#card:not([hidden])")
    assert not page.evaluate("() => document.activeElement.matches('canvas')")
    page.keyboard.press("t")
    assert page.get_attribute(".tools .tags", "aria-pressed") == "true"
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")
    page.keyboard.press("Escape")
    assert page.is_hidden("#chosen")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("v")
    page.wait_for_selector("#chosen:not([hidden])")
    page.keyboard.press("Escape")


def test_what_is_typed_into_a_field_does_nothing_else(page: Page) -> None:
    page.focus("#query")
    page.keyboard.type("lvt?+0")
    assert page.input_value("#query") == "lvt?+0"
    assert page.get_attribute(".tools .tags", "aria-pressed") == "false"
    assert page.get_attribute(".tools .draw", "aria-pressed") == "false"
    assert page.locator("dialog.keys").is_hidden()
    page.fill("#query", "")


def test_a_control_keeps_its_own_keys(page: Page) -> None:
    page.locator("#clusters button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2.cluster")
    page.locator("#card .close").focus()
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")
    assert page.is_visible("#chosen")  # one thing at a time
    page.keyboard.press("Escape")
    assert page.is_hidden("#chosen")


def test_escape_in_the_gallery_leaves_what_is_chosen(page: Page) -> None:
    page.locator("#clusters button").first.click()
    page.wait_for_selector("#chosen:not([hidden])")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.locator("#gallery [tabindex='0']").first.focus()
    page.keyboard.press("Escape")
    page.locator("#gallery").wait_for(state="hidden")
    assert page.is_visible("#chosen")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Escape")
    assert page.is_hidden("#chosen")


def test_the_keys_are_listed(page: Page) -> None:
    page.locator("#clusters button").first.focus()
    page.keyboard.press("?")
    page.wait_for_selector("dialog.keys[open]")
    said = page.inner_text("dialog.keys")
    assert "Escape" in said
    assert "lasso" in said
    map_keys = page.locator("dialog.keys dl").first.locator("dt").all_inner_texts()
    assert len(map_keys) == len(set(map_keys))
    assert "draw an arrow" not in said  # nobody can, without a server
    assert said.count("gallery, or the map again") == 1
    for part in page.locator("dialog.keys dl").all():
        keys = part.locator("dt").all_inner_texts()
        assert len(set(keys)) == len(keys)  # each once
    page.keyboard.press("t")
    assert page.get_attribute(".tools .tags", "aria-pressed") == "false"
    page.keyboard.press("Escape")
    assert page.locator("dialog.keys").is_hidden()
    page.get_by_role("button", name="Keys").click()
    page.locator("dialog.keys .close").click()
    assert page.locator("dialog.keys").is_hidden()


def test_light_and_dark_are_chosen_and_remembered(page: Page, viewer: Path) -> None:
    dark, light = (25, 27, 30), (247, 245, 240)
    assert page.get_attribute("html", "data-scheme") == "light"
    page.get_by_label("Colours").select_option("Dark")
    wait_for_frame(page)
    assert pixels_of(page, ".map", dark) > pixels_of(page, ".map", light)
    page.goto(viewer.as_uri(), wait_until="commit")
    page.wait_for_selector("body", state="attached")
    assert page.get_attribute("html", "data-scheme") == "dark"  # before the viewer has begun
    page.wait_for_selector("html[data-ready]", state="attached")
    assert pixels_of(page, ".map", dark) > pixels_of(page, ".map", light)
    page.get_by_label("Colours").select_option("As the system")
    assert page.get_attribute("html", "data-scheme") == "light"
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-scheme=dark]", state="attached")
    page.emulate_media(color_scheme="light")


def test_what_is_touched_is_large_enough(browser: Browser, viewer: Path) -> None:
    with watched(browser, width=390, height=844, calm=True, touch=True) as page:
        open_viewer(page, viewer)
        page.evaluate("() => document.querySelectorAll('details').forEach(e => e.open = true)")
        page.locator("#clusters button").first.click()
        page.wait_for_selector("#card h2")
        small = page.evaluate(
            "() => [...document.querySelectorAll('button, select, summary, input[type=search]')]"
            ".filter(each => each.checkVisibility() && each.offsetHeight)"
            ".filter(each => each.offsetHeight < 44).map(each => each.outerHTML)"
        )
        assert small == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
