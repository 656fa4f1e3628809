"""What is seen, saved as an image and printed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from chromium import open_viewer, watched, write_viewer
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import loaded
from tagatlas_web import WebOptions, tagatlas_renderers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

NAMES = ('<b>bold</b> & "quoted"', "a\u0001control", "\u202eturned", "日本の鳥")
CREDIT = "Pictures: City Museum, CC BY 4.0"


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A viewer of clusters of odd names, with a credit."""
    (spec,) = tagatlas_renderers()
    renderer = loaded(spec.factory)(WebOptions(credit=CREDIT))
    return renderer.render(themed_map(80, NAMES), tmp_path_factory.mktemp("sheet"))[0]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser, calm=True, colours="dark", width=1000, height=700) as opened:
        yield opened


def colours_in(picture: Image.Image) -> dict[tuple[int, ...], int]:
    counts = picture.convert("RGB").getcolors(1 << 24)
    assert counts is not None
    return {seen: count for count, seen in counts if isinstance(seen, tuple)}


def saved_image(page: Page, place: Path) -> Image.Image:
    with page.expect_download() as saved:
        page.click(".save-image")
    assert saved.value.suggested_filename == "sample themed.png"
    saved.value.save_as(place)
    with Image.open(place) as picture:
        return picture.convert("RGB")


def test_the_image_shows_what_is_seen_twice_as_fine(
    page: Page, viewer: Path, tmp_path: Path
) -> None:
    open_viewer(page, viewer)
    picture = saved_image(page, tmp_path / "view.png")
    box = page.locator("#stages").bounding_box()
    assert box is not None
    assert picture.width == 2 * box["width"]
    high = round(2 * box["height"])
    assert high + 30 < picture.height < high + 120  # the words below
    seen = colours_in(picture.crop((0, 0, picture.width, high)))
    assert len(seen) > 500
    paper = (0x19, 0x1B, 0x1E)
    assert max(seen, key=lambda each: seen[each]) == paper
    assert len(colours_in(picture.crop((0, high, picture.width, picture.height)))) > 10
    # Names are there: without them the same place looks otherwise.
    page.evaluate("() => document.querySelector('.names').replaceChildren()")
    without = saved_image(page, tmp_path / "without.png")
    assert without.size == picture.size
    assert without.tobytes() != picture.tobytes()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is said."""


def test_the_image_has_stored_pictures_where_the_page_may_read_them(
    browser: Browser, page: Page, tmp_path: Path
) -> None:
    """Stored images are replaced by magenta ones, which the map's pages do not have."""
    index = write_viewer(themed_map(40), tmp_path)
    for image in (index.parent / "images").rglob("*.*"):
        Image.new("RGB", (512, 512), "magenta").save(image, "JPEG")

    def magenta(opened: Page) -> int:
        opened.focus(".map")
        for _ in range(8):
            opened.keyboard.press("+")
        opened.wait_for_selector(".sharp img.there")
        seen = colours_in(saved_image(opened, tmp_path / "view.png"))
        return sum(n for (r, g, b), n in seen.items() if r > 230 and b > 230 and g < 30)

    open_viewer(page, index)
    assert magenta(page) == 0
    assert "no finer than on the map" in page.inner_text("#news")
    served = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=index.parent))
    with served:
        Thread(target=served.serve_forever).start()
        over = browser.new_page()
        over.goto(f"http://127.0.0.1:{served.server_port}/index.html")
        over.wait_for_selector("html[data-ready]", state="attached")
        assert magenta(over) > 10_000
        assert over.inner_text("#news") == "The image is saved"
        over.close()
        served.shutdown()


def test_it_is_printed_whole_without_buttons(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for hidden in ("#main", "#search", "#filters", "#sharing"):
        assert page.is_hidden(hidden)
    for shown in ("#sheet canvas", "#title", "#clusters .cluster >> nth=0"):
        assert page.is_visible(shown)
    box = page.locator("#sheet canvas").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1000
    assert box["y"] + box["height"] <= 700
    words = page.locator("#sheet").text_content()
    assert words is not None
    assert CREDIT in words
    assert "日本の鳥" in words
    paper = page.evaluate(
        "() => [...document.querySelector('#sheet canvas')"
        ".getContext('2d').getImageData(0, 0, 1, 1).data]"
    )
    assert paper == [255, 255, 255, 255]  # though the screen is dark
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#sheet").count() == 0
    assert page.is_visible(".map")
