from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_compare.benching.page.leaderboard import leaderboard
from tagatlas_compare.benching.page.ranking import table_lines
from tagatlas_compare.benching.results.document import Results, StandingCells
from tagatlas_compare.benching.results.methods import methods_bibliography, methods_text
from tagatlas_compare.benching.results.tables import csv_tables, latex_results
from tagatlas_compare.latex import escape_latex
from tagatlas_compare.references import REFERENCES, bibliography, keys_in, reference_list
from tagatlas_compare.spreadsheets import csv_of

EXAMPLE = Path(__file__).parents[1] / "data" / "bench" / "results.json"


@pytest.fixture
def results() -> Results:
    return msgspec.json.decode(EXAMPLE.read_bytes(), type=Results)


def test_methods_have_numbers_seed_date_versions_and_references(results: Results) -> None:
    text = methods_text(results)
    for said in (
        "249 images of “stamps”",
        "10 labels (one each; from folder)",
        "2026-11-30",
        "tagatlas 0.1.0",
        "seed 0",
        f"task {results.task.digest}",
        "clarifai-2021 (imported answers;",
        "60 images with tags, 0 without, 189 not looked at",
        "builtin/stable: 239, unknown: 10",
        "Ranks by “labels told apart”",
        "google-vision is ahead of imagenet by",
        "google-vision US$ 0.37 at most, prices of 2026-05",
        "3 without a label",
        "# References",
    ):
        assert said in text, said
    assert "pip install" not in text, "what failed was not measured"


def test_every_work_that_is_cited_is_listed_and_no_other(results: Results) -> None:
    text, _, listed = methods_text(results).partition("# References")
    assert len(keys_in(text)) > 6
    assert listed.strip().splitlines() == reference_list(text).splitlines()
    keys = re.findall(r"^@\w+\{(\w+),", methods_bibliography(results), re.MULTILINE)
    assert keys == keys_in(text)


def test_labels_that_images_have_several_of_are_described_so(results: Results) -> None:
    truth = results.task.truth
    assert truth is not None
    several = replace(results, task=replace(results.task, truth=replace(truth, single=False)))
    assert "samples of the images drawn from all images" in methods_text(several)
    assert "by label, for an effective" not in methods_text(several)
    assert "by label, for an effective" in methods_text(results)


def test_the_methods_say_what_each_backend_was_measured_by(results: Results) -> None:
    first, second, *others = results.entrants
    rows = [replace(first, measured_by="tags"), replace(second, measured_by="embeddings"), *others]
    text = methods_text(replace(results, entrants=rows))
    assert "unknown: 10; measured by its tags)" in text
    assert text.count("measured by its embeddings)") == 1
    assert "measured by" not in methods_text(results)


def standing_of(results: Results) -> StandingCells:
    assert results.standing is not None
    return results.standing


def test_a_correction_is_named_once_with_its_work(results: Results) -> None:
    standing = replace(standing_of(results), method="Holm's method (a journal, 1979)")
    text, _, _ = methods_text(replace(results, standing=standing)).partition("# References")
    assert text.count("Holm") == 2, "its name, and its work"
    assert "corrected by Holm's method (Holm 1979)" in text


def test_what_was_not_tested_is_not_called_alike(results: Results) -> None:
    standing = standing_of(results)
    ranks = [replace(each, rank_low=None, rank_high=None, leads=None) for each in standing.ranks]
    pairs = [
        replace(each, low=None, high=None, p=None, differs=False) for each in standing.differences
    ]
    few = replace(results, standing=replace(standing, ranks=ranks, differences=pairs))
    text = methods_text(few)
    assert "15 pairs could not be tested: too few images." in text
    for unsaid in ("None", "may have:", "told apart on these", "Holm"):
        assert unsaid not in text, unsaid


def test_one_other_pair_is_not_counted(results: Results) -> None:
    standing = standing_of(results)
    of = [each for each in standing.differences if each.measure == standing.measure]
    pairs = [replace(each, differs=each is not of[0]) for each in of]
    text = methods_text(replace(results, standing=replace(standing, differences=pairs)))
    assert "The other pair cannot be told apart." in text


def test_names_that_were_left_out_are_not_called_images(results: Results) -> None:
    left = {"in the coding by a name that no image has": 3, "not coded": 2}
    text = methods_text(replace(results, task=replace(results.task, left_out=left)))
    assert "Left out: 3 names in the coding that no image has; 2 not coded." in text


def test_figures_of_fewer_images_than_the_task_has_say_so(results: Results) -> None:
    more = replace(results, task=replace(results.task, images=300))
    said = "300 images (figures are of the 249 that have a label)"
    assert said in methods_text(more)
    assert said in "".join(leaderboard([more]))
    assert table_lines(more)[0] == said
    assert "figures are of" not in methods_text(results)


def test_the_methods_say_how_the_probe_and_the_ranks_were_made(results: Results) -> None:
    text = methods_text(results)
    for said in (
        "ridge regression on each label (penalty 1",
        "10 folds",
        "square roots of its tags' scores",
        "Bonett & Price 2012",
        "Al Mohamad et al. 2022",
        "1,000 samples of the images drawn within each label",
        "mean of 3 clusterings",
    ):
        assert said in text, said


def test_works_are_cited_as_they_are_listed() -> None:
    shorts = [reference.short for reference in REFERENCES.values()]
    assert len(set(shorts)) == len(shorts)
    assert REFERENCES["vinh2010"].short == "Vinh et al. 2010"
    assert REFERENCES["efron1993"].short == "Efron & Tibshirani 1993"
    assert r"Chapman \& Hall" in bibliography(["efron1993"])


def test_tables_have_a_row_for_each_value(results: Results) -> None:
    tables = csv_tables(results)
    measured = [each for each in results.entrants if not each.error]
    assert tables["entrants.csv"].height == len(results.entrants)
    assert tables["figures.csv"].height == sum(len(each.figures) for each in measured)
    assert tables["ranks.csv"]["backend"].to_list()[0] == "google-vision"
    assert tables["robustness.csv"].height == sum(len(each.robustness) for each in measured)
    adjusted = tables["figures.csv"].filter(backend="imagenet", measure="probe")["adjusted"].item()
    figure = next(each for each in measured if each.backend == "imagenet").figures["probe"]
    assert adjusted == figure.adjusted


def test_no_cell_is_a_formula(results: Results) -> None:
    [first, *others] = results.entrants
    changed = replace(results, entrants=[replace(first, backend="=1+1"), *others])
    for table in csv_tables(changed).values():
        text = csv_of(table).decode()
        assert '"=1+1"' not in text
        assert ("'=1+1" in text) is ("=1+1" in text)


def test_the_latex_table_has_a_line_for_each_that_was_measured(results: Results) -> None:
    text = latex_results(results)
    lines = [line for line in text.splitlines() if line.endswith(r"\\")]
    measured = [each for each in results.entrants if not each.error]
    assert len(lines) == 1 + len(measured)
    assert len({line.count(" & ") for line in lines}) == 1
    assert r"US\$ per 1,000" in text


@given(st.text())
def test_no_special_character_is_left(text: str) -> None:
    escaped = escape_latex(text)
    without = re.sub(r"\\text\w+\{\}|\\[&%$#_{}]", "", escaped)
    assert not set(without) & set('\\~^<>|"&%$#_{}\n\x00')
