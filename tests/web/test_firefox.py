"""The page in Firefox, from a folder and from a server, as somebody uses it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from chromium import write_viewer
from firefox import Window, firefox
from PIL import Image
from programs import FindProgram
from pypdf import PdfReader
from themed_atlas import themed_atlas
from viewed_atlas import viewed_atlas
from viewing import Viewing, viewing

from tagatlas.atlas import open_atlas
from tagatlas.contracts.annotation import Caption, Outline
from tagatlas.plugins import load_plugins

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.browser]

IMAGES, MISSING = 60, 4
OWN = ("file:", "http://127.0.0.1:")
READY = "document.documentElement.hasAttribute('data-ready')"
CHOSEN = "!document.querySelector('#chosen').hidden"
CARD = "document.querySelector('#card h2')"
PICTURE_THERE = (
    "((x, y) => document.elementFromPoint(x, y)?.matches('canvas.map')"
    " && document.elementFromPoint(x, y).title)"
)


@pytest.fixture(scope="module")
def program(find_program: FindProgram) -> str:
    return find_program(("firefox-esr", "firefox"), ["firefox-esr"])


@pytest.fixture(scope="module")
def shared(
    program: str, find_program: FindProgram, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Window]:
    """A window with WebGL, drawn by the processor."""
    screen = find_program(["Xvfb"], ["xvfb"])
    with firefox(program, tmp_path_factory.mktemp("firefox"), OWN, screen=screen) as opened:
        yield opened


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two maps in a folder."""
    return write_viewer(themed_atlas(IMAGES, missing=MISSING), tmp_path_factory.mktemp("map"))


@pytest.fixture
def page(shared: Window, index: Path) -> Iterator[Window]:
    """The window, with the folder's page in it."""
    show(shared, index.as_uri())
    yield shared
    assert shared.trouble == []


def show(window: Window, url: str) -> None:
    window.go("about:blank")  # or another fragment would load nothing
    window.go(url)
    window.wait_for(READY)


def picture_place(window: Window) -> tuple[float, float]:
    """Move the pointer until it is on a picture of the map; where it is."""
    for x in range(500, 1100, 23):
        for y in range(150, 800, 29):
            window.hover((x, y))
            if window.run(PICTURE_THERE, x, y):
                return x, y
    raise AssertionError("there is no picture on the map")


def search(window: Window, words: str) -> None:
    window.click("#query")
    window.press("Control", "a")
    window.write(words)
    window.press("Enter")
    window.wait_for(
        f"{CHOSEN} && document.querySelector('#chosen').innerText.includes(all[0])", words
    )


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels of the map that are others."""
    seen = [np.asarray(each.crop((330, 60, 1070, 850)), dtype=np.int64) for each in (one, other)]
    return float((np.abs(seen[0] - seen[1]).max(axis=2) > 24).mean())


def test_the_first_view_has_pictures_names_and_clusters(page: Window) -> None:
    seen = page.shot().crop((330, 60, 1280, 850)).getcolors(1 << 24)
    assert seen is not None
    assert len(seen) > 500
    assert page.run("() => document.querySelectorAll('#clusters > li').length") == 9
    assert "parrot" in page.text(".names")
    assert page.run("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.run("() => document.querySelector('#trouble').hidden")


def test_what_is_searched_is_found_saved_and_undone(page: Window, index: Path) -> None:
    search(page, "GUITAR")
    tags = themed_atlas(IMAGES, missing=MISSING).tags.collect()
    images = set(tags.filter(tags["tag"] == "guitar")["image"])
    assert f"{len(images)} images" in page.text("#chosen")
    page.click("#save")
    rows = csv.DictReader(page.wait_for_download().read_text("utf-8").splitlines())
    assert {row["image"] for row in rows} == images
    page.click("#clusters .cluster")  # no image of it has the tag
    page.wait_for("document.querySelectorAll('#chosen .condition').length === 2")
    assert "0 images" in page.text("#chosen")
    page.press("Control", "z")
    page.wait_for("document.querySelectorAll('#chosen .condition').length === 1")
    page.press("Control", "z")
    page.wait_for(f"!({CHOSEN})")
    page.press("Control", "Shift", "z")
    page.wait_for(CHOSEN)
    page.click("#chosen .condition")
    page.wait_for(f"!({CHOSEN})")


def test_a_click_opens_the_card_and_the_picture_large(page: Window) -> None:
    place = picture_place(page)
    label = page.run(PICTURE_THERE, *place)
    page.click(place)
    page.wait_for(CARD)
    assert page.text("#card h2") == label
    page.click("#card .enlarge")
    page.wait_for("document.querySelector('.lightbox[open] .frame img')?.naturalWidth > 0")
    frame = page.middle(".lightbox .frame")
    for _ in range(3):
        page.wheel(frame, -400)
    before = page.run("() => document.querySelector('.lightbox img').style.transform")
    page.drag(frame, (frame[0] + 40, frame[1] + 30), (frame[0] + 90, frame[1] + 60))
    after = page.run("() => document.querySelector('.lightbox img').style.transform")
    assert "scale(1)" not in before
    assert after != before
    page.press("0")
    page.press("Home")
    page.press("ArrowRight")
    page.wait_for("document.querySelector('.lightbox .place').innerText.startsWith('2 of')")
    page.press("Escape")
    page.wait_for("!document.querySelector('.lightbox').open")
    page.press("Escape")
    page.wait_for("document.querySelector('#card').hidden")


def test_the_gallery_is_used_with_keys(page: Window) -> None:
    page.press("p")
    page.wait_for("document.querySelector('.tile img')?.naturalWidth > 0")
    assert page.text("#gallery h2") == f"{IMAGES + MISSING} images"
    page.press("ArrowRight")
    page.press(" ")
    page.wait_for("document.querySelector('.lightbox').open")
    assert page.text(".lightbox .place") == f"2 of {IMAGES + MISSING}"
    page.press("Escape")
    page.wait_for("document.activeElement.getAttribute('aria-posinset') === '2'")
    page.press("Enter")
    page.wait_for(CARD)
    page.click(".tile", "Control")
    page.wait_for("document.querySelectorAll('.tile[aria-selected=true]').length === 1")
    page.press("p")
    page.wait_for("document.querySelector('#gallery').hidden")


def test_the_map_follows_the_pointer_and_the_wheel(page: Window) -> None:
    whole = page.shot()
    page.drag((700, 400), (760, 440), (860, 480))
    page.wait_for("location.hash.includes('at=')")
    moved = page.shot()
    assert difference(moved, whole) > 0.1
    page.wheel((700, 400), -500)
    assert difference(page.shot(), moved) > 0.2
    page.press("0")
    page.wait_for("!location.hash.includes('at=')")
    assert difference(page.shot(), whole) < 0.02


def state(window: Window) -> dict[str, object]:
    told = window.run(
        "() => ({chosen: document.querySelector('#chosen .said').innerText,"
        " card: document.querySelector('#card h2').innerText, address: location.hash,"
        " choices: [...document.querySelectorAll('select')].map(each => each.value)})"
    )
    assert isinstance(told, dict)
    return told


def test_a_view_comes_back_by_reloading_back_and_a_copied_link(page: Window) -> None:
    search(page, "bird")
    page.wheel((800, 500), -300)
    page.run("() => document.querySelector('select[aria-label=\"Colour by\"]').focus()")
    page.press("ArrowDown")
    page.wait_for("location.hash.includes('colour=')")
    page.click(picture_place(page))
    page.wait_for(f"{CARD} && location.hash.includes('open=')")
    page.wait_for("location.hash.includes('at=')")
    before = state(page)
    page.reload()
    page.wait_for(READY)
    page.wait_for(CARD)
    assert state(page) == before
    page.click(".copy-link")
    page.wait_for("document.querySelector('#news').textContent.startsWith('The link is copied')")
    page.click("#query")
    page.press("Control", "a")
    page.press("Control", "v")
    link = page.run("() => document.querySelector('#query').value")
    assert link == page.run("() => location.href")
    page.back()
    page.wait_for("!location.hash.includes('open=')")
    page.wait_for("document.querySelector('#card').hidden")
    show(page, link)
    page.wait_for(CARD)
    assert state(page) == before


def test_an_image_and_a_print_show_the_view(page: Window) -> None:
    page.click(".save-image")
    with Image.open(page.wait_for_download()) as picture:
        wide, seen = picture.width, picture.convert("RGB").getcolors(1 << 24)
    assert wide == 2 * page.run("() => document.querySelector('#stages').offsetWidth")
    assert seen is not None
    assert len(seen) > 500
    [sheet] = PdfReader(BytesIO(page.print())).pages
    drawn = max((each.image for each in sheet.images if each.image), key=lambda each: each.width)
    printed = drawn.convert("RGB").getcolors(1 << 24)
    assert printed is not None
    assert len(printed) > 500
    assert "parrot" in sheet.extract_text()
    assert "Copy link" not in sheet.extract_text()


def test_two_maps_move_together(page: Window) -> None:
    page.press("b")
    page.wait_for("document.querySelectorAll('canvas.map').length === 2")
    page.press("g")
    before = page.shot()
    page.wheel((520, 400), -500)
    page.wait_for("location.hash.split('at=').length === 3")
    after = page.shot()
    for left in (330, 800):
        seen = [np.asarray(each.crop((left, 60, left + 400, 850))) for each in (before, after)]
        assert (seen[0] != seen[1]).any(axis=2).mean() > 0.02


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewing]:
    with viewing(viewed_atlas(tmp_path_factory.mktemp("atlas"))) as server:
        yield server


def test_what_is_written_and_drawn_is_kept(shared: Window, served: Viewing) -> None:
    saved = "document.querySelector('.standing').textContent === 'Saved'"
    show(shared, served.url)
    shared.wait_for(saved)
    shared.press("o")
    shared.drag((600, 300), (700, 240), (820, 300), (800, 430), (620, 430), (600, 305))
    shared.wait_for("document.querySelector('.writing textarea')")
    shared.write("these")
    shared.click(".writing .done")
    shared.press("w")
    shared.click((800, 650))
    shared.wait_for("document.querySelector('.writing textarea')")
    shared.write("two")
    shared.press("Enter")
    shared.write("lines")
    shared.press("Control", "Enter")
    shared.click("#clusters > li > .rename")
    shared.write("Cats of mine")
    shared.press("Enter")
    shared.wait_for("document.querySelector('#clusters').innerText.includes('Cats of mine')")
    shared.wait_for(saved)
    shared.press("Control", "z")
    shared.wait_for("!document.querySelector('#clusters').innerText.includes('Cats of mine')")
    shared.wait_for(saved)
    shared.reload()
    shared.wait_for(READY)
    shared.wait_for("document.querySelectorAll('.annotation').length === 2")
    shared.shot()
    with open_atlas(served.atlas, load_plugins(), write=False) as atlas:
        outline, text = (each.content for each in atlas.catalog.annotations.on("one"))
    assert isinstance(outline, Outline)
    assert outline.text == "these"
    assert isinstance(text, Caption)
    assert text.text == "two\nlines"
    assert shared.trouble == []


def test_without_webgl_the_page_is_a_gallery(program: str, index: Path, tmp_path: Path) -> None:
    with firefox(program, tmp_path, OWN, screen=None) as window:
        window.go(index.as_uri())
        window.wait_for(READY)
        window.wait_for("document.querySelector('.tile img')?.naturalWidth > 0")
        assert "WebGL is switched off or not available" in window.text("#trouble")
        search(window, "guitar")
        window.click(".tile")
        window.wait_for(CARD)
