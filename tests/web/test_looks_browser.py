"""Images arranged by date, by numbers and on a wall, and coloured, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import image_under_pointer, open_viewer, pixels_of, wait_for_frame, watched
from chromium import write_viewer as write
from themed_atlas import themed_atlas
from viewer_files import with_columns

from tagatlas.contracts import Map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAND, SEA = (0xB7, 0x53, 0x07), (0x27, 0xD0, 0xF4)


@pytest.fixture(scope="module")
def atlas() -> Map:
    """Images of days, numbers and places; each fifth has no day."""
    map_ = themed_atlas(60, missing=4)
    return replace(map_, records=with_columns(map_.records, columns_of))


def columns_of(location: str) -> dict[str, str]:
    row = int(location.split("/")[-1].split(".")[0])
    day = f"2020-{1 + row // 28 % 12:02}-{1 + row % 28:02}" if row % 5 else ""
    return {"day": day, "likes": str(row * row), "place": ("land", "land", "sea")[row % 3]}


@pytest.fixture(scope="module")
def viewer(atlas: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(atlas, tmp_path_factory.mktemp("looks"))


def arrange(page: Page, by: str) -> None:
    page.get_by_label("Images by", exact=True).select_option(label=by)


def colour(page: Page, by: str) -> None:
    page.get_by_label("Colour by", exact=True).select_option(label=by)
    if by not in ("nothing", "score of a tag…"):
        page.wait_for_selector(f".colour-legend h3:has-text('{by}')")


def legend(page: Page) -> list[str]:
    page.wait_for_selector(".colour-legend li")
    return page.locator(".colour-legend li").all_inner_texts()


def test_images_stand_along_time_on_a_wall_and_by_numbers(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    arrange(page, "Timeline: day")
    page.wait_for_selector(".axes text:has-text('2020-0')")
    assert "12 images have no value there, and are not shown" in page.inner_text("#news")
    assert page.inner_text(".names") == ""
    x, y = image_under_pointer(page)
    page.mouse.click(x, y)
    page.wait_for_selector("#card h2")
    assert "2020-" in page.inner_text("#card")
    page.click("#card .close")
    page.focus(".map")
    page.keyboard.press("v")
    page.wait_for_selector("#chosen:not([hidden])")
    assert "48 images" in page.inner_text("#chosen")
    page.wait_for_function("() => location.hash.includes('only=ring:themed:')")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert "48 images" in page.inner_text("#chosen")
    without = "12 images without a value not shown"
    assert page.locator(".axes .title").text_content() == f"day, week each · {without}"
    page.click("#clear")
    arrange(page, "Two numbers…")
    page.get_by_label("Up").select_option("times seen")
    page.wait_for_selector(".axes .title:text-is('times seen')")
    assert page.locator(".axes .title").all_text_contents() == [f"day · {without}", "times seen"]
    arrange(page, "Wall")
    page.wait_for_function("() => !document.querySelector('.axes').childElementCount")
    page.focus(".map")
    page.keyboard.press("v")
    page.wait_for_selector("#chosen:not([hidden])")
    assert "60 images" in page.inner_text("#chosen")
    page.click("#clear")
    arrange(page, "Map")
    page.wait_for_function("() => document.querySelector('.names').innerText.includes('parrot')")


def test_images_glide_between_arrangements(browser: Browser, viewer: Path) -> None:
    with watched(browser) as page:
        open_viewer(page, viewer)
        page.evaluate(
            "() => { window.glided = false; new MutationObserver(() => {"
            " window.glided ||= document.querySelector('.gliding') !== null;"
            " }).observe(document.body, {subtree: true, attributes: true}); }"
        )
        arrange(page, "Wall")
        page.wait_for_function("() => window.glided && !document.querySelector('.gliding')")


def test_a_column_colours_images_and_its_legend_chooses(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    assert pixels_of(page, ".map", SEA) < 500
    colour(page, "place")
    assert legend(page) == ["land\n40", "sea\n20"]
    wait_for_frame(page)
    assert pixels_of(page, ".map", LAND) > 2000
    assert pixels_of(page, ".map", SEA) > 1000
    page.get_by_role("button", name="sea", exact=True).click()
    page.wait_for_selector("#chosen:not([hidden])")
    assert "20 images" in page.inner_text("#chosen")
    assert legend(page) == ["land\n0 of 40", "sea\n20 of 20"]
    page.wait_for_function("() => location.hash.includes('only=coloured')")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("html[data-ready]", state="attached")
    assert "20 images" in page.inner_text("#chosen")
    assert legend(page) == ["land\n0 of 40", "sea\n20 of 20"]
    page.click("#clear")
    colour(page, "likes")
    assert sum(int(each.split("\n")[1]) for each in legend(page)) == 60
    colour(page, "day")
    assert legend(page)[-1] == "12 without a value, no frame"
    colour(page, "clusters of colours")
    assert {each.split("\n")[0] for each in legend(page)} >= {"warm", "cool", "plain"}
    colour(page, "score of a tag…")
    page.get_by_label("Tag to colour by", exact=True).fill("guitar")
    page.get_by_label("Tag to colour by", exact=True).press("Enter")
    page.wait_for_selector(".colour-legend h3:has-text('score of guitar')")
    colour(page, "nothing")
    page.wait_for_selector(".colour-legend", state="hidden")
    wait_for_frame(page)
    assert pixels_of(page, ".map", SEA) < 500


def test_unknown_ways_to_look_are_named(page: Page, viewer: Path) -> None:
    page.goto(f"{viewer.as_uri()}#v=1&map=themed&as=timeline:likes&colour=column:gone")
    page.wait_for_selector("html[data-ready]", state="attached")
    said = page.inner_text("#news")
    assert "the colour by “column gone”" in said
    assert "the arrangement “timeline likes”" in said
    assert "parrot" in page.inner_text(".names")
