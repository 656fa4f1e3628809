"""The page of a benchmark: what is on it, and when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tagatlas_compare.benching.page.leaderboard import leaderboard
from tagatlas_compare.benching.page.verdict import findings
from tagatlas_compare.benching.results.document import EntrantRow, Results, Robustness
from tagatlas_compare.benching.robustness.charts import (
    draw_robustness,
    what_was_changed,
    who_was_shown_what,
)

EXAMPLE = Path(__file__).parents[1] / "data" / "bench" / "results.json"
ELSEWHERE: dict[str, str | int | float | bool | None] = {"system": "Plan 9", "cores": 1}


@pytest.fixture(scope="module")
def results() -> Results:
    return msgspec.json.decode(EXAMPLE.read_bytes(), type=Results)


def page(document: Results) -> str:
    return "".join(leaderboard([document]))


def perturbed(
    name: str, value: float = 0.8, *, silent: int = 2, originals: int | None = None
) -> EntrantRow:
    """An entrant that was shown 50 images as JPEG, of which 8 were too small."""
    row = Robustness("jpeg", 50, "quality", value, 0.6, 1.0, 0.95, 0.1, 40)
    row = replace(row, too_small=8, silent=silent, originals=originals)
    return EntrantRow(name, robustness=[row])


def test_the_first_paragraph_has_the_cost_and_what_it_holds_for(results: Results) -> None:
    [paragraph] = page(results).partition('<p class="verdict">')[2].split("</p>")[:1]
    assert len(findings(results)) > 2
    for part in ("Cost of", "All this holds for images like these"):
        assert part in paragraph
        assert page(results).count(part) == 1


def test_what_was_left_out_is_said_only_if_there_is_something(results: Results) -> None:
    task = results.task
    some = replace(results, task=replace(task, left_out={"without a label": 3}))
    assert "(left out: <bdi>3 without a label</bdi>)" in page(some)
    assert "left out" not in page(replace(results, task=replace(task, left_out={})))


def test_where_it_was_measured_is_a_column_only_with_several_machines(results: Results) -> None:
    entrants = [replace(each, machine=None) for each in results.entrants]
    one = page(replace(results, entrants=entrants))
    assert "as the others" not in one
    assert ">where<" not in one
    entrants[0] = replace(entrants[0], machine=ELSEWHERE)
    two = page(replace(results, entrants=entrants))
    assert "as the others" in two
    assert "Plan 9" in two


def test_copies_that_were_encoded_before_are_said_to_be() -> None:
    assert "a second time" in " ".join(what_was_changed([perturbed("a", originals=41)]))
    assert what_was_changed([perturbed("a", originals=42)]) == []
    assert what_was_changed([perturbed("a", originals=None)]) == []


def test_who_was_shown_the_same_is_told_together() -> None:
    same = who_was_shown_what([perturbed("a"), perturbed("b")])
    left = "up to 8 of them were too small or damaged; for up to 2 it had no tag before"
    assert same == [f"a and b: 50 images, but {left}."]
    assert len(who_was_shown_what([perturbed("a"), perturbed("b", silent=3)])) == 2


@pytest.mark.parametrize(("value", "said"), [(0.62, "62 %"), (0.999, "over 99 %"), (1.0, "100 %")])
def test_what_stays_is_said_in_per_cent(value: float, said: str) -> None:
    [chart] = draw_robustness([perturbed("a", value)])
    assert chart.summary == f"JPEG: a keeps {said} of its best tags at quality 50."
