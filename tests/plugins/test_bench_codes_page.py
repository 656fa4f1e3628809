"""The page on which a backend is judged by one's own coding, with the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chromium import chromium
from numpy.typing import NDArray
from picture_atlas import picture_atlas
from scipy.sparse import csr_array

from tagatlas import Atlas
from tagatlas.atlas import open_atlas
from tagatlas.plugins import load_plugins
from tagatlas.toolkit.collection import collection_images
from tagatlas_compare.benching.coding.judging import coders_document, judge
from tagatlas_compare.benching.coding.page import CodesPage, codes_page, write_codes_page
from tagatlas_compare.benching.coding.truth import Truth

CODES = ["<b>cat", "dog", "tree"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    made = picture_atlas(tmp_path_factory.mktemp("codes"), 12)
    with open_atlas(made, load_plugins(), write=False) as opened:
        yield opened


def of_codes(codes: list[int]) -> Truth:
    """One code each, by number; -1 for images that are not coded."""
    numbers = np.array(codes)
    return Truth("x & y.csv", CODES, np.eye(4, 3, dtype=np.bool_)[numbers], numbers >= 0)


TRUTH = of_codes([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, -1])


def page_of(atlas: Atlas, scores: NDArray[np.float64], **coders: Truth) -> CodesPage:
    """A backend with the tags ``kitten``, for the first code, and ``puppy``, for the second."""
    images = collection_images(atlas)
    matches = np.eye(3, 2, dtype=np.bool_)
    judgement = judge(
        "im:a<b", TRUTH, coders, csr_array(scores), ["kitten", "puppy"], matches, seed=0
    )
    return CodesPage(
        collection="pictures",
        judgement=judgement,
        truth=TRUTH,
        coders=coders,
        left_out={"not coded": 1},
        statuses=["ok" if row.any() else "empty" for row in scores],
        images=images["id"].to_list(),
        locations=images["location"].to_list(),
        store=atlas.store,
    )


def said(page: CodesPage) -> str:
    """The text of the page, each element's on a line."""
    text = re.sub(r"</?(bdi|span[^>]*)>", "", "".join(codes_page(page)))
    text = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", text, flags=re.DOTALL)
    return re.sub(r"\s*(<[^>]*>\s*)+", "\n", text)


RIGHT = np.array([[0.9, 0]] * 4 + [[0, 0.8]] * 3 + [[0, 0]] * 5)
"""Right of the four cats and of three of the four dogs, silent on the rest."""


def test_what_is_said_is_what_was_planted(atlas: Atlas) -> None:
    text = said(page_of(atlas, RIGHT))
    assert "11 images coded with 3 codes. Of these images: 7 tagged and 4 without a tag." in text
    assert "What it says nothing about counts as not given. Left out: 1 not coded." in text
    # F1 of the cats 1, of the dogs 2 * 3 / (3 + 4), of the trees 0.
    assert "Mean F1 over 3 codes: 0.62; over the 2 for which it has a tag: 0.93." in text
    assert "It has no tag for tree." in text
    assert "never given: no tag matches it" in text
    assert "dog on 4 images; given to 3, rightly to 3\n" in text
    assert "tree on 3 images; never given, as no tag matches it\n" in text
    assert "There, and not given: 1" in text
    assert "Given, and not there" not in text
    assert "taken for" not in text
    assert "How far people agree" not in text


def test_false_ones_are_shown_first(atlas: Atlas) -> None:
    wrong = RIGHT.copy()
    wrong[:2] = 0, 0.8
    text = said(page_of(atlas, wrong))
    assert "&lt;b&gt;cat taken for dog: 2 images" in text
    dogs = text[text.rindex("dog on 4 images") :]
    places = [
        dogs.index(heading) for heading in ("Given, and not there: 2", "not given: 1", "Right: 3")
    ]
    assert places == sorted(places)


def test_equal_scores_are_said_to_tell_nothing(atlas: Atlas) -> None:
    nothing = "All its scores are equal: they tell nothing."
    assert nothing in said(page_of(atlas, (RIGHT > 0).astype(np.float64)))
    assert nothing not in said(page_of(atlas, RIGHT))


def test_the_coders_stand_beside_the_backend(atlas: Atlas) -> None:
    other = of_codes([0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, -1])
    text = said(page_of(atlas, RIGHT, anna=TRUTH, ben=other))
    assert "How far people agree\nanna and ben. A backend is judged by what most" in text
    # Of 11 images ten are alike; 0.908 is expected of 4 4 3 and 3 5 3 to agree by chance: 41/121.
    assert f"the choice among all codes\n11\n91 %\n{(10 / 11 - 41 / 121) / (80 / 121):.2f}" in text
    assert coders_document({"anna": TRUTH}) is None


def test_nothing_runs_and_nothing_is_asked_for(atlas: Atlas, tmp_path: Path) -> None:
    page = page_of(atlas, RIGHT)
    path = tmp_path / "codes-x.html"
    write_codes_page(page, path)
    text = path.read_text("utf-8")
    assert "<b>" not in text
    assert "<script" not in text
    assert "a&lt;b" in text
    assert text.count("data:image/jpeg") >= 11
    assert "style=" not in text  # which its policy would refuse
    assert list(page.judgement.document(page.images)["pictures"][0]) == [  # type: ignore[index]
        "code",
        "kind",
        "tag",
        "score",
        "tags",
        "image",
    ]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_its_window(atlas: Atlas, chromium_path: str, tmp_path: Path, width: int) -> None:
    path = tmp_path / "codes-x.html"
    write_codes_page(page_of(atlas, RIGHT, anna=TRUTH, ben=TRUTH), path)
    with chromium(chromium_path) as browser:
        page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        shown = page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        assert shown is True
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('bdi, td, small, span')]"
            ".map(each => parseFloat(getComputedStyle(each).fontSize)))"
        )
        assert smallest >= 11
        assert troubles == []
