"""The page with damaged files, with odd columns, and with more chosen than an address holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import open_viewer, watched, write_viewer
from themed_map import themed_map
from viewer_files import with_columns

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def columns_of(location: str) -> dict[str, str]:
    row = int(location.split("/")[-1].split(".")[0])
    return {
        "__proto__": f"number {row}",
        "place": ("sea", "land")[row % 2],
        "day": f"2020-01-{1 + row % 28:02}",
        "a name of a column that is far longer than a card is wide" * 3: "x",
    }


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    map_ = themed_map(80)
    map_ = replace(map_, records=with_columns(map_.records, columns_of))
    return write_viewer(map_, tmp_path_factory.mktemp("unlucky"))


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _nothing(content: bytes) -> bytes:
    return b""


def _another_page(content: bytes) -> bytes:
    return b"<!doctype html><title>404</title>"


@pytest.mark.parametrize("damage", [_half, _nothing, _another_page])
def test_damaged_files_are_said_and_the_rest_is_shown(
    browser: Browser, viewer: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged = tmp_path / "viewer"
    shutil.copytree(viewer.parent, damaged)
    for name in ("annotations", "columns/1", "details/0", "pages/base-0", "tags/0"):
        path = damaged / "data" / f"{name}.js"
        path.write_bytes(damage(path.read_bytes()))
    page = browser.new_page(reduced_motion="reduce")
    link = "#v=1&only=is:place:sea&only=tag:guitar&open=tag:guitar&colour=column:place"
    page.goto((damaged / "index.html").as_uri() + link)
    page.wait_for_selector("html[data-ready]", state="attached")
    said = page.inner_text("#trouble")
    for name in ("annotations", "columns/1", "pages/base-0", "tags/0"):
        assert f"data/{name}.js is damaged" in said
    news = page.inner_text("#news")
    for lacking in ("the condition “is place sea”", "tag guitar", "the colour by"):
        assert lacking in news
    assert page.locator("#clusters > li").count() == 9
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    assert "data/details/0.js is damaged" in page.inner_text("#card")
    page.close()


def test_a_column_of_any_name_is_on_the_card(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card dl")
    assert page.locator("#card dt").first.inner_text() == "__proto__"
    value = page.locator("#card dd").first.bounding_box()
    assert value is not None
    assert value["width"] > 100  # the long name of another leaves it room


def test_back_brings_what_no_address_holds_and_a_copied_link_says_so(
    page: Page, viewer: Path
) -> None:
    open_viewer(page, viewer)
    page.keyboard.press("p")
    page.wait_for_selector("#gallery img")
    page.wait_for_function("() => location.hash.includes('panel=')")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Select the").click()
    page.keyboard.press("p")
    page.wait_for_function("() => !location.hash.includes('panel=')")
    before = page.evaluate("() => history.length")
    chosen = page.inner_text("#chosen")
    assert "80 images" in chosen
    page.click(".copy-link")
    page.wait_for_function(
        "() => /no room for: .*picked/.test(document.querySelector('#news').innerText)"
    )
    page.click("#clear")
    page.wait_for_selector("#chosen", state="hidden")
    page.wait_for_function("before => history.length === before + 1", arg=before)
    page.go_back()
    page.wait_for_selector("#chosen:not([hidden])")
    assert page.inner_text("#chosen") == chosen


def test_a_page_at_four_times_its_size_can_be_used(browser: Browser, viewer: Path) -> None:
    with watched(browser, calm=True, width=320, height=212) as page:
        open_viewer(page, viewer)
        page.click("#filters summary")
        place = page.get_by_role("group", name="place", exact=True)
        place.scroll_into_view_if_needed()
        place.get_by_label("sea").check()
        page.wait_for_selector("#chosen .condition")
        page.click("#show-gallery")
        page.wait_for_selector(".tile img")
