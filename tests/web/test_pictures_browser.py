"""Large pictures and the card of an image, in a real browser."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from chromium import open_viewer
from PIL import Image, ImageStat
from themed_map import themed_map
from viewer_files import read, render

from tagatlas.contracts import Map, Variant
from tagatlas_web import WebOptions

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TAGS = 60
DAYS = ("2016-10-02", "2016-03-01", "2021-01-31", "2016-03-01 08:00", "")


def travelled() -> Map:
    """60 images with 60 tags each; the first has five records, not in order of time."""
    map_ = themed_map(60)
    first = map_.images["id"][0]
    weak = [
        (image, f"weak {number}", 0.001 * (TAGS - number))
        for image in map_.images["id"]
        for number in range(TAGS - 3)
    ]
    schema = {"image": pl.String, "tag": pl.String, "score": pl.Float64}
    tags = pl.concat([map_.tags.collect(), pl.DataFrame(weak, schema, orient="row")])
    more = [
        {
            "image": first,
            "location": f"https://{number % 2}.example.org/{number}.jpg",
            "frequency": 1,
            "columns": json.dumps({"day": day, "author": f"author {number}"}),
            "copy": first,
        }
        for number, day in enumerate(DAYS)
    ]
    records = pl.concat([map_.records.filter(pl.col("image") != first), pl.DataFrame(more)])
    return replace(
        map_,
        tags=tags.sort("image", "score", descending=[False, True]).lazy(),
        records=records,
    )


def with_copies() -> Map:
    """60 images: two are of one picture, which has a third copy; another one has two records."""
    map_ = travelled()
    first, second, third = map_.images["id"].head(3)
    copy = "f" * 64
    for variant in (Variant.THUMBNAIL, Variant.IMAGE):
        map_.store.put(copy, variant, map_.store.get(first, variant))
    dated = [
        (first, copy, "2020-01-01"),
        (third, third, "2015-01-01"),
        (third, third, "2015-01-01"),
    ]
    more = [
        {
            "image": image,
            "location": "https://example.net/x.jpg",
            "frequency": 1,
            "columns": json.dumps({"day": day}),
            "copy": own,
        }
        for image, own, day in dated
    ]
    near = pl.DataFrame({"image": [first, second, copy], "representative": [first] * 3})
    kept = map_.records.filter(pl.col("image") != third)
    return replace(
        map_, records=pl.concat([kept, pl.DataFrame(more)]), near_duplicates=lambda: near
    )


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(travelled(), tmp_path_factory.mktemp("stored")) / "index.html"


def open_image(page: Page, label: str) -> None:
    """Open an image by its name."""
    page.fill("#query", label)
    page.press("#query", "Enter")
    page.wait_for_selector("#chosen:has-text('image')")
    page.focus(".map")
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")


def loaded(page: Page, selector: str) -> list[int]:
    """Width and height of a picture's file."""
    page.wait_for_function(
        "selector => document.querySelector(selector)?.naturalWidth > 0", arg=selector
    )
    sides: list[int] = page.eval_on_selector(
        selector, "each => [each.naturalWidth, each.naturalHeight]"
    )
    return sides


def test_the_card_has_records_first_and_the_best_tags(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    tops = page.evaluate(
        "() => ['.records-of', '.scores', '.nearest-on']"
        ".map(each => document.querySelector('#card ' + each).offsetTop)"
    )
    assert tops == sorted(tops)
    assert tops[0] < 600
    assert page.locator("#card .scores li:visible").count() == 8
    page.click("#card summary:has-text('more tags')")
    assert page.locator("#card .scores li:visible").count() == TAGS


def test_records_are_in_order_of_time(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    open_image(page, "picture 0.jpg")
    page.click("#card summary:has-text('2 more records')")
    days = page.eval_on_selector_all(
        "#card .records li",
        "all => all.map(each => [...each.querySelectorAll('dt')]"
        ".find(term => term.textContent === 'day')?.nextSibling.textContent ?? '')",
    )
    assert days == ["2016-03-01", "2016-03-01 08:00", "2016-10-02", "2021-01-31", ""]


def test_a_click_on_the_picture_shows_it_large(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    label = page.inner_text("#card h2")
    page.click("#card .enlarge")
    page.wait_for_selector("dialog.lightbox[open]")
    width, height = loaded(page, ".lightbox img")
    assert max(width, height) == 512  # the stored image, not its thumbnail
    assert page.get_attribute(".lightbox img", "alt") == label
    assert page.inner_text(".lightbox h2") == label
    place = page.inner_text(".lightbox .place")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".lightbox .place") != place
    after = page.inner_text(".lightbox h2")
    assert after != label
    for _ in range(8):  # around all its buttons, and no farther than the browser's own
        page.keyboard.press("Tab")
        assert page.evaluate(
            "() => document.activeElement === document.body"
            " || document.querySelector('.lightbox').contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#card h2:has-text('{after}')")
    assert page.is_visible("#card")
    assert page.locator("dialog.lightbox[open]").count() == 0
    page.wait_for_function("() => document.activeElement.className === 'enlarge'")
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")


def test_a_large_picture_is_zoomed_and_moved(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    page.focus("#card .enlarge")
    page.keyboard.press("Enter")
    loaded(page, ".lightbox img")
    shown = page.locator(".lightbox img")
    before = shown.bounding_box()
    title = page.inner_text(".lightbox h2")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -600)
    page.wait_for_selector(".lightbox .frame.enlarged")
    after = shown.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > 2 * before["width"]
    page.keyboard.press("ArrowRight")
    moved = shown.bounding_box()
    assert moved is not None
    assert moved["x"] < after["x"]
    assert page.inner_text(".lightbox h2") == title
    page.keyboard.press("0")
    assert shown.bounding_box() == before


def test_small_pictures_are_shown_at_their_size_with_the_reason(page: Page, tmp_path: Path) -> None:
    options = WebOptions(pictures="thumbnail")
    open_viewer(page, render(themed_map(20), tmp_path, options) / "index.html")
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    page.click("#card .enlarge")
    width, _ = loaded(page, ".lightbox img")
    box = page.locator(".lightbox img").bounding_box()
    assert box is not None
    assert box["width"] == width
    assert "--web-pictures image" in page.inner_text(".lightbox .note")


def test_without_files_pictures_are_cut_out_of_the_map(page: Page, tmp_path: Path) -> None:
    map_ = with_copies()
    image = map_.images["id"][41]
    viewer = render(map_, tmp_path, WebOptions(pictures="map"))
    page.goto(f"{(viewer / 'index.html').as_uri()}#v=1&open=image:{image}")
    page.wait_for_selector("html[data-ready]", state="attached")
    shape = loaded(page, "#card figure img")
    assert max(shape) == 128
    means = page.eval_on_selector(
        "#card figure img",
        "each => { const canvas = document.createElement('canvas');"
        " [canvas.width, canvas.height] = [1, 1]; const paper = canvas.getContext('2d');"
        " paper.imageSmoothingQuality = 'high'; paper.drawImage(each, 0, 0, 1, 1);"
        " return [...paper.getImageData(0, 0, 1, 1).data.slice(0, 3)]; }",
    )
    with Image.open(BytesIO(map_.store.get(image, Variant.THUMBNAIL))) as thumbnail:
        assert (thumbnail.width > thumbnail.height) == (shape[0] > shape[1])
        wanted = ImageStat.Stat(thumbnail.convert("RGB")).mean
    assert means == pytest.approx(wanted, abs=12)
    page.click("#card .enlarge")
    assert loaded(page, ".lightbox img") == shape
    assert "--web-pictures thumbnail" in page.inner_text(".lightbox .note")
    page.keyboard.press("Escape")
    for _ in range(7):
        page.keyboard.press("+")
    assert page.locator(".sharp img").count() == 0
    page.click("#show-gallery")
    assert loaded(page, "#gallery .tile img")[0] > 0
    assert page.locator("#gallery .gone").count() == 0


def test_the_map_shows_stored_images_where_it_is_looked_at_closely(
    page: Page, tmp_path: Path
) -> None:
    map_ = themed_map(60)
    hidden = frozenset(map_.images["id"].gather_every(2))
    index = render(replace(map_, hidden=hidden), tmp_path) / "index.html"
    open_viewer(page, index)
    page.focus(".map")
    assert page.locator(".sharp img").count() == 0
    for _ in range(7):
        page.keyboard.press("+")
    width, height = loaded(page, ".sharp img.there")
    assert max(width, height) == 512
    shown = page.eval_on_selector_all(".sharp img", "all => all.map(each => each.dataset.row)")
    rows = read(index.parent, "atlas")["hidden"]
    assert isinstance(rows, list)
    assert rows
    assert not {str(row) for row in rows} & set(shown)
    page.keyboard.press("0")
    page.wait_for_function("() => !document.querySelector('.sharp img')")


def test_copies_stand_beside_an_image_and_in_a_table(page: Page, tmp_path: Path) -> None:
    index = render(with_copies(), tmp_path) / "index.html"
    open_viewer(page, index)
    page.click("#show-families")
    page.wait_for_selector("#families tbody tr")
    assert page.inner_text("#families h2") == "2 pictures seen more than once"
    assert "aria-sort" in page.inner_html("#families thead")
    page.click("#families thead button:has-text('First seen')")
    firsts = page.eval_on_selector_all(
        "#families tbody tr", "all => all.map(each => each.cells[5].textContent)"
    )
    assert firsts == ["2015-01-01", "2016-03-01"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the table as CSV").click()
    table = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    assert [(row["Pictures"], row["First seen"], row["Days"]) for row in table] == [
        ("1", "2015-01-01", "0"),
        ("3", "2016-03-01", "1797"),
    ]
    page.locator("#families tbody td button").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card .copies")
    assert page.locator("#card .copies img").count() == 3
    assert "first seen 2016-03-01, last 2021-01-31" in page.inner_text("#card .records-of .size")
    assert loaded(page, "#card .copies span:not(.own) img")[0] > 0  # of one that has no row
    page.get_by_role("button", name="Select these 2 images").click()
    page.wait_for_selector("#chosen:has-text('2 images')")
    page.wait_for_selector("#families h2:text-is('1 picture seen more than once')")
    page.keyboard.press("Escape")
    page.click("#families .back")
    assert page.is_hidden("#families")
