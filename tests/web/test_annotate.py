"""Annotating in a real browser, with a real server that is killed now and then."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import FLAGS, wait_for_frame
from viewed_atlas import make_map, viewed_atlas
from viewing import Viewing, viewing

from tagatlas.atlas import open_atlas
from tagatlas.contracts.annotation import Annotation, Arrow, Caption, Note, Outline
from tagatlas.plugins import load_plugins
from tagatlas.steps.load import load_map

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        Page,
        Playwright,
        Route,
        ViewportSize,
    )

pytestmark = [pytest.mark.slow, pytest.mark.browser]

HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "\u202egnp.exe",
    "${window.hacked=1}",
    "'\"&<>]]>",
    "日本語",
    "a" * 5000,
)
WIDE: ViewportSize = {"width": 1280, "height": 850}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas whose page is written already."""
    atlas = viewed_atlas(tmp_path_factory.mktemp("atlas"))
    with viewing(atlas):
        return atlas


@pytest.fixture(scope="module")
def shared(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewing]:
    """A server that tests share; each finds its map without annotations."""
    with viewing(Path(shutil.copytree(untouched, tmp_path_factory.mktemp("x") / "x.atlas"))) as it:
        yield it


@pytest.fixture
def server(shared: Viewing) -> Viewing:
    for id_, told in shared.told().items():
        if told["content"] is not None:
            assert shared.put(None, base=told["revision"], id_=id_).status == 200
    return shared


@pytest.fixture
def atlas(server: Viewing) -> Path:
    """The folder of the atlas that is served."""
    return server.atlas


@pytest.fixture
def own(untouched: Path, tmp_path: Path) -> Path:
    """An atlas of a test's own, that is not served."""
    return Path(shutil.copytree(untouched, tmp_path / "own.atlas"))


class Windows:
    """Windows of one browser, in which nothing may go wrong but what a test expects."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.trouble: list[str] = []
        self.forgiven: list[str] = []

    def open(self, url: str) -> Page:
        """A new window that shows the map, ready to be annotated."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on(
            "console",
            lambda message: self.trouble.append(message.text) if message.type == "error" else None,
        )
        page.on("request", lambda request: self._check(request.url))
        show(page, url)
        return page

    def _check(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.trouble.append(url)

    def forgive(self, *reasons: str) -> None:
        """Expect that the console tells of requests that fail for these reasons."""
        self.forgiven += reasons

    def unforgiven(self) -> list[str]:
        return [said for said in self.trouble if not any(each in said for each in self.forgiven)]


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    context = browser.new_context(viewport=WIDE, accept_downloads=True)
    opened = Windows(context)
    yield opened
    context.close()
    assert opened.unforgiven() == []


@pytest.fixture
def page(windows: Windows, server: Viewing) -> Page:
    return windows.open(server.url)


def show(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector(".standing:has-text('Saved')")


def saved(page: Page) -> None:
    """Wait until the page says that all is saved."""
    page.wait_for_function("() => document.querySelector('.standing').textContent === 'Saved'")


def draw(page: Page, tool: str, *points: tuple[int, int]) -> None:
    """Take up a tool, and drag it along some points of the window."""
    page.locator(".drawing-tools").get_by_role("button", name=tool, exact=True).click()
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()


def write(page: Page, text: str) -> None:
    page.fill(".writing textarea", text)
    page.click(".writing .done")


def kept(atlas: Path, map_name: str = "one") -> list[Annotation]:
    """What the catalog has of a map, read past the server."""
    with open_atlas(atlas, load_plugins(), write=False) as opened:
        return opened.catalog.annotations.on(map_name)


def texts(atlas: Path, map_name: str = "one") -> list[str]:
    contents = (each.content for each in kept(atlas, map_name))
    drawn = (each for each in contents if isinstance(each, Outline | Arrow | Caption | Note))
    return [each.text for each in drawn]


def listed(page: Page) -> list[str]:
    """The texts in the list of annotations."""
    return page.locator("ol.annotations bdi").all_inner_texts()


def rename(page: Page, number: int, name: str) -> None:
    page.locator("#clusters > li > .rename").nth(number).click()
    page.locator(".renaming input").fill(name)
    page.keyboard.press("Enter")


def test_clusters_are_renamed_in_the_list_and_on_the_map(page: Page, atlas: Path) -> None:
    rename(page, 0, "  Cats of\tmine ")
    page.wait_for_selector(".names .cluster:has-text('Cats of mine')")
    box = page.locator(".names .cluster:has-text('dog')").bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.type("Dogs")
    page.keyboard.press("Enter")
    page.click("#clusters summary")
    page.locator("#clusters li li .rename").first.click()
    page.keyboard.type("Kittens")
    page.keyboard.press("Enter")
    saved(page)
    page.reload()
    page.wait_for_selector("#clusters > li:has-text('Cats of mine')")
    page.wait_for_selector(".names .cluster:has-text('Dogs')")
    with open_atlas(atlas, load_plugins(), write=False) as opened:
        shown = load_map(opened, "one")
        assert shown.clusters["name"].to_list() == ["Cats of mine", "Dogs"]
        assert shown.subclusters["name"].to_list() == ["Kittens", "part 1"]


def test_a_name_that_another_cluster_has_is_refused(page: Page, atlas: Path) -> None:
    for taken in ("dog", "part 1"):
        rename(page, 0, taken)
        assert f"another cluster is called \u2068{taken}\u2069" in page.inner_text(".renaming")
        page.keyboard.press("Escape")
    assert page.locator("#clusters > li").first.inner_text().startswith("cat")
    assert kept(atlas) == []


def test_an_emptied_name_is_the_automatic_one_again(page: Page, atlas: Path) -> None:
    rename(page, 0, "Mine")
    rename(page, 0, "")
    saved(page)
    assert page.locator("#clusters > li").first.inner_text().startswith("cat")
    assert kept(atlas) == []


def corners(page: Page) -> list[float]:
    """The numbers of the last line that is drawn, in pixels."""
    path = page.locator(".annotation path").last.get_attribute("d")
    assert path
    return [float(number) for number in re.findall(r"-?[\d.]+", path)]


def test_an_outline_is_drawn_by_hand_and_comes_back(
    page: Page, atlas: Path, tmp_path: Path
) -> None:
    draw(page, "Outline", (600, 300), (700, 240), (820, 300), (800, 430), (620, 430), (600, 305))
    page.check(".colours input[title='teal']")
    write(page, "these")
    saved(page)
    [drawn] = kept(atlas)
    assert isinstance(drawn.content, Outline)
    assert drawn.content.text == "these"
    assert drawn.content.colour == "#138585"
    assert 4 <= len(drawn.content.points) < 30  # of more than forty that the hand went through
    before = corners(page)
    page.reload()
    page.wait_for_selector(".annotation")
    assert corners(page) == pytest.approx(before, abs=0.1)  # the address keeps the view about so
    page.screenshot(path=tmp_path / "outline.png")


def test_an_arrow_is_drawn_moved_bent_and_deleted(page: Page, atlas: Path) -> None:
    def arrow() -> Arrow:
        saved(page)
        [drawn] = kept(atlas)
        assert isinstance(drawn.content, Arrow)
        return drawn.content

    draw(page, "Arrow", (600, 600), (800, 500))
    page.click(".writing .done")
    first = arrow()
    assert first.begin[0] < first.end[0]
    assert first.begin[1] < first.end[1]
    page.mouse.move(700, 550)
    page.mouse.down()
    page.mouse.move(740, 590, steps=5)
    page.mouse.up()
    page.wait_for_selector(".handle", state="attached")
    moved = arrow()
    assert moved.begin[0] - first.begin[0] == pytest.approx(moved.end[0] - first.end[0])
    assert moved.begin[0] > first.begin[0]
    assert moved.begin[1] < first.begin[1]
    page.mouse.move(840, 540)
    page.mouse.down()
    page.mouse.move(900, 640, steps=5)
    page.mouse.up()
    bent = arrow()
    assert bent.begin == moved.begin
    assert bent.end[0] > moved.end[0]
    page.focus(".annotation")
    page.keyboard.press("Delete")
    saved(page)
    assert kept(atlas) == []
    assert page.locator(".annotation").count() == 0


def image_at(page: Page) -> tuple[int, int]:
    """A place of the window where there is an image."""
    for x in range(340, 520, 17):
        for y in range(350, 510, 13):
            page.mouse.move(x, y)
            if page.get_attribute(".map", "title"):
                return x, y
    raise AssertionError("there is no image on the map")


def test_texts_and_notes_are_written(page: Page, atlas: Path) -> None:
    draw(page, "Text", (800, 650))
    page.fill(".writing textarea", "two\nlines")
    page.get_by_role("button", name="Larger").click()
    page.click(".writing .done")
    draw(page, "Note", image_at(page))
    write(page, "odd")
    draw(page, "Note", (900, 250))
    page.fill(".writing textarea", "all of them")
    page.locator(".writing select").select_option(label="the cluster \u2068dog\u2069")
    page.click(".writing .done")
    saved(page)
    text, of_image, of_cluster = (each.content for each in kept(atlas))
    assert isinstance(text, Caption)
    assert text.text == "two\nlines"
    assert isinstance(of_image, Note)
    assert isinstance(of_cluster, Note)
    with open_atlas(atlas, load_plugins(), write=False) as opened:
        assert of_image.image in load_map(opened, "one").images["id"]
    assert (of_image.cluster, of_cluster.image, of_cluster.cluster) == (None, None, 1)
    assert listed(page) == ["two\nlines", "odd", "all of them"]
    assert page.locator(".annotation.note").all_text_contents() == ["1odd", "2all of them"]


def test_notes_of_images_are_beside_them_on_a_wall(page: Page, atlas: Path) -> None:
    draw(page, "Note", image_at(page))
    write(page, "odd")
    draw(page, "Arrow", (600, 600), (800, 500))
    page.click(".writing .done")
    saved(page)
    page.get_by_label("Images by").select_option(label="Wall")
    page.wait_for_selector(".stage.arranged:not(.gliding)")
    page.wait_for_function("() => document.querySelectorAll('.annotation').length === 1")
    mark = page.locator(".annotation.note circle").bounding_box()
    assert mark is not None
    middle = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 90, middle[1], steps=3)  # its place on the map stays
    page.mouse.up()
    after = page.locator(".annotation.note circle").bounding_box()
    assert after is not None
    assert after["x"] + after["width"] / 2 == pytest.approx(middle[0], abs=0.5)
    page.get_by_label("Images by").select_option(label="Map")
    page.wait_for_function("() => document.querySelectorAll('.annotation').length === 2")


def test_what_is_begun_and_left_empty_is_nothing(page: Page, atlas: Path) -> None:
    draw(page, "Note", (800, 650))
    page.keyboard.press("Escape")
    draw(page, "Text", (800, 650))
    write(page, "")
    saved(page)
    assert page.locator(".annotation").count() == 0
    assert kept(atlas) == []


def test_everything_is_undone_and_done_again(page: Page, atlas: Path) -> None:
    draw(page, "Arrow", (600, 600), (800, 500))
    write(page, "first")
    rename(page, 0, "Mine")
    page.locator("ol.annotations button").click()
    page.click(".writing .remove")
    assert listed(page) == []
    page.click("text=Undo")
    assert listed(page) == ["first"]
    page.focus(".map")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".names .cluster:has-text('cat')")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".annotation", state="detached")
    assert page.is_disabled("text=Undo")
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    page.wait_for_selector(".names .cluster:has-text('Mine')")
    page.click("text=Redo")
    assert page.is_disabled("text=Redo")
    page.click("text=Undo")
    saved(page)
    assert texts(atlas) == ["first"]


def test_keys_undo_what_was_chosen_when_nothing_drawn_is_left_to_undo(page: Page) -> None:
    page.focus(".map")
    page.keyboard.press("v")
    draw(page, "Arrow", (600, 600), (800, 500))
    write(page, "first")
    page.focus(".map")
    while page.locator(".annotation").count():
        page.keyboard.press("Control+z")
    assert page.is_visible("#chosen")
    page.keyboard.press("Control+z")
    assert page.is_hidden("#chosen")


def test_an_outline_is_reshaped_point_by_point(page: Page, atlas: Path) -> None:
    def outline() -> Outline:
        saved(page)
        [drawn] = kept(atlas)
        assert isinstance(drawn.content, Outline)
        return drawn.content

    def drag(kind: str, number: int, right: int, down: int) -> None:
        box = page.locator(kind).nth(number).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right, y + down, steps=4)
        page.mouse.up()

    draw(page, "Outline", (600, 300), (820, 300), (820, 430), (600, 430), (600, 305))
    write(page, "mine")
    first = outline()
    page.focus(".annotation.outline")
    drag(".handle:not(.between)", 1, 60, -30)
    second = outline()
    assert second.points[1][0] > first.points[1][0]
    assert second.points[1][1] > first.points[1][1]
    assert (second.points[0], second.points[2:]) == (first.points[0], first.points[2:])
    drag(".handle.between", 0, 0, -40)
    third = outline()
    assert len(third.points) == len(second.points) + 1
    page.locator(".handle:not(.between)").first.focus()
    page.keyboard.press("PageDown")
    assert page.evaluate("() => document.activeElement.ariaLabel").startswith("Point 2 of")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    saved(page)
    assert page.evaluate("() => document.activeElement.ariaLabel").startswith("Point 2 of")
    assert outline().points[1][0] < third.points[1][0]
    page.keyboard.press("Insert")
    assert len(outline().points) == len(third.points) + 1
    page.keyboard.press("Delete")
    page.keyboard.press("Delete")
    assert len(outline().points) == len(third.points) - 1
    assert outline().text == "mine"


def test_lines_and_letters_are_made_larger_and_kept(page: Page, atlas: Path) -> None:
    draw(page, "Outline", (600, 300), (820, 300), (820, 430), (600, 430), (600, 305))
    page.fill(".writing textarea", "a sentence of more than thirty letters that is wrapped")
    lines = page.locator(".annotation.outline tspan[x]")
    lines.nth(1).wait_for(state="attached")
    assert lines.all_text_contents() == [
        "a sentence of more than thirty",
        "letters that is wrapped",
    ]
    width = page.locator(".annotation path[stroke]").last.get_attribute("stroke-width")
    for name in ("Larger letters", "Wider line"):
        page.get_by_role("button", name=name).click()
    page.get_by_label("Fill").check()
    page.click(".writing .done")
    saved(page)
    [drawn] = kept(atlas)
    assert isinstance(drawn.content, Outline)
    assert (drawn.content.text_size, drawn.content.line_width) == (1.25, 1.5)
    assert drawn.content.fill is True
    assert drawn.content.anchors
    page.reload()
    page.wait_for_selector(".annotation .tint", state="attached")
    wider = page.locator(".annotation path[stroke]").last.get_attribute("stroke-width")
    assert float(wider or 0) == pytest.approx(1.5 * float(width or 0))
    size = "(each) => Number.parseFloat(getComputedStyle(each).fontSize)"
    scale = page.evaluate("() => document.querySelector('.annotations').getCTM().a")
    written = page.locator(".annotation.outline text").evaluate(size)
    assert scale * written > page.locator(".names .cluster").first.evaluate(size)
    assert page.evaluate(
        "() => Number(getComputedStyle(document.querySelector('.stage .drawing')).zIndex)"
    )


def test_names_of_clusters_make_way_for_what_is_drawn(page: Page) -> None:
    def name() -> tuple[float, float, float, float]:
        box = page.locator(".names .cluster:has-text('dog')").bounding_box()
        assert box
        return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]

    left, top, right, bottom = name()
    middle = round((top + bottom) / 2)
    draw(page, "Arrow", (round(left) - 20, middle), (round(right) + 20, middle + 2))
    page.click(".writing .done")
    saved(page)
    wait_for_frame(page)
    left, top, right, bottom = name()
    assert not top < middle < bottom


def test_outlines_of_clusters_can_be_faded(page: Page) -> None:
    before = page.locator(".map").first.screenshot()
    page.get_by_label("Fade outlines").check()
    wait_for_frame(page)
    assert page.locator(".map").first.screenshot() != before
    page.get_by_label("Fade outlines").uncheck()


def test_what_is_drawn_follows_its_images_on_the_map_made_again(
    windows: Windows, own: Path
) -> None:
    with viewing(own) as server:
        page = windows.open(server.url)
        draw(page, "Note", image_at(page))
        write(page, "this one")
        saved(page)
        [drawn] = kept(own)
        assert isinstance(drawn.content, Note)
        before = drawn.content.place
        with open_atlas(own, load_plugins()) as opened:
            make_map(opened, seed=7)
            images = load_map(opened, "one").images.filter(id=drawn.content.image)
        page.click("text=Show the new one")
        page.wait_for_selector("ol.annotations:has-text('this one')")
        now = server.contents()[drawn.id]
        assert isinstance(now, dict)
        assert now["place"] != pytest.approx(before, abs=1)
        [centre] = images.select("x", "y").rows()
        size = max(images.select("width", "height").row(0))
        assert now["place"] == pytest.approx(centre, abs=size)
        page.close()


def test_the_keyboard_is_enough(page: Page, atlas: Path) -> None:
    page.focus(".map")
    for key, text in (("o", "outline"), ("a", "arrow"), ("w", "words"), ("n", "note")):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
        page.focus(".map")
    saved(page)
    assert texts(atlas) == ["outline", "arrow", "words", "note"]
    before = kept(atlas)[2].content
    page.focus(".annotation.text")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    saved(page)
    after = kept(atlas)[2].content
    assert isinstance(before, Caption)
    assert isinstance(after, Caption)
    assert after.place[0] > before.place[0]
    assert after.size > before.size
    assert page.evaluate("() => document.activeElement.matches('.annotation.text')")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("other words")
    page.keyboard.press("Escape")
    saved(page)
    assert texts(atlas)[2] == "other words"


def test_two_windows_merge_what_they_draw(windows: Windows, server: Viewing, atlas: Path) -> None:
    one, other = windows.open(server.url), windows.open(server.url)
    draw(one, "Arrow", (600, 600), (800, 500))
    write(one, "of the one")
    draw(other, "Arrow", (600, 300), (800, 200))
    write(other, "of the other")
    for page in (one, other):
        page.bring_to_front()
        page.wait_for_selector("ol.annotations:has-text('of the one'):has-text('of the other')")
        saved(page)
    assert listed(one) == listed(other) == texts(atlas) == ["of the one", "of the other"]


def test_a_change_of_what_another_window_changed_is_said(
    windows: Windows, server: Viewing, atlas: Path
) -> None:
    windows.forgive("ERR_FAILED", "409")
    one = windows.open(server.url)
    draw(one, "Arrow", (600, 600), (800, 500))
    write(one, "before")
    saved(one)
    other = windows.open(server.url)
    other.route("**/api/annotations?*", lambda route: route.abort())  # it does not hear the news
    one.locator("ol.annotations button").click()
    write(one, "theirs")
    saved(one)
    other.locator("ol.annotations button").click()
    write(other, "mine")
    other.wait_for_selector(".warning:has-text('Changed in another window: theirs is shown')")
    assert listed(other) == ["theirs"]
    assert texts(atlas) == ["theirs"]
    other.unroute("**/api/annotations?*")
    one.reload()  # what was not kept is there in every window, not in the undo of one alone
    one.click(".unkept summary")
    assert "Arrow: mine" in one.inner_text(".unkept li")
    other.click("text=Undo")
    saved(other)
    assert listed(other) == texts(atlas) == ["mine"]
    one.wait_for_selector(".unkept", state="hidden")  # it stands now
    other.route("**/api/annotations?*", lambda route: route.abort())
    rename(one, 0, "Theirs")
    saved(one)
    rename(other, 0, "Mine")
    other.wait_for_selector(".warning:has-text('Changed in another window: theirs is shown')")
    other.wait_for_selector(".names .cluster:has-text('Theirs')")
    other.click("text=Undo")
    other.unroute("**/api/annotations?*")
    other.wait_for_selector(".names .cluster:has-text('Mine')")
    saved(other)
    one.bring_to_front()
    one.wait_for_selector(".names .cluster:has-text('Mine')")


def test_each_map_has_its_annotations(windows: Windows, own: Path) -> None:
    with open_atlas(own, load_plugins()) as opened:
        make_map(opened, seed=3, name="two")
    with viewing(own, "--map", "one") as server:
        page = windows.open(server.url)
        draw(page, "Arrow", (600, 600), (800, 500))
        write(page, "on the one")
        saved(page)
        page.locator(".picker").select_option("two")
        page.wait_for_selector("ol.annotations", state="hidden")
        rename(page, 0, "Of the other")
        draw(page, "Arrow", (600, 600), (800, 500))
        write(page, "on the other")
        saved(page)
        page.get_by_role("button", name="Side by side").click()
        page.wait_for_function("() => document.querySelectorAll('.annotation').length === 2")
        stages = page.locator(".stage")
        assert "on the other" in (stages.nth(0).locator(".drawing").text_content() or "")
        assert "on the one" in (stages.nth(1).locator(".drawing").text_content() or "")
        stages.nth(1).locator(".map").focus()
        page.wait_for_selector("ol.annotations:has-text('on the one')")
        assert page.locator(".drawing-tools").count() == 1
        assert page.locator(".stage.active .drawing-tools").count() == 1
        assert not page.locator("#clusters:has-text('Of the other')").count()
        assert texts(own) == ["on the one"]
        assert texts(own, "two") == ["on the other"]
        page.close()  # before its server goes


def test_annotations_are_copied_to_another_map(windows: Windows, own: Path) -> None:
    with open_atlas(own, load_plugins()) as opened:
        make_map(opened, seed=3, name="two")
    with viewing(own, "--map", "one") as server:
        page = windows.open(server.url)
        draw(page, "Note", image_at(page))
        write(page, "this one")
        rename(page, 0, "Cats of mine")
        saved(page)
        for _ in range(2):  # what was copied before is not doubled
            page.locator(".copying").evaluate("(each) => each.open = true")
            page.get_by_role("button", name="Copy all annotations").click()
            page.wait_for_selector("#news:has-text('2 annotations copied to')")
            page.evaluate("() => document.getElementById('news').textContent = ''")
        page.close()
    [note] = [each.content for each in kept(own) if isinstance(each.content, Note)]
    with open_atlas(own, load_plugins(), write=False) as opened:
        there = load_map(opened, "two")
    assert "Cats of mine" in there.clusters["name"]
    [copy] = [each.content for each in there.annotations if isinstance(each.content, Note)]
    [(x, y, size)] = there.images.filter(id=note.image).select("x", "y", "width").rows()
    assert [image for image, _, _ in note.anchors or ()] == [note.image]
    assert copy.text == "this one"
    assert copy.place == pytest.approx((x, y), abs=2 * size)


def test_a_map_made_again_is_said(windows: Windows, own: Path) -> None:
    with viewing(own) as server:
        page = windows.open(server.url)
        draw(page, "Arrow", (600, 600), (800, 500))
        write(page, "on the old map")
        with open_atlas(own, load_plugins()) as opened:
            make_map(opened, seed=7)
        page.wait_for_selector(".warning:has-text('made again')")
        assert page.is_disabled("text=Outline")
        page.click("text=Show the new one")
        page.wait_for_selector("ol.annotations:has-text('on the old map')")
        assert page.is_enabled("text=Outline")
        assert page.is_hidden(".warning")
        page.close()


def test_nothing_is_lost_when_the_server_is_killed(windows: Windows, own: Path) -> None:
    # 409: what was kept, but whose answer was lost, is met again.
    windows.forgive("ERR_", "403", "409")
    with viewing(own) as first:
        page = windows.open(first.url)
        draw(page, "Arrow", (600, 600), (800, 500))
        write(page, "before")
        first.kill()
        page.locator("ol.annotations button").click()
        write(page, "without a server")
        draw(page, "Note", (900, 250))
        write(page, "a note")
        rename(page, 1, "Hounds")
        page.wait_for_selector(".standing:has-text('Not saved yet: the server is away')")
    with viewing(own) as second:
        assert second.port == first.port
        page.wait_for_selector(".standing:has-text('open its new address')")
        new = windows.open(second.url)
        new.wait_for_function("() => document.querySelectorAll('.annotation').length === 2")
        saved(new)
        assert listed(new) == ["without a server", "a note"]
        assert sorted(texts(own)) == ["a note", "without a server"]
        new.wait_for_selector(".names .cluster:has-text('Hounds')")
        assert new.locator(".warning").is_hidden()


@pytest.mark.parametrize("status", [200, 409])
def test_a_change_whose_answer_broke_off_is_followed_by_the_next(
    page: Page, server: Viewing, atlas: Path, windows: Windows, status: int
) -> None:
    windows.forgive("409", "ERR_")
    draw(page, "Arrow", (600, 600), (800, 500))
    saved(page)

    def broken(route: Route) -> None:
        route.fetch()  # the server keeps it, and dies while it answers
        route.fulfill(status=status, content_type="application/json", body='{"id": "')

    page.route("**/api/annotations/*", broken)
    page.locator("ol.annotations button").click()
    with page.expect_response("**/api/annotations/*"):
        write(page, "before")
    page.wait_for_selector(".standing.trouble:has-text('Not saved yet')")
    assert texts(atlas) == ["before"]
    page.route("**/api/**", lambda route: route.abort())
    page.locator("ol.annotations button").click()
    write(page, "after")
    page.wait_for_selector("ol.annotations:has-text('after')")
    new = windows.open(server.url)
    page.close()
    new.wait_for_selector("ol.annotations:has-text('after')")
    saved(new)
    assert listed(new) == texts(atlas) == ["after"]
    assert new.locator(".warning").is_hidden()


def test_a_window_of_a_dead_server_changes_what_another_took_over(
    windows: Windows, own: Path
) -> None:
    windows.forgive("ERR_", "403", "409")
    with viewing(own) as first:
        old = windows.open(first.url)
        draw(old, "Arrow", (600, 600), (800, 500))
        write(old, "before")
        saved(old)
        first.kill()
        old.locator("ol.annotations button").click()
        write(old, "without a server")
        old.wait_for_selector(".standing:has-text('this browser keeps it')")
    with viewing(own) as second:
        new = windows.open(second.url)
        new.wait_for_selector("ol.annotations:has-text('without a server')")
        saved(new)
        old.bring_to_front()  # which must not take back what it cannot send
        old.wait_for_selector(".standing:has-text('open its new address')")
        old.locator("ol.annotations button").click()
        write(old, "still later")
        old.wait_for_selector(".standing:has-text('this browser keeps it')")
        new.bring_to_front()
        new.wait_for_selector("ol.annotations:has-text('still later')")
        saved(new)
        assert listed(new) == texts(own) == ["still later"]
        assert new.locator(".warning").is_hidden()
        old.close()
        new.close()


def test_a_server_that_was_away_gets_what_was_drawn_meanwhile(
    page: Page, server: Viewing, atlas: Path, windows: Windows
) -> None:
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        draw(page, "Arrow", (600, 600), (800, 500))
        for text in ("a", "ab", "abc"):
            page.fill(".writing textarea", text)
            page.wait_for_selector(f"ol.annotations:has-text('{text}')")
        assert page.inner_text(".standing") == "Saving…"
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    saved(page)
    assert texts(atlas) == ["abc"]
    assert page.is_hidden(".warning")


class Profile:
    """A browser with a folder of its own, which can be killed and started again."""

    def __init__(self, playwright: Playwright, program: str, folder: Path) -> None:
        self._playwright = playwright
        self._program = program
        self._folder = folder

    def open(self, url: str) -> Page:
        context = self._playwright.chromium.launch_persistent_context(
            str(self._folder), executable_path=self._program, args=list(FLAGS), viewport=WIDE
        )
        page = context.new_page()
        show(page, url)
        return page

    def kill(self, page: Page) -> None:
        """End all processes of the browser without a warning."""
        from playwright.sync_api import Error

        command = ["pgrep", "-f", f"user-data-dir={self._folder}"]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert found
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with suppress(Error):
            page.context.close()


def test_nothing_is_lost_when_the_browser_is_killed(
    playwright: Playwright, chromium_path: str, own: Path, tmp_path: Path
) -> None:
    profile = Profile(playwright, chromium_path, tmp_path / "profile")
    with viewing(own) as server:
        page = profile.open(server.url)
        draw(page, "Arrow", (600, 600), (800, 500))
        write(page, "seen by the server")
        saved(page)
        profile.kill(page)
        page = profile.open(server.url)
        page.wait_for_selector("ol.annotations:has-text('seen by the server')")
        assert texts(own) == ["seen by the server"]
        server.kill()
        draw(page, "Note", (900, 250))
        write(page, "seen by nobody")
        page.locator("ol.annotations button").first.click()
        write(page, "changed unseen")
        page.wait_for_selector(".standing:has-text('this browser keeps it')")
        profile.kill(page)
    with viewing(own) as again:
        assert texts(own) == ["seen by the server"]
        page = profile.open(again.url)
        page.wait_for_selector("ol.annotations:has-text('seen by nobody')")
        saved(page)
        assert listed(page) == ["changed unseen", "seen by nobody"]
        assert sorted(texts(own)) == ["changed unseen", "seen by nobody"]
        page.context.close()


def test_exports_are_downloaded(page: Page, tmp_path: Path) -> None:
    draw(page, "Arrow", (600, 600), (800, 500))
    write(page, "in every export")
    saved(page)
    page.click(".export summary")
    begins = {"Poster (PNG)": b"\x89PNG", "Poster (SVG)": b"<?xml", "This viewer": b"PK"}
    taken: dict[str, Path] = {}
    for name, begin in begins.items():
        with page.expect_download() as download:
            page.locator(".export button", has_text=name).click()
        taken[name] = Path(download.value.path())
        assert taken[name].read_bytes().startswith(begin)
        page.wait_for_selector("#news:has-text('is written')")
    with zipfile.ZipFile(taken["This viewer"]) as archive:
        archive.extractall(tmp_path / "away")
    assert "in every export" in (tmp_path / "away/viewer/data/annotations.js").read_text("ascii")


def test_the_static_viewer_shows_annotations_that_cannot_be_changed(
    browser: Browser, own: Path, tmp_path: Path
) -> None:
    first = json.loads('{"kind":"name","level":"cluster","number":0,"name":"Mine"}')
    arrow = {"kind": "arrow", "begin": [0, 0], "end": [9, 9], "colour": "#1976e0", "text": "there"}
    note = {"kind": "note", "place": [5, 5], "text": "odd <b>", "colour": "#1976e0"}
    with viewing(own) as server:
        for content in (first, arrow, note):
            assert server.put(content).status == 200
        server.send("api/export", {"map": "one", "format": "web"}, "POST")
    page = browser.new_page(viewport=WIDE)
    page.goto((own / "maps" / "one" / "viewer" / "index.html").as_uri())
    page.wait_for_selector("ol.annotations")
    assert listed(page) == ["there", "odd <b>"]
    page.wait_for_selector(".names .cluster:has-text('Mine')")
    page.screenshot(path=tmp_path / "static.png")
    assert page.locator(".drawing-tools, .rename, .colours, .writing, .export").count() == 0
    before = page.locator(".annotation.arrow path").last.get_attribute("d")
    page.focus(".annotation.arrow")
    for key in ("ArrowRight", "Delete", "Control+z", "o"):
        page.keyboard.press(key)
    assert page.locator(".annotation.arrow path").last.get_attribute("d") == before
    page.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas whose tags, files and columns would do harm where they were taken for more."""
    files = [name.replace("/", "\u2215")[:200] for name in HOSTILE]
    atlas = viewed_atlas(tmp_path_factory.mktemp("hostile"), HOSTILE[:2], files)
    columns = json.dumps({name[:300]: name for name in HOSTILE})
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as connection, connection:
        connection.execute("UPDATE records SET columns = ?", [columns])
    return atlas


def test_hostile_texts_are_text(windows: Windows, hostile: Path, tmp_path: Path) -> None:
    with viewing(hostile) as server:
        for number, text in enumerate(HOSTILE):
            note = {"kind": "note", "place": [number, number], "text": text, "colour": "#eb1a13"}
            assert server.put(note).status == 200
        page = windows.open(server.url)
        draw(page, "Text", (800, 650))
        write(page, HOSTILE[0])
        draw(page, "Outline", (600, 600), (700, 500), (800, 600))
        write(page, HOSTILE[1])
        rename(page, 0, HOSTILE[0][:80])
        rename(page, 1, HOSTILE[1][:80])
        saved(page)
        assert texts(hostile) == [*HOSTILE, *HOSTILE[:2]]
        page.reload()
        page.wait_for_selector(".annotation.outline")
        assert page.locator("ol.annotations bdi").all_text_contents()[: len(HOSTILE)] == list(
            HOSTILE
        )
        page.locator("ol.annotations button").first.click()
        page.focus(".map")
        page.keyboard.press("Enter")
        page.wait_for_selector("#card h2")
        assert page.evaluate("() => window.hacked") is None
        assert page.locator("img[src='x'], main script, aside script").count() == 0
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=tmp_path / "hostile.png")
        page.close()


def test_it_fits_a_telephone(browser: Browser, server: Viewing, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 780}, color_scheme="dark")
    show(page, server.url)
    draw(page, "Outline", (100, 200), (200, 180), (250, 260), (120, 300), (100, 205))
    assert page.locator(".writing textarea").is_visible()
    page.fill(".writing textarea", "these")
    page.screenshot(path=tmp_path / "writing.png")
    page.click(".writing .done")
    saved(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        "() => [...document.querySelectorAll('.drawing-tools button, .writing button')]"
        ".filter(each => each.offsetParent && each.offsetHeight < 40).length"
    )
    assert small == 0
    page.screenshot(path=tmp_path / "telephone.png")
    page.close()
