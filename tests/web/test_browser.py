"""The viewer in a real browser, opened from a folder as a double-click does."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import image_under_pointer, open_viewer, watched, write_viewer
from PIL import Image
from themed_map import themed_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "\u202egnp.exe",
    "a" * 5000,
    "'\"&<>",
    "=1+1",
    "${window.hacked=1}",
    "日本語",
)


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A viewer of 300 images in nine themes."""
    return write_viewer(themed_map(300), tmp_path_factory.mktemp("map"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


def colours(page: Page) -> int:
    """How many colours the map has on the screen."""
    with Image.open(BytesIO(page.locator(".map").screenshot())) as picture:
        found = picture.convert("RGB").getcolors(1 << 24)
    assert found is not None
    return len(found)


def test_it_shows_the_map_and_its_clusters(page: Page, viewer: Path, tmp_path: Path) -> None:
    open_viewer(page, viewer)
    assert colours(page) > 500
    assert page.locator("#clusters > li").count() == 9
    assert "parrot" in page.inner_text("#clusters")
    assert "parrot" in page.inner_text(".names")
    page.screenshot(path=tmp_path / "map.png", animations="disabled")


def test_a_click_opens_an_image(page: Page, viewer: Path, tmp_path: Path) -> None:
    open_viewer(page, viewer)
    x, y = image_under_pointer(page)
    label = page.get_attribute(".map", "title")
    page.mouse.click(x, y)
    page.wait_for_selector("#card h2")
    assert page.inner_text("#card h2") == label
    page.wait_for_function(
        "() => [...document.querySelectorAll('#card img')].every(each => each.naturalWidth > 0)"
    )
    assert page.locator("#card .nearest button").count() == 8
    assert page.locator("#card .scores li").count() >= 2
    page.screenshot(path=tmp_path / "card.png", animations="disabled")
    page.locator("#card .scores button").first.click()
    page.wait_for_selector("#chosen:has-text('images (')")
    page.click("#card .close")
    assert page.is_hidden("#card")


def test_search_finds_tags_and_counts(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.fill("#query", "GUITAR")
    page.press("#query", "Enter")
    page.wait_for_selector("#chosen:not([hidden])")
    shown = page.inner_text("#chosen")
    expected = themed_map(300).tags.collect()
    images = expected.filter(expected["tag"] == "guitar")["image"].n_unique()
    assert f"{images} images" in shown
    page.click("#clear")
    assert page.is_hidden("#chosen")


def test_a_lasso_chooses_images_that_are_saved(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.click(".draw")
    page.mouse.move(800, 2)
    page.mouse.down()
    for x, y in ((1278, 2), (1278, 848), (322, 848), (322, 2)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    page.wait_for_selector("#chosen:not([hidden])")
    assert "300 images" in page.inner_text("#chosen")
    with page.expect_download() as saved:
        page.click("#save")
    rows = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    assert {row["image"] for row in rows} == set(themed_map(300).images["id"])


def test_filters_of_tags_and_frequency_hold_together(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.click("#filters summary")
    page.get_by_label("Tag", exact=True).fill("guitar")
    page.get_by_label("Tag", exact=True).press("Enter")
    page.wait_for_selector("#chosen .condition")
    page.get_by_label("Times seen from").fill("1000000")
    page.get_by_label("Times seen from").press("Enter")
    page.wait_for_function("() => document.querySelectorAll('#chosen .condition').length === 2")
    assert "0 images" in page.inner_text("#chosen")
    page.locator("#chosen .condition").last.click()
    assert "0 images" not in page.inner_text("#chosen")


def test_keys_move_open_and_close(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.focus(".map")
    before = page.locator(".map").screenshot()
    for key in ("+", "+", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert page.locator(".map").screenshot() != before
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")
    page.keyboard.press("t")
    assert page.get_attribute(".tools .tags", "aria-pressed") == "true"


def test_names_from_outside_are_text(page: Page, tmp_path: Path) -> None:
    open_viewer(page, write_viewer(themed_map(90, names=HOSTILE), tmp_path))
    page.focus("#query")
    page.click(".tools .tags")
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    assert page.evaluate("() => window.hacked") is None
    shown = page.inner_text("#clusters")
    assert HOSTILE[0] in shown
    assert HOSTILE[1] in shown
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_it_fits_a_telephone(page: Page, viewer: Path, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    open_viewer(page, viewer)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    page.screenshot(path=tmp_path / "telephone.png", animations="disabled")
    close = page.locator("#card .close").bounding_box()
    assert close is not None
    assert close["height"] >= 40


def test_a_viewer_without_its_data_says_so(browser: Browser, viewer: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "viewer"
    lonely.mkdir()
    for path in viewer.parent.glob("*.*"):
        shutil.copy(path, lonely)
    page = browser.new_page()
    page.goto((lonely / "index.html").as_uri())
    page.wait_for_selector("#trouble:not([hidden])")
    assert "copy the whole folder" in page.inner_text("#trouble")
    page.close()
