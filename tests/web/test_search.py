"""The scores from which on tags count in the viewer, and the search of its page in a browser."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from chromium import open_viewer, watched, write_viewer
from hypothesis import given
from hypothesis import strategies as st
from themed_map import themed_map
from viewer_files import read, render, unpack

from tagatlas.contracts import Map, NetworkDescription
from tagatlas_web.page.floors import floors_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = 120
KINDS = {"bird": "parrot", "mammal": "tabby", "car": "sports car"}
"""Wide kinds, of which every image has a little, by a tag of the images that are of it."""
TEXTS = ("so nice, really", "a carnival in Köln", "東京の動物園", "Ὀδυσσεύς", "carp")


def weak_tags(map_: Map) -> Map:
    """The map with wide kinds, much of them where they are seen and a little elsewhere."""
    tags = map_.tags.collect()
    generator = np.random.default_rng(0)
    more = [
        (image, kind, 0.4 + 0.5 * generator.random())
        if image in set(tags.filter(tag=narrow)["image"])
        else (image, kind, 0.03 + 0.04 * generator.random())
        for kind, narrow in KINDS.items()
        for image in map_.images["id"]
    ]
    some = [(image, "carnivore", 0.3) for image in tags.filter(tag="tabby")["image"]]
    some += [(image, "car mirror", 0.6) for image in tags.filter(tag="espresso")["image"]]
    some += [(image, "Café crème", 0.2) for image in tags.filter(tag="espresso")["image"]]
    other = tags.filter(~pl.col("tag").is_in(list(KINDS)))
    added = pl.DataFrame([*more, *some], schema=other.schema, orient="row")
    texts = [{"text": TEXTS[row]} if row < len(TEXTS) else {} for row in range(len(map_.images))]
    builder = replace(map_.provenance.builder, description=NetworkDescription(lowest_score=0.05))
    return replace(
        map_,
        tags=pl.concat([other, added]).sort("image", "score", descending=[False, True]).lazy(),
        records=map_.records.with_columns(columns=pl.Series([json.dumps(each) for each in texts])),
        provenance=replace(map_.provenance, builder=builder),
    )


@pytest.fixture(scope="module")
def atlas() -> Map:
    return weak_tags(themed_map(IMAGES))


def test_the_lowest_score_of_a_map_goes_with_it(atlas: Map, tmp_path: Path) -> None:
    viewer = render(atlas, tmp_path)
    facts = read(viewer, "atlas")["maps"]
    assert isinstance(facts, list)
    assert facts[0]["leastScore"] == 0.05
    file = read(viewer, "tags/0")
    labels = file["labels"]
    assert isinstance(labels, list)
    floors = dict(zip(labels, unpack(file["floors"], "u1") / 255, strict=True))
    assert all(0.07 < floors[kind] < 0.4 for kind in KINDS)
    assert floors["carnivore"] == 0


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60),
    st.integers(0, 60),
)
def test_a_floor_is_no_higher_than_a_half(scores: list[float], more: int) -> None:
    starts = np.array([0, len(scores)], dtype=np.uint32)
    [floor] = floors_of(np.array(scores), starts, len(scores) + more)
    assert 0 <= floor <= 0.5
    if more >= len(scores):
        assert floor == 0


def test_a_tag_that_most_images_have_equally_counts_for_all() -> None:
    [floor] = floors_of(np.ones(10), np.array([0, 10], dtype=np.uint32), 10)
    assert floor == 0.5


@pytest.fixture(scope="module")
def viewer(atlas: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(atlas, tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def shared(browser: Browser, viewer: Path) -> Iterator[Page]:
    with watched(browser, calm=True) as opened:
        open_viewer(opened, viewer)
        yield opened


@pytest.fixture
def page(shared: Page) -> Page:
    """The shared page with nothing chosen."""
    if shared.is_visible("#clear"):
        shared.click("#clear")
    shared.fill("#query", "")
    shared.wait_for_selector("#chosen", state="hidden")
    return shared


def search(page: Page, text: str) -> str:
    """What the page says was found."""
    page.fill("#query", text)
    page.press("#query", "Enter")
    said = f"“{text}”"
    page.wait_for_function(
        "said => document.querySelector('#chosen').innerText.includes(said)"
        " && !document.querySelector('#found').hasAttribute('aria-busy')",
        arg=said,
    )
    return page.inner_text("#chosen")


def saved(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    return list(csv.DictReader(Path(download.value.path()).read_text("utf-8").splitlines()))


def having(atlas: Map, tag: str, least: float = 0.0) -> set[str]:
    tags = atlas.tags.collect()
    return set(tags.filter(pl.col("tag") == tag, pl.col("score") >= least)["image"])


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_word_finds_what_is_of_its_kind(page: Page, atlas: Map, kind: str) -> None:
    search(page, kind)
    assert {row["image"] for row in saved(page)} == having(atlas, kind, 0.35)


@pytest.mark.slow
@pytest.mark.browser
def test_what_is_found_is_saved_with_its_scores_the_best_first(page: Page, atlas: Map) -> None:
    search(page, "bird")
    scores = [float(row["score"]) for row in saved(page)]
    assert scores == sorted(scores, reverse=True)
    known = dict(atlas.tags.collect().filter(tag="bird").select("image", "score").iter_rows())
    first = max(known, key=lambda image: known[image])
    assert scores[0] == pytest.approx(known[first], abs=1 / 255)
    assert page.locator("#best button").first.get_attribute("aria-label")


@pytest.mark.slow
@pytest.mark.browser
def test_whole_words_come_before_words_that_begin_so(page: Page, atlas: Map) -> None:
    car = len(having(atlas, "car", 0.35))
    assert f"{car} images" in search(page, "car")
    page.get_by_label("Also words that begin so").check()
    wider = having(atlas, "car", 0.35) | having(atlas, "carnivore") | having(atlas, "car mirror")
    images = atlas.records.filter(atlas.records["columns"].str.contains("car(nival|p)"))["image"]
    page.wait_for_function(
        "wanted => document.querySelector('#chosen').innerText.includes(wanted)",
        arg=f"{len(wider | set(images))} images",
    )
    page.wait_for_function("() => location.hash.includes('wider')")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector("#found label:has-text('Also words that begin so')")
    assert page.get_by_label("Also words that begin so").is_checked()
    assert f"{len(wider | set(images))} images" in page.inner_text("#chosen")
    assert f"{len(having(atlas, 'carnivore'))} images" in search(page, "carnivo")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("nice so", 1),
        ('"so nice"', 1),
        ('"nice so"', 0),
        ("koln", 1),
        ("KÖLN carnival", 1),
        ("動物", 1),
        ("οδυσσευς", 1),
        ("carnival nice", 0),
        ("...", 0),
    ],
)
def test_words_are_found_in_columns(page: Page, text: str, images: int) -> None:
    shown = search(page, text)
    assert f"{images} image{'' if images == 1 else 's'} (" in shown


@pytest.mark.slow
@pytest.mark.browser
def test_accents_and_plurals_are_no_hindrance(page: Page, atlas: Map) -> None:
    cafes = len(having(atlas, "Café crème"))
    for text in ("cafe", "CAFÉ CREME", "cafés"):
        assert f"{cafes} images" in search(page, text)


@pytest.mark.slow
@pytest.mark.browser
def test_the_lowest_score_is_shown_and_can_be_moved(page: Page, atlas: Map) -> None:
    search(page, "bird")
    assert "from score 0." in page.inner_text("#found")
    slider = page.get_by_label("Lowest score")
    slider.fill("0")
    everything = f"{IMAGES} images"
    page.wait_for_function(
        "wanted => document.querySelector('#found .images').innerText === wanted", arg=everything
    )
    assert everything in page.inner_text("#chosen")
    slider.fill("0.6")
    page.wait_for_function(
        "wanted => document.querySelector('#found .images').innerText !== wanted", arg=everything
    )
    strong = len(having(atlas, "bird", 0.6))
    assert "“bird” from 0.60" in page.inner_text("#chosen")
    assert f"{strong} images" in page.inner_text("#chosen")
    page.get_by_role("button", name="As at first").click()
    assert f"{len(having(atlas, 'bird', 0.35))} images" in page.inner_text("#chosen")


@pytest.mark.slow
@pytest.mark.browser
def test_typing_finds_without_enter_and_suggests_tags_with_counts(page: Page, atlas: Map) -> None:
    page.fill("#query", "")
    page.locator("#query").press_sequentially("tab")
    cats = having(atlas, "tabby")
    page.wait_for_function(
        "wanted => document.querySelector('#chosen').innerText.includes(wanted)",
        arg=f"{len(cats)} images",
    )
    options = page.locator("#suggestions option")
    assert options.first.get_attribute("value") == "tabby"
    assert options.first.inner_text() == f"{len(cats)} images"


@pytest.mark.slow
@pytest.mark.browser
def test_clear_leaves_no_stale_words(page: Page) -> None:
    search(page, "bird")
    assert "images chosen" in page.inner_text("#news")
    page.click("#clear")
    assert page.input_value("#query") == ""
    assert page.inner_text("#news") == ""
    assert page.is_hidden("#found")
    assert page.inner_text("#best") == ""
    search(page, "bird")
    page.fill("#query", "")
    page.wait_for_selector("#chosen", state="hidden")
    search(page, "bird")
    page.locator("#chosen .condition").first.click()
    assert page.input_value("#query") == ""
    page.focus(".map")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card h2")
    page.click("#card .close")
    assert page.inner_text("#news") == ""


@pytest.mark.slow
@pytest.mark.browser
def test_a_tag_on_a_card_counts_as_in_the_search(page: Page, atlas: Map) -> None:
    search(page, "bird")
    page.locator("#best .nearest button").first.click()
    page.locator("#card .scores button").filter(has_text="bird").first.click()
    page.wait_for_function("() => document.querySelector('#card h2').innerText === 'bird'")
    birds = having(atlas, "bird", 0.35)
    assert f"{len(birds)} images" in page.inner_text("#card")
    assert "from score 0." in page.inner_text("#card")
    assert page.locator("#card .plain li").count() == 1
    assert {row["image"] for row in saved(page)} == birds


@pytest.mark.slow
@pytest.mark.browser
def test_a_search_is_undone_and_done_again_with_its_words(page: Page, atlas: Map) -> None:
    search(page, "bird")
    page.get_by_label("Lowest score").fill("0.6")
    page.wait_for_selector("#chosen:has-text('from 0.60')")
    page.click("#clear")
    page.get_by_label("Undo choosing").click()
    assert page.input_value("#query") == "bird"
    page.wait_for_selector("#found:not([hidden])")
    assert page.get_by_label("Lowest score").input_value() == "0.6"
    birds = having(atlas, "bird", 0.6)
    assert f"{len(birds)} images" in page.inner_text("#chosen")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#query").press("Control+a")
    page.locator("#query").press_sequentially("tabby")
    page.wait_for_selector("#chosen:has-text('or “tabby”')")
    assert page.locator("#chosen .condition").count() == 2
    both = birds | having(atlas, "tabby")
    assert f"{len(both)} images" in page.inner_text("#chosen")
    page.get_by_role("button", name="Narrow", exact=True).click()
    page.click("#clear")
