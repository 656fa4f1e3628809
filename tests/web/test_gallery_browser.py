"""The gallery of images, and the page without WebGL or without its data, in a real browser."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import polars as pl
import pytest
from chromium import FLAGS, open_viewer, watched
from themed_map import themed_map
from viewer_files import render

from tagatlas.contracts import Map, Variant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

pytestmark = [pytest.mark.slow, pytest.mark.browser]

IMAGES = 150


def dated() -> Map:
    """Images with a day, a number and a name each; every seventh has none of them."""
    map_ = themed_map(IMAGES)
    columns = [
        json.dumps(
            {}
            if row % 7 == 6
            else {
                "day": f"20{10 + row % 12}-0{1 + row % 9}-01",
                "likes": str((37 * row) % 1000),
                "author": ("Zoë", "ada", "Émile")[row % 3],
            }
        )
        for row in range(IMAGES)
    ]
    return replace(map_, records=map_.records.with_columns(columns=pl.Series(columns)))


@pytest.fixture(scope="module")
def map_() -> Map:
    return dated()


@pytest.fixture(scope="module")
def viewer(map_: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(map_, tmp_path_factory.mktemp("gallery")) / "index.html"


def open_gallery(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.click("#show-gallery")
    page.wait_for_selector(".tile img")
    assert page.is_hidden(".stage .tools")


def place(page: Page) -> int:
    """The place of the picture with the focus, from 1."""
    return int(page.evaluate("document.activeElement.getAttribute('aria-posinset')"))


def in_order(page: Page, order: str) -> list[str]:
    """The names of all images in an order, by going through them."""
    page.select_option("#gallery select", order)
    page.wait_for_function(
        "() => !document.querySelector('.grid').hasAttribute('aria-busy')"
        " && document.querySelector('.tile[data-at=\"0\"]')?.tabIndex === 0"
        " && document.querySelector('.grid').scrollTop === 0"
    )
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    names: list[str] = page.eval_on_selector_all(".tile", "all => all.map(each => each.title)")
    return names


def test_the_gallery_shows_all_and_what_is_chosen(page: Page, viewer: Path) -> None:
    open_gallery(page, viewer)
    assert page.inner_text("#gallery h2") == f"{IMAGES} images"
    assert place(page) == 1
    columns = page.evaluate(
        "() => { const tops = [...document.querySelectorAll('.tile')]"
        ".map(each => Math.round(each.getBoundingClientRect().top));"
        " return tops.filter(top => top === tops[0]).length; }"
    )
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert place(page) == 2 + columns
    page.keyboard.press("End")
    assert place(page) == IMAGES
    assert page.locator(".tile").count() < IMAGES
    page.keyboard.press("Home")
    assert place(page) == 1
    label = page.evaluate("document.activeElement.title")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    assert page.inner_text("#card h2") == label
    page.keyboard.press(" ")
    page.wait_for_selector("dialog.lightbox[open]")
    assert page.inner_text(".lightbox .place") == f"1 of {IMAGES}"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement.getAttribute('aria-posinset') === '2'")
    page.locator("#clusters .cluster").nth(1).click()
    page.wait_for_function(
        f"() => !document.querySelector('#gallery h2').textContent.includes('{IMAGES}')"
    )
    chosen = int(page.inner_text("#gallery h2").split()[0])
    assert f"{chosen} images" in page.inner_text("#chosen")
    page.click("#gallery .back")
    assert page.is_hidden("#gallery")
    assert page.evaluate("document.activeElement.matches('.map')")


def test_pictures_are_picked_and_chosen(page: Page, viewer: Path) -> None:
    open_gallery(page, viewer)
    page.locator(".tile").nth(0).click(modifiers=["Control"])
    page.locator(".tile").nth(3).click(modifiers=["Shift"])
    page.locator(".tile").nth(1).click(modifiers=["Control"])
    assert page.locator(".tile[aria-selected=true]").count() == 3
    page.get_by_role("button", name="Select the 3 picked").click()
    page.wait_for_function("() => document.querySelector('#gallery h2').textContent === '3 images'")
    assert "3 images" in page.inner_text("#chosen")


def test_the_gallery_is_in_the_order_of_columns(page: Page, viewer: Path, map_: Map) -> None:
    open_gallery(page, viewer)
    columns = {
        label: json.loads(text)
        for label, text in zip(map_.images["label"], map_.records["columns"], strict=True)
    }
    days = [columns[name].get("day", "") for name in in_order(page, "day")]
    assert len(days) > 12
    assert days == sorted(days)
    likes = [int(columns[name].get("likes", -1)) for name in in_order(page, "likes")]
    assert likes == sorted(likes, reverse=True)
    authors = [columns[name]["author"] for name in in_order(page, "author")]
    assert set(authors) == {"ada"}  # before Émile and Zoë, whatever their case and accents
    often = dict(map_.images.select("label", "frequency").iter_rows())
    seen = [often[name] for name in in_order(page, "times seen")]
    assert seen[0] == 5
    assert seen == sorted(seen, reverse=True)
    page.click("#gallery button:has-text('Reversed')")
    page.wait_for_selector(
        "#gallery button[aria-pressed=true]:has-text('Reversed')", state="visible"
    )
    page.wait_for_function(
        "names => names.includes(document.querySelector('.tile[data-at=\"0\"]')?.title)",
        arg=[name for name, times in often.items() if times == 1],
    )


def test_the_gallery_has_an_address_with_its_order_and_what_is_picked(
    page: Page, viewer: Path
) -> None:
    def is_as_before() -> None:
        page.wait_for_selector("#gallery:not([hidden]) .tile[aria-selected=true]")
        assert page.input_value("#gallery select") == "likes"
        assert page.is_visible("#gallery button[aria-pressed=true]:has-text('Reversed')")
        assert page.get_attribute(".tile[data-at='0']", "title") == first
        assert page.is_visible("text=Select the 1 picked")

    open_gallery(page, viewer)
    assert page.is_hidden("text=Of several values of an image")
    page.click("#gallery button:has-text('Reversed')")
    in_order(page, "likes")
    assert page.is_visible("text=Of several values of an image the first in this order counts")
    first = page.get_attribute(".tile[data-at='0']", "title")
    page.locator(".tile").nth(0).click(modifiers=["Control"])
    page.wait_for_function("() => /panel=gallery:likes:reversed:\\w+/.test(location.hash)")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    is_as_before()
    page.click("#gallery .back")
    page.wait_for_function("() => !location.hash.includes('panel')")
    assert page.is_hidden("#gallery")
    page.go_back()
    is_as_before()
    page.go_forward()
    page.wait_for_selector("#gallery", state="hidden")


def test_pictures_are_saved_as_a_zip_from_a_server(
    browser: Browser, viewer: Path, map_: Map, tmp_path: Path
) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is said."""

    served = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=viewer.parent))
    path = tmp_path / "pictures.zip"
    with served:
        Thread(target=served.serve_forever).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{served.server_port}/index.html")
        page.wait_for_selector("html[data-ready]", state="attached")
        page.click("#show-gallery")
        page.locator(".tile").nth(0).click(modifiers=["Control"])
        page.locator(".tile").nth(4).click(modifiers=["Shift"])
        names = page.eval_on_selector_all(
            ".tile[aria-selected=true]", "all => all.map(each => each.title)"
        )
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save pictures").click()
        saved.value.save_as(path)
        page.close()
        served.shutdown()
    ids = dict(map_.images.select("label", "id").iter_rows())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 5
        for name in names:
            image = ids[name]
            (entry,) = (each for each in archive.namelist() if image[:12] in each)
            assert entry.startswith(name.removesuffix(".jpg"))
            assert archive.read(entry) == map_.store.get(image, Variant.IMAGE)


def test_a_page_from_a_folder_saves_where_the_pictures_are(page: Page, viewer: Path) -> None:
    open_gallery(page, viewer)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save pictures").click()
    rows = list(csv.DictReader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    assert len(rows) == IMAGES
    assert all((viewer.parent / row["file"]).is_file() for row in rows)
    assert all(row["address"].startswith("https://example.org/") for row in rows)
    page.wait_for_selector("#news:has-text('their list was saved')")
    place = page.locator("#news").bounding_box()
    assert place is not None
    on_top = "([x, y]) => document.elementFromPoint(x, y).id"
    assert page.evaluate(on_top, [place["x"] + 9, place["y"] + 9]) == "news"


def test_the_gallery_is_printed_whole(page: Page, viewer: Path, tmp_path: Path) -> None:
    open_gallery(page, viewer)
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("() => window.printed")
    page.emulate_media(media="print")
    assert page.locator("#printed figure:visible").count() == IMAGES
    assert page.inner_text("#printed > p") == f"{IMAGES} images"
    assert page.is_hidden("#side")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#printed img')].every(each => each.naturalWidth > 0)"
    )


@pytest.fixture
def flat(playwright: Playwright, chromium_path: str) -> Iterator[Page]:
    """A page of a browser without WebGL."""
    flags = [*FLAGS, "--disable-3d-apis"]
    opened = playwright.chromium.launch(executable_path=chromium_path, args=flags)
    with watched(opened, calm=True) as page:
        yield page
    opened.close()


def test_without_webgl_the_page_is_a_gallery(flat: Page, viewer: Path) -> None:
    open_viewer(flat, viewer)
    flat.wait_for_selector(".tile img")
    said = flat.inner_text("#trouble")
    assert "WebGL is switched off or not available" in said
    assert flat.locator("#clusters > li").count() == 9
    flat.fill("#query", "GUITAR")
    flat.press("#query", "Enter")
    flat.wait_for_selector("#chosen:not([hidden])")
    flat.wait_for_function(
        f"() => !document.querySelector('#gallery h2').textContent.includes('{IMAGES}')"
    )
    flat.locator(".tile").first.click()
    flat.wait_for_selector("#card h2")
    flat.keyboard.press("Escape")
    assert flat.is_hidden("#card")
    assert flat.is_visible("#gallery")
    with flat.expect_download():
        flat.click("#save")


def test_missing_files_are_said_on_the_page(browser: Browser, viewer: Path, tmp_path: Path) -> None:
    lacking = tmp_path / "viewer"
    shutil.copytree(viewer.parent, lacking)
    for folder in ("pages", "details", "near"):
        shutil.rmtree(lacking / "data" / folder)
    page = browser.new_page(reduced_motion="reduce")
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    open_viewer(page, lacking / "index.html")
    assert "data/pages/base-0.js is not there" in page.inner_text("#trouble")
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    assert "data/details/" in page.inner_text("#card")
    assert page.locator("#card .scores li").count() > 0
    page.click("#trouble button")
    assert page.is_hidden("#trouble")
    page.close()
    assert trouble == []
