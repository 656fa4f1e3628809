"""More images than are drawn at once: they are painted bit by bit, and shown whole in the end."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from chromium import open_viewer, wait_for_frame, watched, write_viewer
from numpy.typing import NDArray
from PIL import Image
from themed_map import themed_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

IMAGES = 13_000
COUNTS_VERTICES = """
const draw = WebGL2RenderingContext.prototype.drawArrays;
window.vertices = [0, 0];
WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
  window.vertices[mode === this.POINTS ? 0 : 1] += count;
  return draw.call(this, mode, first, count);
};
"""


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(themed_map(IMAGES), tmp_path_factory.mktemp("many"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


def seen(page: Page) -> NDArray[np.uint8]:
    with Image.open(BytesIO(page.locator(".map").screenshot(animations="disabled"))) as picture:
        return np.asarray(picture.convert("RGB"))


def still(page: Page) -> NDArray[np.uint8]:
    """What is seen when all is painted."""
    for _ in range(2):  # what was asked for just now is begun in the next frame
        wait_for_frame(page)
    page.wait_for_function("() => !('painting' in document.querySelector('.map').dataset)")
    wait_for_frame(page)
    return seen(page)


def test_a_map_that_was_dragged_away_and_back_looks_as_before(page: Page, viewer: Path) -> None:
    page.add_init_script(COUNTS_VERTICES)
    open_viewer(page, viewer)
    before = still(page)
    page.evaluate("() => (window.vertices = [0, 0])")
    pictures = (before != before[0, 0]).any(axis=2).mean()
    assert pictures > 0.1
    box = page.locator(".map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y + 90, steps=6)
    dragged = still(page)
    assert (dragged != before).any()
    # Each small image took one vertex, and outlines were no finer than they are seen.
    points, others = page.evaluate("() => window.vertices")
    assert points >= IMAGES
    assert others < 5 * points
    # What was painted moved along, and what came into view was painted.
    common = (slice(100, -100), slice(160, -160))
    moved = np.roll(before, (90, 150), axis=(0, 1))
    assert (np.abs(moved[common].astype(int) - dragged[common]).max(axis=2) > 64).mean() < 0.05
    page.mouse.move(x, y, steps=6)
    page.mouse.up()
    page.mouse.move(x, box["y"] + 4)
    again = still(page)
    assert (np.abs(again.astype(int) - before).max(axis=2) > 8).mean() < 0.001
