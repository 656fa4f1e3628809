"""Several maps in one viewer, in a real browser: switched, side by side, filtered."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from chromium import (
    image_under_pointer,
    open_viewer,
    pixels_of,
    wait_for_frame,
    watched,
    write_viewer,
)
from themed_atlas import themed_atlas
from viewer_files import with_columns

from tagatlas.contracts import Map
from tagatlas.contracts.annotation import Annotation, ClusterName

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MARK = (194, 65, 12)
FIRST, SECOND = ".stage:nth-of-type(1)", ".stage:nth-of-type(2)"


@pytest.fixture(scope="module")
def atlas() -> Map:
    """Two maps; each image has a day, a number and a place, and one cluster has a given name."""
    map_ = themed_atlas(120, missing=10)
    name = ClusterName("cluster", 1, "Fast cars", automatic_name="sports car")
    second = map_.other_maps["colours"]()
    second = replace(second, records=with_columns(second.records, columns_of))
    return replace(
        map_,
        records=with_columns(map_.records, columns_of),
        other_maps={"colours": lambda: second},
        annotations=[Annotation("one", "themed", name, 1, "2024-01-31T12:00:00+00:00")],
    )


def columns_of(location: str) -> dict[str, str]:
    row = int(location.split("/")[-1].split(".")[0])
    day = f"2020-{1 + row // 28 % 12:02}-{1 + row % 28:02}"
    return {"day": day, "likes": str(row * row), "place": ("sea", "land")[row % 2]}


@pytest.fixture(scope="module")
def viewer(atlas: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(atlas, tmp_path_factory.mktemp("maps"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


@pytest.fixture
def calm(browser: Browser) -> Iterator[Page]:
    """A page on which nothing moves by itself."""
    with watched(browser, calm=True) as opened:
        yield opened


def chosen(page: Page) -> str:
    page.wait_for_selector("#chosen:not([hidden])")
    return page.inner_text("#chosen")


def watch_gliding(page: Page) -> None:
    """Have the page remember whether images ever glided."""
    page.evaluate(
        "() => { window.glided = false; new MutationObserver(() => {"
        " window.glided ||= document.querySelector('.gliding') !== null;"
        " }).observe(document.body, {subtree: true, attributes: true}); }"
    )


def test_images_glide_to_another_map(page: Page, viewer: Path, tmp_path: Path) -> None:
    open_viewer(page, viewer)
    before = page.locator(".map").screenshot()
    watch_gliding(page)
    page.select_option(".picker", "colours")
    page.wait_for_function("() => window.glided && !document.querySelector('.gliding')")
    after = page.locator(".map").screenshot(path=tmp_path / "after.png")
    assert before != after
    assert page.locator("#clusters > li").count() == 3
    assert "warm" in page.inner_text(".names")
    assert "Map colours: 120 images in 3 clusters" in page.inner_text("#about")


def test_images_jump_where_motion_is_not_wanted(calm: Page, viewer: Path) -> None:
    open_viewer(calm, viewer)
    watch_gliding(calm)
    calm.focus(".map")
    calm.keyboard.press("m")
    calm.wait_for_function("() => document.querySelectorAll('#clusters > li').length === 3")
    wait_for_frame(calm)
    assert calm.evaluate("() => window.glided") is False


def test_two_maps_share_what_is_hovered_opened_and_chosen(
    calm: Page, viewer: Path, tmp_path: Path
) -> None:
    open_viewer(calm, viewer)
    calm.click(".beside")
    calm.wait_for_selector(SECOND)
    assert [calm.input_value(f"{each} .picker") for each in (FIRST, SECOND)] == [
        "themed",
        "colours",
    ]
    calm.wait_for_function("() => document.querySelectorAll('.stage .map').length === 2")
    x, y = image_under_pointer(calm, 340, 760)
    wait_for_frame(calm)
    assert pixels_of(calm, f"{FIRST} .map", MARK) > 20
    assert pixels_of(calm, f"{SECOND} .map", MARK) > 20
    calm.mouse.click(x, y)
    calm.wait_for_selector("#card h2")
    titles = calm.locator("#card h3").all_inner_texts()
    assert titles == [
        "Records",
        "Tags of themes",
        "Tags of colours",
        "Most like it on themed",
        "Most like it on colours",
    ]
    calm.screenshot(path=tmp_path / "beside.png")
    calm.click("#card .close")
    calm.focus(f"{SECOND} .map")
    calm.wait_for_selector(f"{SECOND}.active")
    calm.locator("#clusters .cluster").filter(has_text="warm").click()
    calm.wait_for_selector("#card h2")
    assert "in warm on colours" in chosen(calm)
    calm.screenshot(path=tmp_path / "chosen.png")
    # The stage where it is pressed stays.
    calm.click(f"{SECOND} .beside")
    assert calm.locator(".stage").count() == 1
    assert calm.input_value(".picker") == "colours"


def test_a_selection_on_two_maps_is_saved_with_both_places(
    calm: Page, viewer: Path, atlas: Map
) -> None:
    open_viewer(calm, viewer)
    calm.click(".beside")
    calm.wait_for_selector(SECOND)
    calm.focus(f"{SECOND} .map")
    calm.keyboard.press("v")
    assert "120 images" in chosen(calm)
    with calm.expect_download() as saved:
        calm.click("#save")
    rows = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    second = atlas.other_maps["colours"]()
    assert {row["image"] for row in rows} == set(second.images["id"])
    place = {row["id"]: row for row in second.images.iter_rows(named=True)}
    on_first = set(atlas.images["id"])
    for row in rows:
        wanted = place[row["image"]]
        assert float(row["x (colours)"]) == pytest.approx(wanted["x"], abs=1e-2)
        assert row["cluster (colours)"] in {"warm", "cool", "plain"}
        assert (row["x (themed)"] == "") == (row["image"] not in on_first)
        assert row["place"] in {"sea", "land"}


def test_images_that_a_map_lacks_are_counted(calm: Page, viewer: Path) -> None:
    open_viewer(calm, viewer)
    calm.fill("#query", "picture")
    calm.press("#query", "Enter")
    assert "120 images (100 %) and 10 that this map lacks" in chosen(calm)


def test_tags_are_searched_by_backend(calm: Page, viewer: Path, atlas: Map) -> None:
    open_viewer(calm, viewer)
    tags = atlas.other_tags["colours"].collect()
    images = set(tags.filter(pl.col("tag") == "warm")["image"])
    wanted = len(images & set(atlas.images["id"]))
    for backend, count in (("themes", 0), ("colours", wanted)):
        calm.select_option("#search select", backend)
        calm.fill("#query", "warm")
        calm.press("#query", "Enter")
        calm.wait_for_function(
            "wanted => document.querySelector('#chosen').innerText.includes(wanted)",
            arg=f"“warm” ({backend})",
        )
        assert f"\n{count} images" in chosen(calm)


def test_a_tag_is_filtered_by_backend_and_score(calm: Page, viewer: Path, atlas: Map) -> None:
    open_viewer(calm, viewer)
    calm.click("#filters summary")
    calm.get_by_label("Tag", exact=True).fill("warm")
    calm.get_by_label("Tag from score").fill("0.75")
    calm.get_by_label("Backend of the tag", exact=True).select_option("colours")
    calm.get_by_label("Tag", exact=True).press("Enter")
    tags = atlas.other_tags["colours"].collect().filter(tag="warm").filter(pl.col("score") >= 0.75)
    wanted = len(set(tags["image"]) & set(atlas.images["id"]))
    assert wanted > 0
    assert f"\n{wanted} images" in chosen(calm)
    calm.get_by_label("Cluster", exact=True).select_option("Fast cars")
    calm.wait_for_function("() => document.querySelectorAll('#chosen .condition').length === 2")


def test_dates_and_numbers_are_chosen_by_dragging_or_typing(
    calm: Page, viewer: Path, atlas: Map, tmp_path: Path
) -> None:
    open_viewer(calm, viewer)
    calm.click("#filters summary")
    calm.wait_for_selector("form:has([aria-label='day from']) .histogram")
    bars = calm.locator("form:has([aria-label='day from']) .histogram .bars")
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box is not None
    calm.mouse.move(box["x"] + 1, box["y"] + 20)
    calm.mouse.down()
    calm.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=8)
    calm.mouse.up()
    low, high = (calm.get_by_label(f"day {end}").input_value() for end in ("from", "to"))
    days = [columns_of(location)["day"] for location in atlas.records["location"]]
    wanted = sum(low <= day <= high for day in days)
    assert 0 < wanted < len(days)
    calm.wait_for_function(
        "wanted => document.querySelector('#chosen').innerText.includes(wanted)",
        arg=f"\n{wanted} images",
    )
    calm.screenshot(path=tmp_path / "timeline.png")
    calm.get_by_label("likes from").fill("100")
    calm.get_by_label("likes to").fill("2500")
    calm.get_by_label("likes to").press("Enter")
    likes = [int(columns_of(location)["likes"]) for location in atlas.records["location"]]
    both = sum(
        low <= day <= high and 100 <= number <= 2500
        for day, number in zip(days, likes, strict=True)
    )
    calm.wait_for_function(
        "wanted => document.querySelector('#chosen').innerText.includes(wanted)",
        arg=f"\n{both} images",
    )
    calm.click("#clear")
    calm.wait_for_function("() => document.querySelector('[aria-label=\"day from\"]').value === ''")


def test_clusters_are_called_as_annotations_call_them(calm: Page, viewer: Path) -> None:
    open_viewer(calm, viewer)
    assert "Fast cars" in calm.inner_text("#clusters")
    assert "sports car" not in calm.inner_text("#clusters")
    assert "Fast cars" in calm.inner_text(".names")
    calm.locator("#clusters .cluster").filter(has_text="Fast cars").click()
    calm.wait_for_selector("#card h2")
    assert "by its tags: sports car" in calm.inner_text("#card")


def test_names_on_the_map_lead_to_quantities(calm: Page, viewer: Path, tmp_path: Path) -> None:
    open_viewer(calm, viewer)
    name = calm.locator(".names .cluster").filter(has_text="daisy").bounding_box()
    assert name is not None
    calm.mouse.click(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2)
    calm.wait_for_selector("#card h2")
    assert calm.inner_text("#card h2") == "daisy"
    assert calm.locator("#card .nearest button").count() >= 3
    for term in ("Images", "Records", "Seen", "Stability"):
        assert term in calm.inner_text("#card dl")
    calm.screenshot(path=tmp_path / "cluster.png")
    calm.locator("#card .tag-buttons button").first.click()
    calm.wait_for_function("() => document.querySelector('#card h2').innerText === 'flower'")
    assert "mean score" in calm.inner_text("#card")
    assert "given to no image" in calm.inner_text("#card")


def test_everything_can_be_done_with_keys(calm: Page, viewer: Path) -> None:
    open_viewer(calm, viewer)
    seen = set()
    for _ in range(40):
        calm.keyboard.press("Tab")
        seen.add(calm.evaluate("() => document.activeElement.className"))
    assert {"map", "picker", "beside", "draw", "cluster"} <= seen
    calm.focus(".map")
    calm.keyboard.press("b")
    calm.wait_for_selector(SECOND)
    calm.keyboard.press("v")
    assert "in view" in chosen(calm)
    calm.keyboard.press("Escape")
    assert calm.is_hidden("#chosen")
    calm.keyboard.press("ArrowRight")
    said = calm.inner_text("#news")
    assert said.startswith("picture")
    calm.keyboard.press("Enter")
    calm.wait_for_selector("#card h2")
    assert calm.inner_text("#card h2") == said
    calm.wait_for_function("() => document.activeElement.id === 'card'")
    calm.keyboard.press("Escape")
    assert calm.is_hidden("#card")
    assert calm.evaluate("() => document.activeElement.className") == "map"
    calm.keyboard.press("b")
    calm.wait_for_function("() => document.querySelectorAll('.stage').length === 1")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_two_maps_lie_one_above_the_other_on_a_telephone(
    browser: Browser, viewer: Path, tmp_path: Path, colours: str
) -> None:
    shade: dict[str, str] = {"colours": colours}
    with watched(browser, width=390, height=780, touch=True, calm=True, **shade) as page:  # type: ignore[arg-type]
        open_viewer(page, viewer)
        page.tap(".beside")
        page.wait_for_selector(SECOND)
        first, second = (page.locator(each).bounding_box() for each in (FIRST, SECOND))
        assert first is not None
        assert second is not None
        assert first["width"] == second["width"] == 390
        assert second["y"] >= first["y"] + first["height"]
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        small = page.evaluate(
            "() => [...document.querySelectorAll('button, select, input')]"
            ".filter(each => each.offsetParent && each.offsetHeight < 40)"
            ".map(each => each.outerHTML)"
        )
        assert small == []
        page.screenshot(path=tmp_path / "stacked.png")
        page.focus(f"{FIRST} .map")
        page.keyboard.press("Enter")
        page.wait_for_selector("#card h2")
        page.screenshot(path=tmp_path / "card.png")


def test_every_control_has_a_name(calm: Page, viewer: Path) -> None:
    open_viewer(calm, viewer)
    calm.click("#filters summary")
    calm.wait_for_selector(".histogram")
    calm.focus(".map")
    calm.keyboard.press("Enter")
    calm.wait_for_selector("#card h2")
    session = calm.context.new_cdp_session(calm)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    controls = ("button", "textbox", "searchbox", "combobox", "application", "link", "image")
    nameless = [
        node
        for node in nodes
        if not node["ignored"]
        and node["role"]["value"] in controls
        and not node.get("name", {}).get("value")
    ]
    # The open image's neighbours are buttons with names; the pictures in them are decoration.
    assert nameless == []


def test_a_graphics_card_that_forgets_is_told_again(calm: Page, viewer: Path) -> None:
    open_viewer(calm, viewer)
    wait_for_frame(calm)
    before = calm.locator(".map").screenshot()
    calm.evaluate(
        "() => new Promise(done => {"
        " const canvas = document.querySelector('.map');"
        " const lost = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');"
        " canvas.addEventListener('webglcontextlost',"
        " () => setTimeout(() => lost.restoreContext()));"
        " canvas.addEventListener('webglcontextrestored', () => setTimeout(done));"
        " lost.loseContext(); })"
    )
    for _ in range(100):
        wait_for_frame(calm)
        if calm.locator(".map").screenshot() == before:
            return
    raise AssertionError("the map does not come back")
