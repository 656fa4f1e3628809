"""Two maps side by side, in a real browser: colours, moves, and the same image on both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from chromium import open_viewer, wait_for_frame, watched, write_viewer
from looking import shown_on
from themed_map import THEMES, themed_map
from viewer_files import read

from tagatlas.contracts import Map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FIRST, SECOND = ".stage:nth-of-type(1)", ".stage:nth-of-type(2)"
MIXED = 0
"""Number of the second map's cluster with images of all clusters of the first."""


def turned(map_: Map) -> Map:
    """The same images on a map that is turned, its clusters numbered from the last.

    One cluster has a quarter of the images of each of the others, too.
    """
    last = len(THEMES) - 1
    nodes = map_.nodes.with_columns(
        x=-pl.col("y"),
        y=pl.col("x"),
        cluster=pl.when(pl.int_range(pl.len()) % 4 == 0)
        .then(MIXED)
        .otherwise(last - pl.col("cluster"))
        .cast(pl.Int32),
    )
    clusters = map_.clusters.reverse().with_columns(
        cluster=pl.int_range(pl.len(), dtype=pl.Int32), x=-pl.col("y"), y=pl.col("x")
    )
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    outlines = {
        last - number: [ring @ turn for ring in rings] for number, rings in map_.outlines.items()
    }
    return replace(
        map_,
        name="turned",
        nodes=nodes,
        clusters=clusters,
        subclusters=map_.subclusters.clear(),
        outlines=outlines,
    )


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    first = themed_map(150)
    second = turned(first)
    both = replace(first, other_maps={"turned": lambda: second})
    return write_viewer(both, tmp_path_factory.mktemp("two"))


@pytest.fixture
def page(browser: Browser, viewer: Path) -> Iterator[Page]:
    """Both maps, at the whole map."""
    with watched(browser, calm=True) as opened:
        open_viewer(opened, viewer)
        opened.focus(".map")
        opened.keyboard.press("b")
        opened.wait_for_selector(SECOND)
        wait_for_frame(opened)
        yield opened


def colours_listed(page: Page) -> dict[str, str]:
    """Colours of the clusters in the list, by name."""
    listed: dict[str, str] = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('#clusters .cluster')]"
        ".map((each) => [each.textContent, getComputedStyle(each).borderLeftColor]))"
    )
    return listed


def out_of_view(page: Page, stage: str) -> int:
    """How many marks at a map's edge point to images that are out of view."""
    return page.locator(f"{stage} .edges path:not([hidden])").count()


def test_a_colour_is_of_the_same_images_on_both_maps(page: Page, viewer: Path) -> None:
    page.focus(f"{FIRST} .map")
    first = colours_listed(page)
    page.focus(f"{SECOND} .map")
    page.wait_for_selector(f"{SECOND}.active")
    second = colours_listed(page)
    clusters = read(viewer.parent, "maps/1")["clusters"]
    assert isinstance(clusters, list)
    mixed = clusters[MIXED]["name"]
    assert second.keys() == first.keys()
    assert {name for name in first if first[name] != second[name]} == {mixed}
    assert second[mixed] not in first.values()
    page.keyboard.press("b")
    page.wait_for_selector(SECOND, state="detached")
    assert len(set(colours_listed(page).values())) == len(THEMES)
    assert colours_listed(page) != second


def test_maps_move_together_at_the_same_image(page: Page, viewer: Path) -> None:
    shown = shown_on(page, viewer, stage=FIRST)
    x, y = shown.centres[75].tolist()
    page.mouse.move(x, y)
    page.mouse.wheel(0, -900)
    wait_for_frame(page)
    small = page.locator(f"{SECOND} .small").screenshot()
    page.keyboard.press("0")
    page.click(f"{FIRST} .together")
    assert page.get_attribute(f"{SECOND} .together", "aria-pressed") == "true"
    page.mouse.move(x, y)
    for _ in range(6):
        page.mouse.wheel(0, -150)
        wait_for_frame(page)
    assert page.get_attribute(f"{FIRST} .map", "title") == shown.labels[75]
    wait_for_frame(page)
    assert page.locator(f"{SECOND} .small").screenshot() != small
    assert out_of_view(page, SECOND) == 0
    page.focus(f"{FIRST} .map")
    page.keyboard.press("g")
    assert page.get_attribute(f"{SECOND} .together", "aria-pressed") == "false"


def test_a_mark_points_to_the_same_image_out_of_view(page: Page, viewer: Path) -> None:
    page.focus(f"{SECOND} .map")
    for key in ("+", "+", "+", "+", "+", "+"):
        page.keyboard.press(key)
    x, y = shown_on(page, viewer, stage=FIRST).centres[149].tolist()
    page.mouse.move(x, y)
    wait_for_frame(page)
    assert out_of_view(page, FIRST) == 0
    assert out_of_view(page, SECOND) == 1
    page.mouse.move(x, 845)
    wait_for_frame(page)
    assert out_of_view(page, SECOND) == 0


def test_both_maps_stay_wide_beside_a_card(browser: Browser, viewer: Path) -> None:
    with watched(browser, width=1280, height=800, calm=True) as page:
        open_viewer(page, viewer)
        page.focus(".map")
        page.keyboard.press("b")
        page.wait_for_selector(SECOND)
        page.focus(f"{FIRST} .map")
        page.keyboard.press("Enter")
        page.wait_for_selector("#card h2")
        for stage in (FIRST, SECOND):
            box = page.locator(stage).bounding_box()
            assert box is not None
            assert box["width"] >= 480
            assert box["height"] >= 300
