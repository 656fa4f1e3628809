"""Names on the map and the pointer over it, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from chromium import open_viewer, wait_for_frame, watched, write_viewer
from looking import Name, covered, names_on, shown_on, strangers
from PIL import Image
from themed_map import themed_map
from viewer_files import read

from tagatlas.contracts import Map
from tagatlas.contracts.annotation import Annotation, ClusterName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

IMAGES = 240
LINKED = ".linked span:not([hidden]), .names .tag:not([hidden])"


@pytest.fixture(scope="module")
def map_() -> Map:
    return themed_map(IMAGES)


@pytest.fixture(scope="module")
def viewer(map_: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(map_, tmp_path_factory.mktemp("names"))


@pytest.fixture(scope="module")
def page(browser: Browser, viewer: Path) -> Iterator[Page]:
    """The whole map; tests leave it as it was."""
    with watched(browser, calm=True) as opened:
        open_viewer(opened, viewer)
        wait_for_frame(opened)
        yield opened


def cluster_of(viewer: Path) -> dict[str, int]:
    """Numbers of clusters by name."""
    clusters = read(viewer.parent, "maps/0")["clusters"]
    assert isinstance(clusters, list)
    return {cluster["name"]: number for number, cluster in enumerate(clusters)}


def named(names: list[Name]) -> list[Name]:
    return [name for name in names if name.kind == "cluster"]


def test_a_click_opens_the_picture_under_it(page: Page, viewer: Path) -> None:
    shown = shown_on(page, viewer)
    opened = 0
    for row in np.random.default_rng(1).choice(IMAGES, 14, replace=False).tolist():
        x, y = shown.centres[row].tolist()
        page.mouse.move(x, y)
        if page.get_attribute(".map", "title") != shown.labels[row]:
            continue  # it is under the name of a cluster
        page.wait_for_selector(LINKED, state="attached")
        page.mouse.click(x, y)
        page.wait_for_selector(f"#card h2:has-text('{shown.labels[row]}')", timeout=5000)
        page.click("#card .close")
        page.mouse.move(400, 845)
        page.wait_for_function(f"() => !document.querySelector(`{LINKED}`)")
        wait_for_frame(page)  # the map is as wide as before again
        opened += 1
    assert opened >= 12


def test_hovering_moves_no_name(page: Page, viewer: Path) -> None:
    before = named(names_on(page))
    shown = shown_on(page, viewer)
    for row in (0, 60, 120, 180, 239):
        page.mouse.move(*shown.centres[row].tolist())
        page.wait_for_selector(LINKED, state="attached")
        wait_for_frame(page)
        assert named(names_on(page)) == before
    page.mouse.move(400, 845)


@pytest.mark.parametrize(("width", "height", "most"), [(1280, 800, 0.1), (390, 844, 0.15)])
def test_names_are_beside_their_own_pictures(
    browser: Browser, viewer: Path, width: int, height: int, most: float
) -> None:
    with watched(browser, width=width, height=height, calm=True) as page:
        open_viewer(page, viewer)
        wait_for_frame(page)
        shown, names = shown_on(page, viewer), names_on(page)
        numbers = cluster_of(viewer)
        assert covered(shown, names) <= most
        assert [
            name for name in named(names) if strangers(shown, name, numbers[name.text]) > 2
        ] == []
        assert len(named(names)) >= 0.75 * len(numbers)


def test_news_are_below_the_map_and_cover_nothing(page: Page) -> None:
    map_, news = (page.locator(each).bounding_box() for each in ("#stages", "#news"))
    assert map_ is not None
    assert news is not None
    assert news["y"] >= map_["y"] + map_["height"]
    assert news["height"] > 20


def test_a_single_image_is_visited_with_its_surroundings(page: Page, viewer: Path) -> None:
    page.fill("#query", '"picture 7.jpg"')
    page.press("#query", "Enter")
    page.wait_for_selector("#chosen:has-text('1 image')")
    wait_for_frame(page)
    shown = shown_on(page, viewer)
    sides = np.ptp(shown.boxes.reshape(-1, 2, 2), axis=1).max(axis=1)
    found = shown.labels.index("picture 7.jpg")
    room = page.locator(".stage").bounding_box()
    assert room is not None
    assert sides[found] <= min(111, 0.2 * room["height"])
    x, y = shown.centres.T
    inside = (x > room["x"]) & (x < room["x"] + room["width"]) & (y > 0) & (y < room["height"])
    assert inside[found]
    assert inside.sum() >= 5
    page.click("#clear")
    page.focus(".map")
    page.keyboard.press("0")
    wait_for_frame(page)


def test_names_move_with_the_map(page: Page) -> None:
    before = {name.text: name.box for name in names_on(page)}
    page.mouse.move(700, 780)
    page.mouse.down()
    page.mouse.move(730, 760, steps=3)
    page.mouse.up()
    wait_for_frame(page)
    moved = {name.text: name.box for name in names_on(page)}
    assert moved.keys() == before.keys()
    ways = np.array([moved[text] for text in before]) - np.array(list(before.values()))
    assert np.abs(ways - [30, -20, 30, -20]).max() <= 1
    for _ in range(5):
        page.mouse.wheel(0, -40)
        wait_for_frame(page)
        assert {name.text for name in names_on(page)} <= before.keys()
    page.focus(".map")
    page.keyboard.press("0")
    wait_for_frame(page)
    assert {name.text: name.box for name in names_on(page)} == before


def test_nothing_of_the_map_is_behind_controls(page: Page, viewer: Path) -> None:
    controls = page.locator(".tools > *, .small").all()
    boxes = np.array([list((each.bounding_box() or {}).values()) for each in controls])
    left, top, right, bottom = shown_on(page, viewer).boxes.T[:, :, None]
    behind = (right > boxes[:, 0]) & (left < boxes[:, 0] + boxes[:, 2])
    behind &= (bottom > boxes[:, 1]) & (top < boxes[:, 1] + boxes[:, 3])
    assert behind.sum() == 0


def test_dots_of_the_small_map_are_in_the_middle(page: Page) -> None:
    with Image.open(BytesIO(page.locator(".small").screenshot())) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    rows, columns = np.nonzero(np.ptp(pixels, axis=2) > 40)  # the frame and the ground are grey
    height, width, _ = pixels.shape
    assert abs(rows.min() - (height - 1 - rows.max())) <= 2
    assert abs(columns.min() - (width - 1 - columns.max())) <= 2
    grey = np.ptp(pixels[:, width // 2], axis=1) <= 40
    dark = np.flatnonzero(grey & (pixels[:, width // 2].max(axis=1) < 120))
    assert dark.min() <= 3  # the frame is not cut
    assert dark.max() >= height - 4


GIVEN = {
    1: "Pictures of vehicles that are driven fast, with the numbers of their owners on them",
    2: "آلات موسيقية قديمة وجديدة من كل بلد",
    3: "美しい花と草の写真のコレクションです",
    4: "🗼🌊 lighthouses",
}


def test_a_name_that_is_given_moves_no_other_and_is_not_cut(
    page: Page, browser: Browser, map_: Map, tmp_path: Path
) -> None:
    automatic = map_.clusters["automatic_name"].to_list()
    given = [
        Annotation(
            f"a{number}",
            "themed",
            ClusterName("cluster", number, text, automatic_name=automatic[number]),
            1,
            "2024-01-31T12:00:00+00:00",
        )
        for number, text in GIVEN.items()
    ]
    before = {name.text: name.box for name in names_on(page)}
    index = write_viewer(replace(map_, annotations=given), tmp_path)
    with watched(browser, calm=True) as other:
        open_viewer(other, index)
        wait_for_frame(other)
        after = {name.text: name.box for name in names_on(other)}
        assert set(GIVEN.values()) <= after.keys()
        same = before.keys() & after.keys()
        assert len(same) >= len(before) - len(GIVEN)
        assert {text: after[text] for text in same} == {text: before[text] for text in same}
        assert other.locator(".names .cut:not([hidden])").count() == 0
        lines = [after[text][3] - after[text][1] for text in GIVEN.values()]
        assert lines[0] > 2 * lines[3]


def test_a_card_does_not_hide_the_picture_that_was_tapped(browser: Browser, viewer: Path) -> None:
    with watched(browser, width=390, height=844, calm=True, touch=True) as page:
        open_viewer(page, viewer)
        wait_for_frame(page)
        shown = shown_on(page, viewer)
        lowest = int(shown.centres[:, 1].argmax())
        page.touchscreen.tap(*shown.centres[lowest].tolist())
        page.wait_for_selector("#card h2")
        wait_for_frame(page)
        found = page.evaluate(
            """(label) => {
              const map = document.querySelector("canvas.map");
              const bottom = document.querySelector("#card").getBoundingClientRect().top;
              const { left, top, right } = map.getBoundingClientRect();
              for (let y = top; y < bottom; y += 4)
                for (let x = left; x < right; x += 4) {
                  map.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: y }));
                  if (map.title === label) return true;
                }
              return false;
            }""",
            shown.labels[lowest],
        )
        assert found
