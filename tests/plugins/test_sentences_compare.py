"""Sentences of a comparison: each has figures with which it is said, and with which it is not."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from io import BytesIO

import numpy as np
import polars as pl
import pytest
from PIL import Image
from sentences import TAGS, THEMES, Planted, planted_comparison

from tagatlas.testing import MemoryStore
from tagatlas_compare import Comparison
from tagatlas_compare.comparison.command import figure_lines
from tagatlas_compare.comparison.report.gallery import gallery, is_one_tone
from tagatlas_compare.comparison.report.page import page
from tagatlas_compare.comparison.report.pair import calibration_sentence
from tagatlas_compare.comparison.report.relations import relation_sentences
from tagatlas_compare.comparison.report.verdict import paragraph, verdict

HIGH: Planted = (0.6, 0.55, 0.65)
ALSO_HIGH: Planted = (0.58, 0.53, 0.63)
MIDDLE: Planted = (0.3, 0.25, 0.35)
LOW: Planted = (0.1, 0.06, 0.14)
NONE: Planted = (0.01, -0.02, 0.04)
WIDE: Planted = (0.4, 0.03, 0.7)
UNSURE: Planted = (0.4, None, None)
JUST_CHANCE: Planted = (0.015, None, None)
ABOVE_CHANCE: Planted = (0.03, None, None)
SURELY_LITTLE: Planted = (0.03, 0.01, 0.05)

MORE_THEMES = "They agree more on what belongs together than on what to call it."
MORE_WORDS = "They agree more on words than on what belongs together."
EQUALLY = "They agree about as far on words as on what belongs together."
NEITHER = "Neither on words nor on themes do they agree more than chance can explain."
NO_THEMES = "On what belongs together they agree no more than chance can explain."
NO_WORDS = "On words they agree no more than chance can explain."
FULLY = "They agree fully, on words and on what belongs together."
UNTOLD = "Whether they agree more on words or on what belongs together cannot be told."


@pytest.mark.parametrize(
    ("tags", "themes", "said"),
    [
        (LOW, HIGH, MORE_THEMES),
        (NONE, HIGH, MORE_THEMES),
        (HIGH, LOW, MORE_WORDS),
        (HIGH, NONE, MORE_WORDS),
        (HIGH, ALSO_HIGH, EQUALLY),
        (HIGH, HIGH, EQUALLY),
        ((1.0, None, None), (1.0, None, None), FULLY),
        ((1.0, None, None), (0.999, None, None), UNTOLD),
        (NONE, NONE, NEITHER),
        (LOW, NONE, NO_THEMES),
        (NONE, LOW, NO_WORDS),
        (NONE, WIDE, NO_WORDS),
        (LOW, WIDE, UNTOLD),
        (WIDE, WIDE, UNTOLD),
        (UNSURE, HIGH, UNTOLD),
        (UNSURE, UNSURE, UNTOLD),
        (JUST_CHANCE, UNSURE, NO_WORDS),
        (JUST_CHANCE, JUST_CHANCE, NEITHER),
        (ABOVE_CHANCE, UNSURE, UNTOLD),
        (SURELY_LITTLE, NONE, NO_THEMES),
        # Above all chance, but not by 0.15.
        ((0.62, 0.61, 0.63), (0.5, 0.49, 0.51), EQUALLY),
    ],
)
def test_what_two_backends_agree_on_more(tags: Planted, themes: Planted, said: str) -> None:
    found = planted_comparison({("a", "b", TAGS): tags, ("a", "b", THEMES): themes})
    assert verdict(found, "a", "b") == said


@pytest.mark.parametrize(
    ("shared", "images", "said"),
    [
        (0, 100, "They have no label in common, and cannot agree on words."),
        (1, 100, ""),
        (0, 4, "4 images in common: too few to tell."),
        (5, 1, "1 image in common: too few to tell."),
    ],
)
def test_nothing_in_common_is_said(shared: int, images: int, said: str) -> None:
    found = planted_comparison({}, shared=shared, images=images)
    assert verdict(found, "a", "b") == said


def test_agreement_on_words_is_not_spoken_of_without_a_common_label() -> None:
    figures = {("a", "b", TAGS): NONE, ("a", "b", THEMES): HIGH}
    said = verdict(planted_comparison(figures, shared=0), "a", "b")
    assert said.endswith("cannot agree on words. On what belongs together they agree.")
    figures[("a", "b", THEMES)] = NONE
    said = verdict(planted_comparison(figures, shared=0), "a", "b")
    assert said.endswith("On what belongs together they agree no more than chance can explain.")


def themes(*pairs: Planted) -> dict[tuple[str, str, str], Planted]:
    """Figures on themes of the pairs ab, ac and bc."""
    return {
        (a, b, THEMES): value
        for (a, b), value in zip((("a", "b"), ("a", "c"), ("b", "c")), pairs, strict=True)
    }


@pytest.mark.parametrize(
    ("figures", "said", "unsaid"),
    [
        (
            themes(HIGH, MIDDLE, LOW),
            [
                (
                    "On themes, a and b agree most: 0.60 above chance (95 % interval 0.55 to"
                    " 0.65; 1 is full agreement; 100 images); next are a and c (0.30, 0.25 to"
                    " 0.35)."
                )
            ],
            ["not sure", "none of the others", "On tags, a"],
        ),
        (
            themes(HIGH, ALSO_HIGH, LOW),
            [
                (
                    "; that it is more than a and c (0.58, 0.53 to 0.63) is not sure, as the"
                    " intervals overlap."
                )
            ],
            ["next are"],
        ),
        (
            themes(UNSURE, UNSURE, LOW),
            ["a and b agree most: 0.40 above chance (1 is full agreement", "are not both known."],
            ["next are", "overlap", "None"],
        ),
        (themes(HIGH, UNSURE, LOW), ["as the intervals are not both known."], ["overlap"]),
        (
            themes(HIGH, NONE, NONE),
            ["On themes, c agrees with none of the others more than chance can explain."],
            ["next are", "not sure", "a agrees", "b agrees"],
        ),
        (
            themes(NONE, NONE, NONE),
            ["On themes, no two backends agree more than chance can explain."],
            ["agree most", "none of the others"],
        ),
        ({}, ["Nothing can be said on themes:", "Nothing can be said on tags:"], ["agree most"]),
    ],
)
def test_who_agrees_with_whom(
    figures: dict[tuple[str, str, str], Planted], said: list[str], unsaid: list[str]
) -> None:
    text = " ".join(paragraph(planted_comparison(figures, labels="abc")))
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


@pytest.mark.parametrize(
    ("value", "said", "unsaid"),
    [
        (HIGH, "On themes, a and b agree: 0.60 above chance", "no more than chance"),
        (NONE, "a and b agree no more than chance can explain: 0.01 above chance", "agree: "),
    ],
)
def test_how_far_two_agree(value: Planted, said: str, unsaid: str) -> None:
    text = paragraph(planted_comparison({("a", "b", THEMES): value}))[0]
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("labels", "value", "said"),
    [
        ("abcd", HIGH, "of the 12 here, about one is expected to miss."),
        ("abcdefg", HIGH, "of the 42 here, about 2 are expected to miss."),
        ("abc", HIGH, ""),
        ("abcdefg", UNSURE, ""),
    ],
)
def test_many_intervals_are_said_to_be_many(labels: str, value: Planted, said: str) -> None:
    pairs = [(a, b) for a in labels for b in labels if a < b]
    figures = {(a, b, measure): value for a, b in pairs for measure in (TAGS, THEMES)}
    text = " ".join(paragraph(planted_comparison(figures, labels=labels)))
    assert said in text
    assert ("expected to miss" in text) == bool(said)


@pytest.mark.parametrize(
    ("empty", "said"),
    [
        ((0, 0), ""),
        ((1, 0), "No tag was given by a to 1 of 90 images looked at."),
        ((40, 90), "No tag was given by a to 40 of 90 images and b to 90 of 90 images looked at."),
    ],
)
def test_images_without_a_tag_are_counted(empty: tuple[int, int], said: str) -> None:
    coverage = [
        {"backend": label, "ok": 90 - number, "empty": number, "failed": 0, "pending": 10}
        for label, number in zip("ab", empty, strict=True)
    ]
    text = " ".join(paragraph(planted_comparison({}, coverage=coverage)))
    assert said in text
    assert ("No tag was given" in text) == bool(said)


@pytest.mark.parametrize(
    ("cost", "dollars", "said"),
    [
        ("free", None, "<td>free</td>"),
        ("imported", None, "<td>not known (imported)</td>"),
        ("coded", None, "<td>not known (made by people)</td>"),
        ("unknown", None, "<td>not known</td>"),
        ("asked", 1.5, "<td>asked, $1.50</td>"),
        ("asked", 0.0, "<td>asked, $0.00</td>"),
    ],
)
def test_only_what_costs_nothing_is_free(cost: str, dollars: float | None, said: str) -> None:
    counts = dict.fromkeys(("ok", "empty", "failed", "pending"), 1)
    coverage = [{"backend": "a", **counts, "cost": cost, "dollars": dollars}]
    text = "".join(page(with_tables(planted_comparison({}, coverage=coverage)), [], MemoryStore()))
    assert said in text
    assert ("free" in text) == (cost == "free")


def with_tables(found: Comparison) -> Comparison:
    """With an empty table of images on which backends disagree."""
    kinds = {"image": pl.String, "label": pl.String, "disagreement": pl.Float64}
    places = {"image": pl.String, "backend": pl.String, "name": pl.String}
    return replace(
        found, disagreement=pl.DataFrame(schema=kinds), places=pl.DataFrame(schema=places)
    )


def flows_of(table: list[list[int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"a": "a", "b": "b", "cluster_a": one, "name_a": f"A{one}", "cluster_b": other}
            | {"name_b": f"B{other}", "images": images}
            for one, line in enumerate(table)
            for other, images in enumerate(line)
            if images
        ]
    )


@pytest.mark.parametrize(
    ("kind", "clusters", "table", "said"),
    [
        (
            "same",
            ([0], [0]),
            [[40, 2], [3, 55]],
            (
                "“A0” of a and “B0” of b are the same theme: the first has 40 of its 42 images"
                " (95 %; by chance 43 %) in the second, the second 40 of its 43 images (93 %; by"
                " chance 42 %) in the first."
            ),
        ),
        (
            "overlap",
            ([0], [0]),
            [[23, 19], [20, 38]],
            (
                "“A0” of a and “B0” of b overlap: the first has 23 of its 42 images (55 %; by"
                " chance 43 %) in the second, the second 23 of its 43 images (53 %; by chance 42"
                " %) in the first."
            ),
        ),
        (
            "part",
            ([0], [0]),
            [[20, 0], [30, 50]],
            "“A0” of a is a part of “B0” of b, with 20 of its 20 images (100 %; by chance 50 %).",
        ),
        (
            "part",
            ([0], [0]),
            [[20, 30], [0, 50]],
            "“B0” of b is a part of “A0” of a, with 20 of its 20 images (100 %; by chance 50 %).",
        ),
        (
            "merged",
            ([0, 1], [0]),
            [[20, 0], [29, 1], [0, 50]],
            (
                "“A0” of a with 20 of its 20 images (100 %; by chance 49 %) and “A1” of a with 29"
                " of its 30 images (97 %; by chance 49 %) are merged in “B0” of b."
            ),
        ),
        (
            "split",
            ([0], [0, 1]),
            [[20, 30, 0], [0, 0, 50]],
            (
                "“A0” of a is split into “B0” of b with 20 of its 20 images (100 %; by chance 50"
                " %) and “B1” of b with 30 of its 30 images (100 %; by chance 50 %)."
            ),
        ),
        (
            "regrouped",
            ([0, 1], [0, 1]),
            [[20, 30], [1, 49]],
            (
                "Only together do “A0” of a and “A1” of a correspond to “B0” of b and “B1” of b:"
                " 100 images."
            ),
        ),
        (
            "spread",
            ([0], []),
            [[4, 6, 5], [20, 0, 0]],
            (
                "“A0” of a has no counterpart: its largest part, 6 of its 15 images (40 %; by"
                " chance 17 %), is in “B1” of b."
            ),
        ),
        (
            "spread",
            ([], [0]),
            [[1], [0]],
            (
                "“B0” of b has no counterpart: its largest part, 1 of its 1 image (100 %; by"
                " chance 100 %), is in “A0” of a."
            ),
        ),
    ],
)
def test_relations_come_with_their_shares(
    kind: str, clusters: tuple[list[int], list[int]], table: list[list[int]], said: str
) -> None:
    images = sum(map(sum, table))
    row = {"a": "a", "b": "b", "kind": kind, "clusters_a": clusters[0], "clusters_b": clusters[1]}
    found = replace(
        planted_comparison({}),
        flows=flows_of(table),
        relations=pl.DataFrame([row | {"images": images}]),
    )
    assert list(relation_sentences(found, "a", "b")) == [(kind, said)]


@pytest.mark.parametrize(
    ("tags", "share", "said"),
    [
        (
            [24, 24],
            1.0,
            (
                "Of the 48 tags of a that b has a word for, b gives 100 % of the 24 surest as"
                " well (chance 8 %, 95 % interval 86 % to 100 %)."
            ),
        ),
        ([20, 28], 0.999, "gives over 99 % of the 28 surest as well"),
        ([], 1.0, ""),
    ],
)
def test_the_surest_tags_are_counted(tags: list[int], share: float, said: str) -> None:
    parts = [
        {"a": "a", "b": "b", "part": part, "tags": number, "share": share, "low": 0.86}
        | {"high": 1.0, "chance": 0.08}
        for part, number in enumerate(tags, start=1)
    ]
    table = pl.DataFrame(parts) if parts else planted_comparison({}).calibration
    found = calibration_sentence(replace(planted_comparison({}), calibration=table), "a", "b")
    assert said in found
    assert bool(found) == bool(said)
    turned = calibration_sentence(replace(planted_comparison({}), calibration=table), "b", "a")
    assert turned == ""


@pytest.mark.parametrize(
    ("disagreement", "said"), [([0.0, None], True), ([0.5, 0.0], False), ([None, None], True)]
)
def test_images_without_disagreement_are_not_shown(
    disagreement: list[float | None], said: bool
) -> None:
    found = with_tables(planted_comparison({}, images=2))
    rows = pl.DataFrame({"image": ["0000", "0001"], "label": ["x", "y"]})
    column = pl.Series("disagreement", disagreement, pl.Float64)
    text = "".join(gallery(replace(found, disagreement=rows.with_columns(column)), MemoryStore()))
    assert ("There are none" in text) == said
    assert text.count("(no picture)") == (not said)
    assert text.count("(no tag)") == 2 * (not said)
    assert "(not looked at)" not in text


def test_what_was_not_looked_at_is_not_called_without_a_tag() -> None:
    found = with_tables(planted_comparison({}, images=2))
    rows = pl.DataFrame({"image": ["0000"], "label": ["x"], "disagreement": [0.5]})
    blind = replace(found.backends[1], looked=np.array([False, True]))
    found = replace(found, disagreement=rows, backends=[found.backends[0], blind])
    text = "".join(gallery(found, MemoryStore()))
    assert text.count("(no tag)") == text.count("(not looked at)") == 1


def address_of(picture: Image.Image) -> str:
    encoded = BytesIO()
    picture.save(encoded, "JPEG")
    return f"data:image/jpeg;base64,{b64encode(encoded.getvalue()).decode()}"


def test_only_a_picture_of_one_tone_is_called_that() -> None:
    white = Image.new("RGB", (60, 40), "white")
    assert is_one_tone(address_of(white))
    assert is_one_tone(address_of(Image.new("RGB", (60, 40), "#808080")))
    white.paste((225, 225, 225), (20, 10, 40, 30))
    assert not is_one_tone(address_of(white))


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        (
            {("a", "b", THEMES): HIGH, ("a", "b", TAGS): NONE},
            (
                "a and b: themes 0.60, 0.55 to 0.65 above chance (measured 0.60, chance 0.00);"
                " tags 0.01, -0.02 to 0.04 above chance (measured 0.01, chance 0.00, no more than"
                " chance can explain)"
            ),
        ),
        (
            {("a", "b", TAGS): UNSURE},
            "a and b: tags 0.40 above chance (measured 0.40, chance 0.00)",
        ),
        (
            {("a", "b", TAGS): (-0.001, -0.002, -0.001)},
            (
                "a and b: tags 0.00, 0.00 to 0.00 above chance (measured 0.00, chance 0.00, no"
                " more than chance can explain)"
            ),
        ),
        ({}, "a and b: nothing that can be measured"),
    ],
)
def test_the_terminal_has_figures_with_their_chance(
    figures: dict[tuple[str, str, str], Planted], line: str
) -> None:
    assert figure_lines(planted_comparison(figures))[0] == line
