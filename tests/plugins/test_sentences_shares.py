"""100 % is said of all, 0 % of none, and minus zero of nothing: on terminals, maps and pages."""

from __future__ import annotations

import pytest

from tagatlas.wording import count, versions_in_words
from tagatlas_compare.pages.elements import interval, number, per_cent
from tagatlas_exports.methods.markdown import share
from tagatlas_posters.engine.legend import _percent as of_legend
from tagatlas_posters.engine.legend import rest_in_words


@pytest.mark.parametrize(
    ("value", "in_a_report", "on_a_poster"),
    [
        (1.0, "100 %", "100 %"),
        (0.9996, "over 99 %", "over 99 %"),
        (0.5, "50 %", "50 %"),
        (0.004, "under 1 %", "under 1 %"),
        (0.0, "0 %", "under 1 %"),
    ],
)
def test_all_and_none_are_said_of_all_and_none(
    value: float, in_a_report: str, on_a_poster: str
) -> None:
    assert per_cent(value) == in_a_report
    assert of_legend(value) == on_a_poster


@pytest.mark.parametrize(
    ("part", "said"), [(0, "0.0%"), (1, "0.1%"), (4_999, "99.9%"), (5_000, "100.0%")]
)
def test_the_survival_rate_is_whole_only_if_all_are_there(part: int, said: str) -> None:
    assert share(part, 5_000) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(-0.001, "0.00"), (-0.0, "0.00"), (0.125, "0.12"), (None, "n/a"), (float("nan"), "n/a")],
)
def test_no_number_is_minus_zero_or_nan(value: float | None, said: str) -> None:
    assert number(value) == said
    assert interval(value, 0.5) == ("" if said == "n/a" else f"{said} to 0.50")


@pytest.mark.parametrize(
    ("versions", "said", "unsaid"),
    [
        ({"v1": 3}, "answered by the model version v1 (3 images)", "several"),
        ({"v1": 3, "v2": 1}, "answered by several model versions", "perhaps"),
        ({"v1": 3, "v2": 1, "": 1}, "answered by several model versions", "perhaps"),
        ({"v1": 3, "": 1}, "answered by perhaps several model versions", "by several"),
    ],
)
def test_several_versions_are_said_only_of_several(
    versions: dict[str, int], said: str, unsaid: str
) -> None:
    assert said in versions_in_words(versions)
    assert unsaid not in versions_in_words(versions)


@pytest.mark.parametrize(
    ("clusters", "has_remainder", "said"),
    [
        (1, False, "and 1 smaller cluster"),
        (3, True, "and 3 smaller clusters and images in none"),
        (0, True, "and images in no cluster"),
    ],
)
def test_a_legend_counts_the_clusters_that_it_does_not_list(
    clusters: int, has_remainder: bool, said: str
) -> None:
    assert rest_in_words(clusters, has_remainder=has_remainder) == said


@pytest.mark.parametrize(
    ("things", "said"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1_000, "1,000 images")]
)
def test_one_is_not_several(things: int, said: str) -> None:
    assert count(things, "image") == said
