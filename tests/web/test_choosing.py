"""Filters, facets and conditions in a real browser: every record counts, and all holds together."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from chromium import open_viewer, wait_for_frame, watched, write_viewer
from themed_map import themed_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tagatlas.contracts import Map

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AUTHORS = ("Zoë", "李雷", "Émile", "Ada Lovelace")
IMAGES = 90


@pytest.fixture(scope="module")
def atlas() -> Map:
    """Each image has two records; the second is by another author, of a later year."""
    map_ = themed_map(IMAGES)
    first = map_.records.unique("image", maintain_order=True)
    rows = first.height
    earlier = first.with_columns(columns=pl.Series([cells(row, 0) for row in range(rows)]))
    later = first.with_columns(columns=pl.Series([cells(row, 1) for row in range(rows)]))
    return replace(map_, records=pl.concat([earlier, later]))


def facts(row: int, turn: int) -> dict[str, str]:
    return {
        "author": AUTHORS[(row + turn * (row % 3)) % len(AUTHORS)],
        "text": f"so nice, number {row}" if turn and row % 5 == 0 else f"number {row}",
        "created_at": f"{2010 + row % 7 + 3 * turn}-{1 + row % 12:02}-{1 + row % 28:02}",
        "likes": str((row * 37 + turn) % 5000),
    }


def cells(row: int, turn: int) -> str:
    return json.dumps(facts(row, turn))


def images_with(name: str, values: set[str]) -> int:
    """How many images have one of some values in one of their records."""
    return sum(any(facts(row, turn)[name] in values for turn in (0, 1)) for row in range(IMAGES))


@pytest.fixture(scope="module")
def viewer(atlas: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(atlas, tmp_path_factory.mktemp("choosing"))


@pytest.fixture(scope="module")
def opened(browser: Browser, viewer: Path) -> Iterator[Page]:
    with watched(browser, calm=True, height=1000) as page:
        open_viewer(page, viewer)
        page.click("#filters summary")
        page.wait_for_selector(".facet li")
        yield page


@pytest.fixture
def page(opened: Page) -> Page:
    """The page, with nothing chosen and the whole map in view."""
    if opened.is_visible("#clear"):
        opened.click("#clear")
        wait_for_frame(opened)  # until then the fields have what was chosen
    opened.focus(".map")
    opened.keyboard.press("0")
    return opened


def test_what_choosing_does_is_asked_once_something_is_chosen(page: Page) -> None:
    narrow = page.locator(".ways button:text('Narrow')")
    assert narrow.is_hidden()
    page.locator(".facet li input").first.check()
    page.wait_for_selector("#chosen .condition")
    assert narrow.is_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    page.click("#clear")
    assert narrow.is_hidden()
    assert narrow.get_attribute("aria-pressed") == "true"


def said(page: Page, images: int) -> None:
    """Wait until that many are chosen."""
    words = f"{images} image" if images == 1 else f"{images} images"
    page.wait_for_function(
        "words => document.querySelector('#chosen .said').innerText.startsWith(words + ' ')",
        arg=words,
    )


def facet(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def enter(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).press("Enter")


def chips(page: Page) -> list[str]:
    return page.locator("#chosen .condition bdi").all_inner_texts()


def test_a_facet_counts_all_records_and_several_values_are_any_of_them(page: Page) -> None:
    zoe = facet(page, "author").get_by_label("Zoë")
    zoe.check()
    said(page, images_with("author", {"Zoë"}))
    facet(page, "author").get_by_label("李雷").check()
    said(page, images_with("author", {"Zoë", "李雷"}))
    assert chips(page) == ["author: Zoë or 李雷"]
    page.locator("#chosen .condition").focus()
    page.keyboard.press("Delete")
    assert page.is_hidden("#chosen")
    page.wait_for_function("() => !document.querySelector('.facet :checked')")


def test_facets_and_the_list_of_clusters_follow_other_conditions(page: Page) -> None:
    enter(page, "text contains", "so nice")
    chosen = sum(row % 5 == 0 for row in range(IMAGES))
    said(page, chosen)
    named = sum(
        row % 5 == 0 and any(facts(row, turn)["author"] == "Zoë" for turn in (0, 1))
        for row in range(IMAGES)
    )
    line = f"{named} of {images_with('author', {'Zoë'})}"
    page.wait_for_function(
        "line => [...document.querySelectorAll('.facet li')].some("
        " each => each.innerText.includes('Zoë') && each.innerText.includes(line))",
        arg=line,
    )
    sizes = page.locator("#clusters > li > .size").all_inner_texts()
    assert sum(int(size.split(" of ")[0]) for size in sizes) == chosen
    assert sum(int(size.split(" of ")[1]) for size in sizes) == IMAGES


def test_a_date_of_any_record_counts_and_is_understood_in_part(page: Page) -> None:
    for text, year in (
        ("2016-3", "2016-03"),
        ("1.3.2016", "2016-03-01"),
        ("2016-03-02T00:00:00Z", "2016-03-02 00:00:00"),
    ):
        enter(page, "created_at from", text)
        wanted = sum(
            any(facts(row, turn)["created_at"] >= year[:10] for turn in (0, 1))
            for row in range(IMAGES)
        )
        said(page, wanted)
        page.wait_for_function(
            "year => document.querySelector('[aria-label=\"created_at from\"]').value === year",
            arg=year,
        )


@pytest.mark.parametrize(
    ("label", "text", "reason"),
    [
        ("created_at from", "1/3/2016", "can be 2016-03-01 or 2016-01-03"),
        ("created_at from", "2016-13", "no date of the calendar"),
        ("created_at to", "March", "is no date"),
        ("likes from", "1.000", "can be 1000 or 1"),
        ("Times seen from", "abc", "is no number"),
        ("likes to", "NaN", "is no number"),
        ("Tag from score", "7", "between 0 and 1"),
    ],
)
def test_what_is_no_date_or_number_is_refused(
    page: Page, label: str, text: str, reason: str
) -> None:
    enter(page, label, text)
    assert reason in page.locator(".refused:not(:empty)").inner_text()
    assert page.get_by_label(label, exact=True).get_attribute("aria-invalid") == "true"
    assert page.is_hidden("#chosen")
    page.get_by_label(label, exact=True).fill("")
    page.keyboard.press("Enter")
    assert page.locator(".refused:not(:empty)").count() == 0


def test_numbers_are_understood_as_people_write_them(page: Page) -> None:
    wanted = sum(
        any(int(facts(row, turn)["likes"]) >= 1000 for turn in (0, 1)) for row in range(IMAGES)
    )
    for text in ("1,000", "1000", "1 000", "1.000,0"):
        enter(page, "likes from", text)
        said(page, wanted)
        assert chips(page) == ["likes from 1000"]


def test_conditions_hold_together_and_are_taken_back(page: Page) -> None:
    facet(page, "author").get_by_label("Zoë").check()
    zoe = images_with("author", {"Zoë"})
    said(page, zoe)
    page.focus(".map")
    page.keyboard.press("v")
    said(page, zoe)
    cluster = page.locator("#clusters .cluster").first
    cluster.click()
    assert chips(page) == ["author: Zoë", "in view", f"in {cluster.inner_text()}"]
    both = page.locator("#chosen .said").inner_text()
    assert int(both.split()[0]) < zoe
    page.focus(".map")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert chips(page) == ["author: Zoë"]
    page.keyboard.press("Control+Shift+Z")
    page.click(".ways button[aria-label='Redo choosing']")
    assert page.locator("#chosen .said").inner_text() == both
    page.click("#clear")
    page.click(".ways button[aria-label='Undo choosing']")
    assert page.locator("#chosen .said").inner_text() == both


def test_choosing_adds_and_takes_away(page: Page) -> None:
    sizes = [
        int(size.split(" ")[0]) for size in page.locator("#clusters > li > .size").all_inner_texts()
    ]
    clusters = page.locator("#clusters .cluster")
    clusters.nth(0).click()
    said(page, sizes[0])
    clusters.nth(1).click(modifiers=["Shift"])
    said(page, sizes[0] + sizes[1])
    page.click(".ways button:text('Subtract')")
    clusters.nth(0).click()
    said(page, sizes[1])
    assert [chip.split()[0] for chip in chips(page)] == ["in", "or", "not"]
    clusters.nth(1).click()
    said(page, 0)


def test_dragging_along_the_bars_is_one_step(page: Page) -> None:
    bars = page.locator("form:has([aria-label='likes from']) .bars")
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 20, steps=6)
    page.mouse.up()
    page.wait_for_selector("#chosen .condition")
    page.focus(".map")
    page.keyboard.press("Control+z")
    assert page.is_hidden("#chosen")


def test_columns_are_read_when_they_are_seen(browser: Browser, viewer: Path) -> None:
    with watched(browser, calm=True, height=320) as page:
        read: list[str] = []
        page.on("request", lambda request: read.append(request.url.split("/data/")[-1]))
        open_viewer(page, viewer)
        page.click("#filters summary")
        page.get_by_label("Times seen from").scroll_into_view_if_needed()
        page.wait_for_selector(".histogram", state="attached")
        assert "columns/3.js" not in read
        # What is asked for before it was seen is read first.
        page.evaluate(
            "() => { const low = document.querySelector('[aria-label=\"likes from\"]');"
            " low.value = '1000'; low.form.requestSubmit(); }"
        )
        page.wait_for_selector("#chosen .condition")
        assert "columns/3.js" in read


def test_images_whose_records_differ_have_a_colour_of_their_own(page: Page) -> None:
    page.get_by_label("Colour by", exact=True).select_option(label="author")
    differing = sum(facts(row, 0)["author"] != facts(row, 1)["author"] for row in range(IMAGES))
    line = page.locator(".colour-legend li").filter(has_text="several values")
    assert line.inner_text().split() == ["several", "values", str(differing)]
    line.get_by_role("button").click()
    said(page, differing)
    page.get_by_label("Colour by", exact=True).select_option(label="nothing")


def test_all_values_are_saved(page: Page) -> None:
    facet(page, "author").get_by_label("Zoë").check()
    said(page, images_with("author", {"Zoë"}))
    with page.expect_download() as saved:
        page.click("#save")
    rows = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    assert len(rows) == images_with("author", {"Zoë"})
    assert all("Zoë" in row["author"].split(" | ") for row in rows)
    assert any(row["author"].split(" | ")[0] != "Zoë" for row in rows)
    assert all(" | " in row["created_at"] for row in rows)


def test_records_are_saved_one_by_one(page: Page) -> None:
    facet(page, "author").get_by_label("Zoë").check()
    said(page, images_with("author", {"Zoë"}))
    with page.expect_download() as saved:
        page.click("#save-records")
    rows = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    expected = [
        facts(row, turn)
        for row in range(IMAGES)
        if "Zoë" in (facts(row, 0)["author"], facts(row, 1)["author"])
        for turn in (0, 1)
    ]
    names = ("author", "text", "created_at", "likes")
    assert sorted(tuple(row[name] for name in names) for row in rows) == sorted(
        tuple(record[name] for name in names) for record in expected
    )
    assert all(row["address"] and row["cluster"] and row["copy"] == row["image"] for row in rows)


def test_numbers_of_a_filter_say_what_they_count(page: Page) -> None:
    assert "Numbers count images, not records." in page.inner_text("#filters")
    size = facet(page, "author").locator("li", has_text="Zoë").locator(".size")
    assert size.get_attribute("title") == f"{images_with('author', {'Zoë'})} images"
    page.get_by_label("Images by", exact=True).select_option(label="Timeline: created_at")
    page.wait_for_selector(".axes .title:has-text('created_at (earliest)')")
    page.get_by_label("Images by", exact=True).select_option(label="Map")
    page.wait_for_selector(".axes .title", state="detached")


def test_values_are_found_in_a_facet(page: Page) -> None:
    text = facet(page, "text")
    text.scroll_into_view_if_needed()
    text.get_by_text("more values").wait_for()
    page.get_by_label("text contains", exact=True).fill("number 17")
    page.wait_for_function("() => document.querySelectorAll('[aria-label=text] li').length === 1")
    text.get_by_label("number 17").check()
    said(page, 1)
    page.get_by_label("text contains", exact=True).fill("")
    page.wait_for_function("() => document.querySelectorAll('[aria-label=text] li').length > 1")
