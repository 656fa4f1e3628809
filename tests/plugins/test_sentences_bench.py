"""Sentences of a benchmark: each has results with which it is said, and with which it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from chromium import chromium, watched

from tagatlas_compare.benching.page.leaderboard import leaderboard
from tagatlas_compare.benching.page.leading import difference, is_above_chance, leaders
from tagatlas_compare.benching.page.ranking import place_of, ranking, table_lines
from tagatlas_compare.benching.page.verdict import (
    cost_in_words,
    notes,
    out_of_100,
    verdict,
)
from tagatlas_compare.benching.results.document import (
    Cost,
    Counts,
    Difference,
    EntrantRow,
    FigureCells,
    Origin,
    Rank,
    Results,
    Speed,
    StandingCells,
    Task,
    TruthCells,
)

EXAMPLE = Path(__file__).parents[1] / "data" / "bench" / "results.json"
FREE = Cost("free", 0.0, 0.0)


def figure(value: float, half: float | None = 0.04, chance: float = 0.2) -> FigureCells:
    low, high = (None, None) if half is None else (value - half, value + half)
    return FigureCells(value, low, high, chance, chance - 0.03, chance + 0.03, 100)


def entrant(
    name: str,
    probe: float,
    other: float = 0.5,
    *,
    counts: Counts = Counts(ok=100),  # noqa: B008 - frozen
    sayable: tuple[str, ...] = ("cat", "dog"),
    cost: Cost | None = FREE,
) -> EntrantRow:
    """An entrant with figures for the probe and for neighbours; chance is 0.2."""
    figures = {"probe": figure(probe), "neighbours": figure(other)}
    return EntrantRow(
        name,
        counts=counts,
        figures=figures,
        sayable=sayable,
        cost=cost,
        per_image=f"images/{name}.csv",
    )


def results(
    *entrants: EntrantRow,
    differ: Mapping[tuple[str, str, str], bool] | None = None,
    leads: tuple[float, ...] = (0.97, 0.03, 0.0),
    known: bool = True,
) -> Results:
    """Results with these entrants, the best first; which differ is by pair and measure."""
    measured = [each for each in entrants if each.figures]
    ranks = [
        Rank(each.backend, each.figures["probe"].value, place, place, place, share)
        for place, (each, share) in enumerate(zip(measured, leads, strict=False), start=1)
    ]
    differences = []
    for place, a in enumerate(measured):
        for b in measured[place + 1 :]:
            for name in ("probe", "neighbours"):
                more = (a.figures[name].value or 0) - (b.figures[name].value or 0)
                differs = (differ or {}).get((a.backend, b.backend, name), True)
                differences.append(
                    Difference(
                        a.backend, b.backend, name, more, more - 0.05, more + 0.05, 0.9, differs
                    )
                )
    truth = TruthCells("folder", single=True, codes={"cat": 60, "dog": 40})
    return Results(
        collection="pets",
        made_at="2026-11-30T01:40:00+00:00",
        machine={"cores": 2},
        versions={"tagatlas": "0.1.0"},
        task=Task("0" * 16, 100, (), truth if known else None),
        entrants=entrants,
        standing=StandingCells("probe", ranks, differences, "Holm's method") if known else None,
    )


def untested(document: Results) -> Results:
    """The same of too few images to test."""
    assert document.standing is not None
    pairs = [
        replace(each, low=None, high=None, a_leads=None, p=None, differs=False)
        for each in document.standing.differences
    ]
    return replace(document, standing=replace(document.standing, differences=pairs))


A, B, C = entrant("a", 0.8), entrant("b", 0.6), entrant("c", 0.22)
SPOKEN = Speed(images_per_second=21.04)
TIE = {("a", "b", "probe"): False}


@pytest.mark.parametrize(
    ("document", "said", "unsaid"),
    [
        pytest.param(
            results(A, B, C),
            [
                "a leads (labels told apart): 0.75 above chance, where 1 is the best",
                "interval 0.70 to 0.80; measured 0.80, chance 0.20, 100 images).",
                "It is first in 97 of 100 resamples of the images.",
                "What differs is corrected for the 3 comparisons: Holm's method.",
                "All this holds for images like these, and for these labels.",
            ],
            ["share the first place", "cannot be said", "another measure", "has words for"],
            id="one leads",
        ),
        pytest.param(
            results(A, B, C, differ=TIE, leads=(0.6, 0.4, 0.0)),
            [
                "a and b share the first place (labels told apart): their differences cannot be",
                "cannot be told from none.",
                "a 0.75 (0.70 to 0.80; measured 0.80, chance 0.20, 100 images); b 0.50",
                "First in resamples of the images is a in 60 of 100 and b in 40 of 100.",
            ],
            [" leads (", "It is first"],
            id="two tie",
        ),
        pytest.param(
            results(A),
            ["a alone was measured (labels told apart): 0.75"],
            [" leads", "compar"],
            id="one alone",
        ),
        pytest.param(
            results(A, B, known=False),
            ["Which backend sees better cannot be said, as nothing is known of the images"],
            ["leads", "better than chance", "All this holds"],
            id="nothing known",
        ),
        pytest.param(
            replace(results(A), standing=None),
            ["Which backend sees better cannot be said: no rank could be measured."],
            ["leads"],
            id="no rank",
        ),
        pytest.param(
            results(A, B, C),
            ["c is no better than chance can explain."],
            ["a is no better", "b is no better", "are no better"],
            id="one by chance",
        ),
        pytest.param(
            results(entrant("a", 0.23), C),
            [
                "No backend leads (labels told apart): none is above chance for sure.",
                "a 0.04 (-0.01 to 0.09; measured 0.23",
            ],
            ["a leads", "share the first", "no better than chance"],
            id="all by chance",
        ),
        pytest.param(results(A, B), [], ["no better than chance"], id="none by chance"),
        pytest.param(
            results(entrant("a", 0.12), differ=TIE),
            ["a alone was measured (labels told apart): 0.10 below chance", "a is no better"],
            ["0.10 above", "-0.10 below"],
            id="below chance",
        ),
        pytest.param(
            results(
                A,
                B,
                entrant("c", 0.5),
                differ=TIE | {("a", "c", "probe"): False},
                leads=(0.6, 0.4, 0.0),
            ),
            ["a and b share the first place", "c cannot be told from a, but from b it can."],
            ["and c share", " leads ("],
            id="a tie that is none",
        ),
        pytest.param(
            results(A, B, differ=TIE, leads=(0.997, 0.003)),
            [
                "a is ahead (labels told apart), but not surely: b cannot be told from it.",
                "It is first in over 99 of 100 resamples of the images; the test of the",
                "a 0.75 (0.70 to 0.80; measured 0.80, chance 0.20, 100 images); b 0.50",
            ],
            ["share the first place", "a leads"],
            id="nearly always first in a tie",
        ),
        pytest.param(
            untested(results(A, C)),
            ["Which backend leads (labels told apart) cannot be said: too few images to test."],
            ["share the first place", "a leads", "cannot be told from none"],
            id="too few images",
        ),
        pytest.param(
            results(A, C, differ={("a", "c", "probe"): False}),
            [
                "a is first (labels told apart): 0.75",
                "a. It is first in 97 of 100 resamples of the images; the test of the differences",
            ],
            ["share the first place", "a leads"],
            id="not told from one by chance",
        ),
        pytest.param(
            results(A, entrant("b", 0.6, 0.9)),
            ["By another measure (same label nearby), b is ahead of a by 0.40."],
            [],
            id="another measure",
        ),
        pytest.param(
            results(A, entrant("b", 0.6, 0.55), differ={("a", "b", "neighbours"): False}),
            [],
            ["another measure"],
            id="another measure that does not differ",
        ),
        pytest.param(
            results(entrant("a", 0.8, sayable=("cat",)), B),
            ["Of 2 labels, a has words for 1: measures of words say nothing on labels without"],
            ["b has words"],
            id="words",
        ),
        pytest.param(
            results(entrant("a", 0.8, sayable=("cat",)), entrant("b", 0.7, sayable=()), differ=TIE),
            ["Of 2 labels, a has words for 1 and b has words for none: "],
            [],
            id="words of a tie",
        ),
    ],
)
def test_who_leads(document: Results, said: list[str], unsaid: list[str]) -> None:
    text = " ".join(verdict(document))
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


def test_a_figure_without_interval_is_told_without() -> None:
    row = replace(A, figures=dict(A.figures) | {"probe": figure(0.8, None)})
    text = " ".join(verdict(results(row, B)))
    assert "0.75 above chance, where 1 is the best (measured 0.80" in text
    assert "None" not in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("cells", "is_above"),
    [
        (figure(0.3), True),
        (figure(0.25), True),
        (figure(0.23), False),
        (figure(0.3, None), True),
        (figure(0.25, None), True),
        (figure(0.23, None), False),
        (figure(0.2, None), False),
        (FigureCells(1.0, None, None, 0.07, None, None, 250), True),
        (FigureCells(0.5), False),
        (FigureCells(), False),
        (FigureCells(0.2 + 1e-9, None, None, 0.2, 0.2, 0.2, 250), False),
    ],
)
def test_what_is_above_chance_is_surely_so(cells: FigureCells, is_above: bool) -> None:
    assert is_above_chance(cells) == is_above


def test_a_tie_is_of_all_above_chance_of_which_no_two_differ() -> None:
    seen = entrant("c", 0.5)
    differ = {("a", "b", "probe"): True, ("a", "c", "probe"): False}
    assert leaders(results(A, B, seen, differ=differ)) == ["a", "c"]
    assert leaders(results(A, B, seen, differ=TIE | differ | TIE)) == ["a", "b"]
    assert leaders(results(A, B, C, differ=differ)) == ["a"]
    assert leaders(results(C)) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (entrant("a", 0.8), "free"),
        (replace(A, speed=SPOKEN), "free, 21.0 images a second"),
        (replace(A, cost=Cost("imported"), origin=Origin.IMPORTED), "not known (imported)"),
        (replace(A, cost=Cost("imported"), origin=Origin.CODED), "not known (made by people)"),
        (replace(A, cost=Cost("free"), origin=Origin.CODED), "not known (made by people)"),
        (
            replace(A, cost=Cost("asked", 0.37, 1.5, "2026-05")),
            "$1.50 for 1,000 images (prices of 2026-05)",
        ),
        (replace(A, cost=Cost("asked", 0.37)), "asked, $0.37 in all"),
        (replace(A, cost=None), ""),
    ],
)
def test_only_what_is_free_is_called_free(row: EntrantRow, said: str) -> None:
    assert cost_in_words(row) == said
    assert (
        f"Cost of a{' and b' * (said == 'free')}: {said}" in " ".join(verdict(results(row, B)))
    ) == bool(said)


def test_the_cost_is_that_of_the_first_and_the_next() -> None:
    text = " ".join(verdict(results(replace(A, cost=Cost("imported")), B, C)))
    assert "Cost of a: not known (imported); of b: free." in text


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(ok=100), ""),
        (Counts(ok=60, empty=30, failed=7, pending=3), "40 from a, of 100"),
        (Counts(ok=99, failed=1), "1 from a, of 100"),
    ],
)
def test_silent_images_are_counted(counts: Counts, said: str) -> None:
    text = " ".join(notes(results(entrant("a", 0.8, counts=counts), B)))
    assert said in text
    assert ("which count as wrong" in text) == bool(said)
    unknown = " ".join(notes(results(entrant("a", 0.8, counts=counts), B, known=False)))
    assert "wrong" not in unknown
    shown = ranking(results(entrant("a", 0.8, counts=counts), B))
    assert f"{counts.ok} tagged, {counts.empty} empty, {counts.failed} failed" in shown
    assert ("3 not looked at" in shown) == bool(counts.pending)


def test_what_failed_is_told_with_its_reason() -> None:
    broken = EntrantRow("clip", error="it needs open_clip.")
    assert "clip has no result: it needs open_clip." in notes(results(A, B, broken))
    assert "clip" in ranking(results(A, B, broken))
    assert not [line for line in notes(results(A, B)) if "no result" in line]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1.0, "100 of 100"),
        (0.997, "over 99 of 100"),
        (0.97, "97 of 100"),
        (0.001, "under 1 of 100"),
        (0.0, "0 of 100"),
        (None, "n/a"),
    ],
)
def test_all_and_none_are_said_only_of_all_and_none(share: float | None, said: str) -> None:
    assert out_of_100(share) == said


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([], ""),
        ([{"code": "cat", "alpha": None}], ""),
        ([{"code": "cat", "alpha": 0.5}, {"code": "dog", "alpha": 0.7}], "0.60 on average"),
        ([{"code": "cat", "alpha": 0.5}, {"code": "all codes", "alpha": 0.8}], "0.80 on the"),
        ([{"code": "cat", "alpha": -0.4}], "no more than by chance (Krippendorff's alpha -0.40"),
        ("hostile", ""),
    ],
)
def test_coders_are_the_ceiling_where_there_are_several(codes: object, said: str) -> None:
    text = " ".join(verdict(replace(results(A, B), coders={"codes": codes})))
    assert said in text
    assert ("The coders agree" in text) == bool(said)
    assert ("does as well" in text) == (bool(said) and "by chance" not in said)
    assert "coders" not in " ".join(verdict(results(A, B)))


def test_what_is_not_known_of_ranks_is_not_said() -> None:
    document = results(A, B)
    assert document.standing is not None
    ranks = [replace(rank, leads=None, rank_low=None) for rank in document.standing.ranks]
    text = " ".join(verdict(replace(document, standing=replace(document.standing, ranks=ranks))))
    assert "a leads" in text
    assert "resamples" not in text


def test_one_alone_is_not_first_of_any() -> None:
    alone = results(A, leads=(1.0,))
    assert "100 of 100" not in ranking(alone)
    assert "n/a" in table_lines(alone)[2]
    assert "97 of 100" in ranking(results(A, B))


def test_the_page_says_what_parentheses_mean() -> None:
    text = ranking(results(A, B, C))
    assert "(0.02)" in text
    assert "interval reaches chance or, without one, the value is among 95 %" in text


def test_a_rank_has_its_interval() -> None:
    assert place_of(Rank("a", 0.5, 2, 1, 3, 0.2)) == "1 to 3"
    assert place_of(Rank("a", 0.5, 2, None, None, None)) == "2?"
    assert place_of(Rank("a", 0.5, 2, 2, 2, 0.2)) == "2"


def test_the_terminal_has_chance_beside_each_figure() -> None:
    lines = table_lines(results(A, B, EntrantRow("broken", error="why")))
    assert lines[0] == "100 images"
    assert lines[2].split("  ")[-2:] == ["100 of 100", "free"]
    assert "0.75 (0.70 to 0.80)" in lines[2]
    assert " 0.20 " in lines[2]
    assert lines[-1] == "broken has no result: why."
    assert not [line for line in lines if "-0.00" in line or "None" in line or "nan" in line]


@pytest.mark.parametrize(
    ("low", "p", "differs", "said"),
    [
        (0.1, None, True, "yes"),
        (-0.1, None, False, "cannot be told"),
        (None, None, False, "not tested"),
        (None, 8e-44, True, "yes"),
        (None, 0.4, False, "cannot be told"),
    ],
)
def test_what_has_no_probability_was_not_tested(
    low: float | None, p: float | None, differs: bool, said: str
) -> None:
    document = results(A, B)
    assert document.standing is not None
    one = replace(document.standing.differences[0], low=low, p=p, differs=differs)
    standing = replace(document.standing, differences=[one])
    text = "".join(leaderboard([replace(document, standing=standing)]))
    for word in ("yes", "cannot be told", "not tested"):
        assert (f"<td>{word}</td>" in text) == (word == said)


def test_of_clusters_it_is_said_in_how_many_halves_one_is_ahead() -> None:
    document = results(A, B)
    assert document.standing is not None
    [first, *_] = document.standing.differences
    pairs = [replace(first, measure=name, a_leads=0.9) for name in ("clusters", "neighbours")]
    standing = replace(document.standing, differences=pairs)
    text = "".join(leaderboard([replace(document, standing=standing)]))
    assert text.count("<td>9 of 10 halves</td>") == 1
    assert text.count("<td>90 of 100</td>") == 1


def test_a_turned_difference_keeps_its_probability() -> None:
    document = results(A, B)
    assert document.standing is not None
    [first, *_] = document.standing.differences
    standing = replace(document.standing, differences=[replace(first, p=0.01)])
    turned = difference(replace(document, standing=standing), "b", "a", "probe")
    assert turned is not None
    assert turned.p == 0.01


@pytest.fixture(scope="module")
def example() -> Results:
    return msgspec.json.decode(EXAMPLE.read_bytes(), type=Results)


def test_the_page_is_one_file_without_scripts(example: Results) -> None:
    hostile = replace(example, collection="<script>alert(1)</script>")
    text = "".join(leaderboard([hostile, example]))
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("<h2>") == 3
    for entrant_ in example.entrants:
        assert entrant_.error or f"{entrant_.counts.ok:,} tagged" in text


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1280, 850), (390, 1700)])
def test_a_browser_shows_the_whole_ranking(
    example: Results, chromium_path: str, tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "leaderboard.html"
    long = msgspec.json.encode(example).replace(b'"google-vision"', b'"' + b"x" * 400 + b'"')
    documents = [example, msgspec.json.decode(long, type=Results)]
    path.write_text("".join(leaderboard(documents)), "utf-8")
    with chromium(chromium_path) as browser, watched(browser, width=width) as page:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        box = page.locator(".ranking").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < height
        assert box["height"] < 844  # at once, also on a phone
        said = page.locator(".verdict").first.bounding_box()
        assert said is not None
        assert said["height"] < height / 5  # the ranking begins on the first screen
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        shown = page.evaluate("[...document.images].map(e => [e.width, e.naturalWidth])")
        assert len(shown) > 2
        assert all(8 * 96 / 72 * width / natural >= 10 for width, natural in shown), shown
