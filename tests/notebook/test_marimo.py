"""A map in a real marimo app, driven by a real browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from notebooks import free_port, lasso_all, map_frame, running, wait_for_pictures

from tagatlas import read_atlas

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

APP = """
import marimo

app = marimo.App()

@app.cell
def _():
    import marimo as mo
    from tagatlas import read_atlas
    map_ = read_atlas({atlas!r}).map()
    return map_, mo

@app.cell
def _(map_):
    map_
    return

@app.cell
def _(map_, mo):
    chosen = mo.ui.anywidget(map_.widget)
    first = mo.ui.button(label="Choose the first", on_click=lambda _: map_.images["id"][0])
    first
    return chosen, first

@app.cell
def _(chosen, first):
    if first.value:
        chosen.widget.selection = [first.value]
    return

@app.cell
def _(chosen, mo):
    mo.md(f"Python has {{len(chosen.selection)}} ids and {{chosen.selected.height}} rows")
    return

if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(scope="module")
def address(atlas_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("marimo")
    (folder / "app.py").write_text(APP.format(atlas=str(atlas_folder)))
    port = free_port()
    command = [sys.executable, "-m", "marimo", "run", "app.py", "--headless", "--no-token"]
    where = ["--host", "127.0.0.1", "--port", str(port)]
    variables = {**os.environ, "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    with running([*command, *where], folder, variables, "URL"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.goto(address)
    yield opened
    opened.close()
    assert trouble == []


def test_what_is_drawn_around_comes_to_python(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    frame = map_frame(page)
    assert frame.locator("#clusters > li").count() > 0
    expect(page.get_by_text("Python has 0 ids and 0 rows")).to_be_visible()
    lasso_all(page, frame)
    expect(page.get_by_text("Python has 24 ids and 24 rows")).to_be_visible(timeout=30_000)
    page.screenshot(path=tmp_path / "marimo.png", full_page=True)
    frame.click("#clear")
    expect(page.get_by_text("Python has 0 ids and 0 rows")).to_be_visible(timeout=30_000)


def test_what_python_chooses_is_chosen_on_the_map(page: Page, atlas_folder: Path) -> None:
    frame = map_frame(page)
    page.get_by_role("button", name="Choose the first").click()
    frame.wait_for_selector("#chosen:not([hidden])")
    assert "1 image" in frame.inner_text("#chosen")
    assert "chosen in the notebook" in frame.inner_text("#chosen")


def test_a_picture_opens(page: Page, atlas_folder: Path) -> None:
    frame = map_frame(page)
    frame.locator("canvas.map").press("Enter")
    wait_for_pictures(frame)
    labels = set(read_atlas(atlas_folder).map().images["label"])
    assert frame.inner_text("#card h2") in labels


def test_the_frame_reaches_nothing_of_the_notebook(page: Page) -> None:
    frame = map_frame(page)
    reached = frame.evaluate(
        "() => { try { return parent.document.title } catch (error) { return error.name } }"
    )
    assert reached == "SecurityError"
