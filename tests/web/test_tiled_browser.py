"""A map in tiles in a browser: what is found and saved is as on one that is read whole."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import open_viewer, wait_for_frame, watched
from tiled_viewers import write_both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def viewers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    whole, tiled = write_both(tmp_path_factory.mktemp("tiled"))
    return whole / "index.html", tiled / "index.html"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


def saved(page: Page) -> list[tuple[str, ...]]:
    """The table of what is chosen, its lines sorted."""
    with page.expect_download() as download:
        page.click("#save")
    header, *lines = csv.reader(StringIO(Path(download.value.path()).read_text("utf-8")))
    return [tuple(header), *sorted(map(tuple, lines))]


def chosen(page: Page, viewer: Path, conditions: str) -> list[tuple[str, ...]]:
    page.goto("about:blank")
    page.goto(f"{viewer.as_uri()}#v=1&{conditions}")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector("#chosen:not([hidden])")
    return saved(page)


@pytest.mark.parametrize(
    "conditions",
    [
        "only=search:cat:",
        "only=range:year:1992:1996",
        "only=seen:1:1",
        "only=cluster:themed:CLUSTER:&not=search:cat:",
        "only=ring:themed:RING:drawn%20around",
    ],
)
def test_conditions_choose_the_same_images(
    page: Page, viewers: tuple[Path, Path], conditions: str
) -> None:
    open_viewer(page, viewers[0])
    name = page.inner_text("#clusters li .cluster")
    conditions = conditions.replace("CLUSTER", name)
    left, bottom, right, top = page.evaluate(
        "() => new Promise((done) => { window.tagatlasData = (_, map) => done(map.bounds);"
        " const script = document.createElement('script'); script.src = 'data/maps/0.js';"
        " document.head.append(script); })"
    )
    ring = [left, bottom, (left + right) / 2, bottom, (left + right) / 3, top]
    conditions = conditions.replace("RING", ",".join(f"{each:.3f}" for each in ring))
    whole, tiled = (chosen(page, viewer, conditions) for viewer in viewers)
    assert len(whole) > 2
    assert placed(tiled) == placed(whole)


def placed(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Places as far as both are exact: they are written in whole steps of a size."""
    return [
        tuple(f"{float(each):.3f}" if re.fullmatch(r"-?\d+\.\d+", each) else each for each in line)
        for line in table
    ]


def test_an_image_is_opened_by_its_id_and_by_a_click_and_named(
    page: Page, viewers: tuple[Path, Path]
) -> None:
    headings = []
    for viewer in viewers:
        page.goto("about:blank")
        open_viewer(page, viewer)
        page.fill("#query", "cat")
        page.press("#query", "Enter")
        page.wait_for_selector("#chosen:not([hidden])")
        page.locator("#best button").first.press("Enter")
        page.wait_for_selector("#card:not([hidden])")
        page.wait_for_function("() => location.hash.includes('open=image:')")
        hash_ = page.evaluate("() => location.hash")
        page.goto("about:blank")
        page.goto(f"{viewer.as_uri()}{hash_}")
        page.wait_for_selector("#card:not([hidden]) h2")
        headings.append(page.inner_text("#card header"))
    assert re.search(r"\d record", headings[1])
    assert headings[0].split("\n")[1:] == headings[1].split("\n")[1:]


def test_a_map_in_tiles_says_what_it_lacks_and_reads_tiles_where_one_looks(
    page: Page, viewers: tuple[Path, Path]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request(lambda request: "/data/places/" in request.url):
        open_viewer(page, viewers[1])
    assert "not sorted by name" in page.inner_text("#looks")
    wait_for_frame(page)
    assert not any("/data/texts/" in url for url in asked)
    page.click("#show-gallery")
    page.wait_for_selector("#gallery .tile .caption:not(:empty)")
    assert any("/data/texts/0.js" in url for url in asked)
