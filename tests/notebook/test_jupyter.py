"""A map in a real JupyterLab, driven by a real browser. JupyterLab is not among the test tools."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import pytest
from notebooks import free_port, lasso_all, map_frame, running, wait_for_pictures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.extras("jupyterlab"),
]

CELLS = (
    "from tagatlas import read_atlas\nmap_ = read_atlas({atlas!r}).map()",
    "map_",
    "chosen = map_.widget.selected\nprint('Python has', chosen.height, 'rows')",
    "map_.widget.selection = list(map_.images['id'][:2])",
)
IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
# Where the parts of widgets that run in the browser were installed to.
PREFIX = Path(anywidget.__file__).parents[4]


@pytest.fixture(scope="module")
def address(atlas_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("jupyter")
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source.format(atlas=str(atlas_folder)),
        }
        for number, source in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "map.ipynb").write_text(json.dumps(notebook))
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = [
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    variables = {
        **os.environ,
        "HOME": str(folder),
        "JUPYTER_PATH": str(PREFIX / "share" / "jupyter"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    with running([*command, *options], folder, variables, f"127.0.0.1:{port}/lab"):
        yield f"http://127.0.0.1:{port}/lab/tree/map.ipynb?reset"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 1400})
    opened.goto(address)
    yield opened
    opened.close()


def run(page: Page, number: int) -> None:
    """Run a cell by its number."""
    page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").nth(number).click()
    page.keyboard.press("Control+Enter")


def show_map(page: Page) -> Frame:
    """Run the cells that show the map.

    While JupyterLab still starts, keys can be lost and outputs stay empty: then it is loaded again.
    """
    from playwright.sync_api import TimeoutError as PageTimeout
    from playwright.sync_api import expect

    for attempts_left in (2, 1, 0):
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        expect(cells).to_have_count(len(CELLS), timeout=120_000)
        page.locator(IDLE).wait_for(state="attached", timeout=120_000)
        for number in (0, 1):
            run(page, number)
        try:
            page.wait_for_selector("iframe[title=Map]", timeout=60_000)
        except PageTimeout:
            if attempts_left == 0:
                raise
            page.reload()
        else:
            break
    return map_frame(page)


def test_a_map_shows_itself_and_gives_what_is_chosen(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    frame = show_map(page)
    assert frame.locator("#clusters > li").count() > 0
    lasso_all(page, frame)
    page.screenshot(path=tmp_path / "jupyter.png", full_page=True)
    run(page, 2)
    expect(page.get_by_text("Python has 24 rows")).to_be_visible(timeout=60_000)
    run(page, 3)
    frame.locator("#chosen", has_text="2 images").wait_for()
    assert "chosen in the notebook" in frame.inner_text("#chosen")
    frame.locator("canvas.map").press("Enter")
    wait_for_pictures(frame)
