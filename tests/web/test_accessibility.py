"""What the viewer's states owe to readers of screens, keyboards and weak eyes, as axe checks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
import pytest
from chromium import open_viewer, watched
from programs import FindProgram, node_modules
from themed_atlas import themed_atlas
from viewer_files import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

IMAGES = 60
FOUND = """async () => (await axe.run({ preload: false })).violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`)"""


@pytest.fixture(scope="module")
def axe(find_program: FindProgram) -> str:
    """The source of axe-core."""
    npm = find_program(["npm"], ["npm"])
    return (node_modules(npm) / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two maps of images with dates, numbers and names, some of them seen twice."""
    map_ = themed_atlas(IMAGES)
    day = [f"20{10 + row % 9}-03-01" for row in range(map_.records.height)]
    columns = [
        json.dumps({"day": each, "likes": str(row), "author": "ab"[row % 2]})
        for row, each in enumerate(day)
    ]
    records = map_.records.with_columns(columns=pl.Series(columns))
    again = pl.concat([records, records.head(9)]).sort("image")
    return render(replace(map_, records=again), tmp_path_factory.mktemp("viewer"))


def searched(page: Page) -> None:
    page.fill("#query", "parrot")
    page.press("#query", "Enter")
    page.wait_for_selector("#chosen:not([hidden])")


def with_filters(page: Page) -> None:
    page.click("#filters > summary")
    page.wait_for_selector("#filters .range")


def with_card(page: Page) -> None:
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")


def large(page: Page) -> None:
    with_card(page)
    page.click("#card .enlarge")
    page.wait_for_selector(".lightbox[open]")


def in_gallery(page: Page) -> None:
    page.click("#show-gallery")
    page.wait_for_selector(".tile img")


def with_copies(page: Page) -> None:
    page.click("#show-families")
    page.wait_for_selector("#families td")


def with_keys(page: Page) -> None:
    page.focus(".map")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")


def side_by_side(page: Page) -> None:
    page.focus(".map")
    page.keyboard.press("b")
    page.wait_for_selector(".stages.two, #stages.two")


def by_time(page: Page) -> None:
    page.get_by_label("Images by", exact=True).select_option(label="Timeline: day")
    page.wait_for_selector(".axes text")


def as_it_begins(page: Page) -> None:
    assert page.locator("#clusters > li").count() > 1


STATES: tuple[Callable[[Page], None], ...] = (
    as_it_begins,
    searched,
    with_filters,
    with_card,
    large,
    in_gallery,
    with_copies,
    with_keys,
    side_by_side,
    by_time,
)


@pytest.mark.parametrize(
    ("width", "height", "colours"), [(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light")]
)
def test_no_state_breaks_a_rule(
    browser: Browser,
    viewer: Path,
    axe: str,
    width: int,
    height: int,
    colours: Literal["light", "dark"],
) -> None:
    broken: dict[str, object] = {}
    with watched(browser, width=width, height=height, colours=colours, calm=True) as page:
        for state in STATES:
            open_viewer(page, viewer / "index.html")
            page.evaluate(axe)
            state(page)
            if found := page.evaluate(FOUND):
                broken[state.__name__] = found
    assert not broken, json.dumps(broken, indent=1)
