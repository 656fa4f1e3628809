"""Charts of a benchmark: whole, legible on a telephone, and no letters over others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from chromium import chromium
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_compare.benching.page.frontier import draw_frontiers, frontier, ticks
from tagatlas_compare.benching.results.document import (
    Cost,
    EntrantRow,
    FigureCells,
    Robustness,
    Speed,
)
from tagatlas_compare.benching.robustness.charts import (
    EMBEDDINGS,
    draw_robustness,
    who_was_shown_what,
)
from tagatlas_compare.benching.robustness.perturbations import PERTURBATIONS
from tagatlas_compare.comparison.report.drawing import Chart
from tagatlas_compare.pages.looks import look, short_names, spread

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = (
    "imagenet",
    "clip:people and their things",
    "imagenet:minimum-score=0.1",
    "imagenet:minimum-score=0.3",
    "colours <&>",
    "random words",
    "own model",
    "own model, larger",
)


def rows(of: int) -> list[Robustness]:
    """A backend's rows, with others for each number."""
    return [
        Robustness(
            kind,
            strength,
            perturbation.unit,
            value=(value := max(0.02, 0.9 - 0.2 * step - 0.01 * of)),
            low=max(0.0, value - 0.05),
            high=value + 0.05,
            control=0.95,
            chance=0.05 + 0.03 * of,
            images=50,
        )
        for kind, perturbation in PERTURBATIONS.items()
        for step, strength in enumerate(perturbation.strengths)
    ]


@pytest.fixture(scope="module")
def page(chromium_path: str) -> Iterator[Page]:
    """A telephone's page."""
    with chromium(chromium_path) as browser:
        opened = browser.new_page(viewport={"width": 390, "height": 800})
        opened.set_content("<main style='padding: 0 20px'></main>")
        yield opened


def assert_legible(page: Page, chart: Chart) -> None:
    """Every text is of 10 pixels or more, inside the picture, and not over another."""
    ElementTree.fromstring(chart.svg)  # noqa: S314 - our own
    page.evaluate("svg => document.querySelector('main').innerHTML = svg", chart.svg.decode())
    found = page.evaluate(
        """() => {
            const frame = document.querySelector('svg').getBoundingClientRect();
            return [...document.querySelectorAll('svg text')].map(text => {
                const box = text.getBoundingClientRect();
                return {text: text.textContent, size: parseFloat(getComputedStyle(text).fontSize)
                    * frame.width / document.querySelector('svg').viewBox.baseVal.width,
                    left: box.left - frame.left, right: box.right - frame.left,
                    top: box.top - frame.top, bottom: box.bottom - frame.top,
                    width: frame.width, height: frame.height};
            });
        }"""
    )
    assert found
    for each in found:
        assert each["size"] >= 10, each
        assert -1 <= each["left"] <= each["right"] <= each["width"] + 1, each
        assert -1 <= each["top"] <= each["bottom"] <= each["height"] + 1, each
        assert each["width"] <= 350
    for one, other in combinations(found, 2):  # a line of letters is higher than the letters
        beside = one["right"] <= other["left"] or other["right"] <= one["left"]
        above = one["bottom"] - 3 <= other["top"] or other["bottom"] - 3 <= one["top"]
        assert beside or above, (one, other)


@pytest.mark.browser
@pytest.mark.parametrize("backends", [1, 3, 8])
def test_curves_of_each_kind_are_legible_on_a_telephone(page: Page, backends: int) -> None:
    entrants = [EntrantRow(name, robustness=rows(of)) for of, name in enumerate(NAMES[:backends])]
    charts = draw_robustness(entrants)
    assert [chart.name for chart in charts] == [f"robustness-{kind}" for kind in PERTURBATIONS]
    for chart in charts[::3]:
        assert_legible(page, chart)
    (jpeg, *_) = charts
    assert jpeg.data.height == 4 * backends
    assert "imagenet keeps 30 % of its best tags at quality 8" in jpeg.summary


def test_images_that_do_not_count_are_told() -> None:
    row = Robustness("turn", 3.0, "degrees", value=0.5, images=38, silent=9, too_small=3)
    other = Robustness("crop", 5.0, "", value=0.5, images=47, too_small=3)
    entrants = [
        EntrantRow("all", robustness=[Robustness("turn", 3.0, "degrees", value=0.5, images=1)]),
        EntrantRow("some", robustness=[row, other]),
        EntrantRow("none"),
    ]
    whole, some = who_was_shown_what(entrants)
    assert whole == "all: 1 image."
    assert some.startswith("some: 50 images, but up to 3 of them were too small or damaged;")
    assert some.endswith("; for up to 9 it had no tag before.")


@pytest.mark.browser
def test_embeddings_have_charts_of_their_own(page: Page) -> None:
    far = Robustness(
        "turn", 3.0, "degrees", embedding_value=-0.2, embedding_control=0.9, embedding_chance=-0.3
    )
    entrants = [EntrantRow("near", robustness=rows(0)), EntrantRow("far", robustness=[far])]
    (chart,) = draw_robustness(entrants, EMBEDDINGS)
    assert chart.name == "robustness-embeddings-turn"
    assert chart.summary == "Turn: far's embeddings keep a cosine of -0.20 at 3 degrees."
    assert ">0.5<" in chart.svg.decode()
    assert_legible(page, chart)


def test_only_what_was_measured_is_drawn() -> None:
    known = [row for row in rows(0) if row.perturbation == "turn"]
    unknown = [Robustness("crop", 5.0, "% of each side")]
    entrants = [EntrantRow("quiet"), EntrantRow("one", robustness=known + unknown)]
    (chart,) = draw_robustness(entrants)
    assert chart.name == "robustness-turn"
    assert chart.data["backend"].unique().to_list() == ["one"]
    assert "quiet" not in chart.svg.decode()
    assert draw_robustness([EntrantRow("quiet")]) == []


def test_no_two_backends_look_the_same() -> None:
    assert len({(each.colour, each.line) for each in map(look, range(35))}) == 35
    assert len({each.colour for each in map(look, range(7))}) == 7


@given(st.lists(st.text(max_size=40), min_size=1, max_size=20, unique=True))
def test_short_names_are_short_and_differ(labels: Sequence[str]) -> None:
    names = short_names(labels, 14)
    assert all(len(name) <= 14 for name in names)
    assert len(set(names)) == len(names)


@given(st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=12))
def test_labels_are_spread_in_order_within_the_room(wanted: Sequence[float]) -> None:
    found = spread(wanted, 0.08, 0.0, 1.0)
    assert found.min() >= -1e-9
    assert found.max() <= 1 + 1e-9
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    placed = found[order]
    assert (placed[1:] - placed[:-1] >= 0.08 - 1e-9).all()
    if all(abs(a - b) >= 0.08 for a, b in combinations(wanted, 2)) and min(wanted) >= 0:
        assert max(wanted) > 1 or found.tolist() == pytest.approx(list(wanted))


def entrant(
    name: str, value: float, dollars: float | None, speed: float | None, chance: float = 0.1
) -> EntrantRow:
    """An entrant with a figure, and what it costs and does: None for unknown."""
    figure = FigureCells(value, value - 0.05, min(1.0, value + 0.05), chance, images=200)
    costs = Cost("asked", dollars_per_1000=dollars) if dollars else Cost("free")
    return EntrantRow(
        name,
        figures={"probe": figure},
        cost=Cost("imported") if dollars is None else costs,
        speed=None if speed is None else Speed(images_per_second=speed),
    )


ENTRANTS = (
    entrant(NAMES[0], 0.62, 0, 45),
    entrant(NAMES[1], 0.78, 0, 4.2),
    entrant(NAMES[2], 0.6, 0, 44),
    entrant("google-vision", 0.81, 1.5, 3),
    entrant("clarifai", 0.83, 1.2, 5),
    entrant("clarifai-2021", 0.77, None, None),
    entrant(NAMES[5], 0.1, 0, 1500),
    entrant("coder", 0.99, None, None),
)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("odd", [1e308, -1e308, 1e-320])
def test_odd_numbers_of_foreign_documents_are_drawn_or_left_out(odd: float) -> None:
    row = Robustness("turn", odd, "x" * 2000, value=odd, low=odd, high=odd, control=odd, chance=odd)
    figure = FigureCells(odd, odd, odd, odd, images=1)
    strange = EntrantRow(
        "<b>$\\alpha$\n" * 100,
        figures={"probe": figure},
        cost=Cost("asked", dollars_per_1000=abs(odd)),
        speed=Speed(images_per_second=abs(odd)),
        robustness=[row],
    )
    entrants = [strange, *ENTRANTS[:2]]
    for chart in (*draw_robustness(entrants), *draw_frontiers(entrants, "probe")):
        ElementTree.fromstring(chart.svg)  # noqa: S314 - our own


def on_the_frontier(chart: Chart) -> set[str]:
    return set(chart.data.filter("on_the_frontier")["backend"])


def test_the_frontier_is_of_those_that_none_other_outdoes() -> None:
    cost, speed = draw_frontiers(ENTRANTS, "probe")
    assert on_the_frontier(cost) == {NAMES[1], "clarifai"}
    assert on_the_frontier(speed) == {NAMES[0], "clarifai"}  # random words are no choice
    assert cost.summary.endswith(f"from the cheapest on: {NAMES[1]}, then clarifai.")
    assert speed.summary.endswith("from the fastest on: imagenet, then clarifai.")
    texts = cost.svg.decode()
    for words in ("free", "US dollars for 1,000 images", "cost not known: imported or coded"):
        assert f">{words}<" in texts
    assert ">speed not measured<" in speed.svg.decode()
    assert ">free<" not in speed.svg.decode()


def test_backends_alike_in_both_are_both_on_the_frontier() -> None:
    assert frontier([(0.5, 1.0), (0.5, 1.0), (0.4, 1.0)], less_is_better=True) == [0, 1]
    assert frontier([(0.5, None), (0.4, 2.0), (0.3, 3.0)], less_is_better=True) == [1]
    assert frontier([(0.5, None), (0.4, 2.0), (0.3, 3.0)], less_is_better=False) == [2, 1]


def test_no_frontier_of_one_or_of_what_is_not_known() -> None:
    assert draw_frontiers(ENTRANTS[:1], "probe") == []
    assert draw_frontiers(ENTRANTS, "recall") == []
    assert draw_frontiers([ENTRANTS[5], ENTRANTS[7]], "probe") == []


@given(st.floats(1e-4, 1e4), st.floats(1, 1e5), st.integers(1, 6))
def test_numbers_on_a_scale_are_round_and_few(low: float, times: float, most: int) -> None:
    found = ticks(low, low * times, most=most)
    assert len(found) <= most
    assert all(low <= number <= low * times for number in found)
    assert {f"{number:e}".split("e")[0].rstrip("0.") for number in found} <= {"1", "2", "3", "5"}
    assert len(ticks(low, low * max(times, 10), most=most)) >= 1


@pytest.mark.browser
@pytest.mark.parametrize(("first", "last"), [(0, 8), (0, 2), (3, 6), (4, 8)])
def test_frontiers_are_legible_on_a_telephone(page: Page, first: int, last: int) -> None:
    charts = draw_frontiers(ENTRANTS[first:last], "probe")
    assert len(charts) == 2
    for chart in charts:
        assert_legible(page, chart)
