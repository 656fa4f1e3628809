"""The page's address follows what is done, and shows it again elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from chromium import image_under_pointer, open_viewer, watched, write_viewer
from themed_atlas import themed_atlas
from viewer_files import with_columns

from tagatlas.contracts import Map

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def atlas() -> Map:
    """Two maps of images with a day, a number and a place each."""
    map_ = themed_atlas(80, missing=6)
    second = map_.other_maps["colours"]()
    second = replace(second, records=with_columns(second.records, columns_of))
    return replace(
        map_, records=with_columns(map_.records, columns_of), other_maps={"colours": lambda: second}
    )


def columns_of(location: str) -> dict[str, str]:
    row = int(location.split("/")[-1].split(".")[0])
    day = f"2020-{1 + row // 28 % 12:02}-{1 + row % 28:02}"
    return {"day": day, "likes": str(row * row), "place": ("sea & land", "land")[row % 2]}


@pytest.fixture(scope="module")
def viewer(atlas: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(atlas, tmp_path_factory.mktemp("address"))


@contextmanager
def opened(
    browser: Browser, index: Path, fragment: str, width: int = 1280, height: int = 850
) -> Iterator[Page]:
    """The viewer, opened with a link in a window of its own."""
    with watched(browser, calm=True, width=width, height=height) as page:
        page.goto(f"{index.as_uri()}#{fragment}")
        page.wait_for_selector("html[data-ready]", state="attached")
        yield page


def fragment(page: Page) -> str:
    return str(page.evaluate("() => location.hash.slice(1)"))


def wait_for_fragment(page: Page, part: str) -> None:
    page.wait_for_function("part => location.hash.includes(part)", arg=part)


def condition_of(page: Page) -> str:
    """The conditions and how many images meet them."""
    page.wait_for_selector("#chosen:not([hidden])")
    return page.inner_text("#chosen")


def test_back_and_forward_go_through_what_was_done(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.click("#clusters .cluster")
    wait_for_fragment(page, "only=cluster:themed:")
    chosen = condition_of(page)
    page.mouse.click(*image_under_pointer(page, 340, 900))
    wait_for_fragment(page, "open=image:")
    page.wait_for_selector("#card[aria-label='The chosen image']")
    title = page.inner_text("#card h2")
    page.select_option(".picker", "colours")
    wait_for_fragment(page, "map=colours")
    page.go_back()
    page.wait_for_function("() => document.querySelector('.picker').value === 'themed'")
    page.wait_for_function(
        "title => document.querySelector('#card h2')?.innerText === title", arg=title
    )
    page.go_back()
    page.wait_for_selector("#card[aria-label='The chosen cluster']")
    assert condition_of(page) == chosen
    page.go_back()
    page.wait_for_selector("#chosen", state="hidden")
    assert page.is_hidden("#card")
    assert fragment(page) == ""
    page.go_forward()
    page.wait_for_selector("#card[aria-label='The chosen cluster']")
    assert condition_of(page) == chosen
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.get_attribute("#card", "aria-label") == "The chosen cluster"
    assert condition_of(page) == chosen


def test_moving_makes_no_entries_and_is_kept_in_windows_of_other_sizes(
    page: Page, browser: Browser, viewer: Path
) -> None:
    open_viewer(page, viewer)
    entries = page.evaluate("() => history.length")
    image_under_pointer(page, 340, 900)
    for _ in range(6):
        page.mouse.wheel(0, -400)
    wait_for_fragment(page, "at=")
    page.focus(".map")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => history.length") == entries
    page.keyboard.press("Enter")  # opens the image in the middle
    wait_for_fragment(page, "open=image:")
    title = page.inner_text("#card h2")
    place = fragment(page)
    picture = "img.there[data-row]"  # one that is drawn large on the map
    wide = page.locator(picture).first.evaluate("each => each.offsetWidth")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    again = page.locator(picture).first.evaluate("each => each.offsetWidth")
    assert again == pytest.approx(wide, rel=1e-3)  # though a card is beside the map
    with opened(browser, viewer, place.split("&open")[0], width=700, height=1000) as other:
        other.focus(".map")
        other.keyboard.press("Enter")
        other.wait_for_selector("#card h2")
        assert other.inner_text("#card h2") == title


def by_search(page: Page) -> None:
    page.fill("#query", "GUITAR")
    page.press("#query", "Enter")


def by_tag(page: Page) -> None:
    page.click("#filters summary")  # which stays open
    page.get_by_label("Tag", exact=True).fill("guitar")
    page.get_by_label("Tag from score").fill("0.5")
    page.get_by_label("Tag from score").press("Enter")


def by_number(page: Page) -> None:
    page.get_by_label("likes from").fill("100")
    page.get_by_label("likes to").fill("2500")
    page.get_by_label("likes to").press("Enter")


def by_text(page: Page) -> None:
    page.get_by_label("place contains", exact=True).fill("sea &")
    page.get_by_label("place contains", exact=True).press("Enter")


def by_value(page: Page) -> None:
    page.get_by_role("checkbox", name="sea & land").check()


def by_frequency(page: Page) -> None:
    page.get_by_label("Times seen from").fill("2")
    page.get_by_label("Times seen from").press("Enter")


def by_lasso(page: Page) -> None:
    page.click(".draw")
    page.mouse.move(600, 200)
    page.mouse.down()
    for x, y in ((1000, 180), (1100, 500), (800, 640), (560, 430)):
        page.mouse.move(x, y, steps=9)
    page.mouse.up()


def by_view(page: Page) -> None:
    page.focus(".map")
    for key in ("+", "+", "v"):
        page.keyboard.press(key)


CHOICES = (by_search, by_tag, by_number, by_text, by_value, by_frequency, by_lasso, by_view)


def test_a_link_chooses_the_same_images(page: Page, browser: Browser, viewer: Path) -> None:
    open_viewer(page, viewer)
    with opened(browser, viewer, "", width=900) as other:
        for choose in CHOICES:
            choose(page)
            chosen = condition_of(page)
            wait_for_fragment(page, "only=")
            other.evaluate("link => { location.hash = link; }", fragment(page))
            other.wait_for_function(
                "chosen => document.querySelector('#chosen').innerText === chosen", arg=chosen
            )
            page.click("#clear")
            page.wait_for_function("() => !location.hash.includes('only=')")


def test_two_maps_are_in_the_address(page: Page, browser: Browser, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.click(".beside")
    wait_for_fragment(page, "map=themed&map=colours")
    page.focus(".stage:nth-of-type(2) .map")
    wait_for_fragment(page, "used")
    with opened(browser, viewer, fragment(page)) as other:
        pickers = other.locator(".picker")
        assert [pickers.nth(at).input_value() for at in range(2)] == ["themed", "colours"]
        assert other.locator(".stage.active .picker").input_value() == "colours"


def test_what_is_not_here_is_named_and_the_rest_is_shown(browser: Browser, viewer: Path) -> None:
    link = (
        "v=1&map=gone&map=colours&only=cluster:colours:warm&only=cluster:themed:no+such:ffff"
        "&only=flight:of:fancy&open=image:0000"
    )
    with opened(browser, viewer, link) as page:
        assert page.input_value(".picker") == "colours"
        assert "in warm" in condition_of(page)
        said = page.inner_text("#news")
        for lacking in ("the map “gone”", "no such", "flight of fancy", "image 0000"):
            assert lacking in said
        assert "warm" not in said


def test_hostile_addresses_do_nothing(browser: Browser, viewer: Path) -> None:
    attack = quote("<img src=x onerror=window.hacked=1>")
    script = quote("javascript:window.hacked=1")
    for link in (
        f"v=1&map={attack}&only=search:{attack}&only=tag:{attack}&open=tag:{attack}",
        f"v=1&only=is:place:{attack}&only=constructor:x&only=__proto__&open=image:{script}",
        "v=1&map=themed&at=1e308,-1e308,1e-300&only=ring:themed:1,2,3,4,5,6&only=range:likes:x:y",
        "&".join(["only=search:a"] * 500),
    ):
        with opened(browser, viewer, link) as page:
            assert page.evaluate("() => window.hacked") is None
            assert page.locator("#clusters > li").count() > 3
            assert page.locator("img[onerror]").count() == 0


def test_the_link_is_copied(page: Page, viewer: Path) -> None:
    open_viewer(page, viewer)
    page.click("#clusters .cluster")
    page.click(".copy-link")
    page.wait_for_function("() => document.querySelector('#news').textContent.includes('link')")
    assert "only on this machine" in page.inner_text("#news")
    page.fill("#query", "")
    page.focus("#query")
    page.keyboard.press("Control+v")
    pasted = page.input_value("#query")
    assert pasted.startswith(viewer.as_uri())
    assert "only=cluster:themed:" in pasted
