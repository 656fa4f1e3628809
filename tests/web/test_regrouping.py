"""Clusters that are merged, split and given other images in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from viewed_atlas import make_map, viewed_atlas
from viewing import viewing

from tagatlas.atlas import open_atlas
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.render import render_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def show(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 850})
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def move(page: Page, sought: str, name: str) -> None:
    """Move the images that a search finds to the cluster of a name."""
    page.fill("#query", sought)
    page.press("#query", "Enter")
    page.click("text=Move to cluster…")
    page.fill("form.regrouping input", name)
    page.press("form.regrouping input", "Enter")
    page.click("#clear")  # with a selection, the list says how many of a cluster are in it


def merge(page: Page, name: str, into: str) -> None:
    page.click(f"button[aria-label='Merge {name} with another cluster']")
    page.select_option("#clusters form.regrouping select", label=into)
    page.click("#clusters form.regrouping button[type=submit]")


def wait_for_clusters(page: Page, sizes: dict[str, int]) -> None:
    page.wait_for_function(
        """(wanted) => {
            const lines = [...document.querySelectorAll("#clusters > li")];
            const text = (line, part) => line.querySelector(part).textContent;
            const size = (line) => parseInt(text(line, ":scope > span.size"));
            const found = lines.map((line) => [text(line, ":scope > button.cluster"), size(line)]);
            return JSON.stringify(found.sort()) === JSON.stringify(wanted);
        }""",
        arg=sorted([name, size] for name, size in sizes.items()),
    )


def test_they_change_at_once_and_the_map_made_again_follows(
    browser: Browser, tmp_path: Path
) -> None:
    atlas = viewed_atlas(tmp_path)
    with open_atlas(atlas, load_plugins()) as opened:
        drawn = load_map(opened, "one")
        own, other = drawn.clusters["name"].to_list()
        chosen = drawn.images.filter(cluster=0)["label"].to_list()
    with viewing(atlas) as server:
        page, second = show(browser, server.url), show(browser, server.url)
        wait_for_clusters(page, {own: 12, other: 12})
        move(page, chosen[0], "lone")
        wait_for_clusters(page, {own: 11, other: 12, "lone": 1})
        assert page.is_visible(
            "text=1 change of clusters is saved."
            " Places and outlines follow when you run tagatlas map."
        )
        wait_for_clusters(second, {own: 11, other: 12, "lone": 1})
        move(second, chosen[1], other)
        wait_for_clusters(second, {own: 10, other: 13, "lone": 1})
        wait_for_clusters(page, {own: 10, other: 13, "lone": 1})
        merge(page, own, other)
        wait_for_clusters(page, {other: 23, "lone": 1})
        page.click("text=Undo")
        wait_for_clusters(page, {own: 10, other: 13, "lone": 1})
        page.click("text=Redo")
        wait_for_clusters(second, {other: 23, "lone": 1})
        second.click("summary:has-text('Clusters changed by hand')")
        second.click(f"button[aria-label^='Take back: 1 image moved'][aria-label*='{other}']")
        wait_for_clusters(page, {other: 23, "lone": 1})  # the merged cluster has it again
        second.close()
        with open_atlas(atlas, load_plugins()) as opened:
            make_map(opened, seed=3)
            drawn = load_map(opened, "one")
            assert sorted(drawn.clusters["images"]) == [1, 23]
            out = tmp_path / "out"
            out.mkdir()
            render_map(drawn, [opened.plugins.choose(RENDERERS, "web", {})], out)
        names = drawn.clusters["name"].to_list()
        page.click("text=Show the new one")
        page.wait_for_selector("html[data-ready]", state="attached")
        wait_for_clusters(page, dict(zip(names, [23, 1], strict=True)))
        assert page.is_hidden("text=tagatlas map makes the map again")
        assert page.is_visible("text=Clusters changed by hand (2)")
        page.close()
    static = show(browser, (out / "viewer" / "index.html").as_uri())
    wait_for_clusters(static, dict(zip(names, [23, 1], strict=True)))
    static.fill("#query", "jpg")
    static.press("#query", "Enter")
    static.wait_for_selector("#chosen:not([hidden])")
    assert static.locator("text=Move to cluster…").count() == 0
    assert static.locator("button.merge").count() == 0
    static.close()
