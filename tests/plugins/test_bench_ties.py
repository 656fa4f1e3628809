"""What is the same ties: two names of the same weights, two bootstraps of one backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bench_plugins import PLANTED, dark_and_light
from map_plugins import LEIDEN
from numpy.typing import NDArray
from scipy.sparse import csr_array
from strangers import lay_plugin

from tagatlas_compare import bench
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.entrants import Seen
from tagatlas_compare.benching.measures import Measured, measure
from tagatlas_compare.benching.measures.matching import LabelMap, MatchedBy
from tagatlas_compare.benching.results.document import Origin
from tagatlas_compare.benching.standing import Standing, stand

LABELS = ["cat", "dog", "tree", "wheel"]
EACH = 20
OF_IMAGE = np.repeat(np.arange(len(LABELS)), EACH)
WORDS = sorted([*LABELS, *(f"word {number:02}" for number in range(20))])

Numbers = NDArray[np.intp]


def truth() -> Truth:
    has = np.eye(len(LABELS), dtype=np.bool_)[OF_IMAGE]
    return Truth("folder", LABELS, has, np.ones(len(has), dtype=np.bool_))


def noisy(seed: int) -> Seen:
    """Four words an image, one in five of which is its label."""
    dice = np.random.default_rng(seed)
    shape = (len(OF_IMAGE), 4)
    own = np.array([WORDS.index(label) for label in LABELS])[OF_IMAGE]
    words = np.where(dice.random(shape) < 0.2, own[:, None], dice.integers(0, len(WORDS), shape))
    scores = np.zeros((len(OF_IMAGE), len(WORDS)))
    np.put_along_axis(scores, words, dice.random(shape), axis=1)
    return seen(csr_array(scores), None)


def seen(scores: csr_array, embeddings: NDArray[np.float16] | None) -> Seen:
    statuses = ["ok" if own else "empty" for own in np.diff(scores.indptr)]
    return Seen("noisy", "noisy", "", Origin.IMPORTED, statuses, scores, WORDS, embeddings)


def silent_on_half() -> Seen:
    whole = noisy(1)
    mask = np.arange(len(OF_IMAGE))[:, None] % 2 == 0
    return seen(csr_array(whole.scores.toarray() * mask), None)


def embedded() -> Seen:
    dice = np.random.default_rng(3)
    rows = np.eye(8)[OF_IMAGE] + dice.normal(size=(len(OF_IMAGE), 8))
    return seen(noisy(2).scores, rows.astype(np.float16))


def bootstrapped(entrant: Seen, seed: int) -> Seen:
    """The answers about images that are drawn again within labels."""
    dice = np.random.default_rng(seed)
    drawn = np.concatenate(
        [dice.choice(np.flatnonzero(label == OF_IMAGE), EACH) for label in range(len(LABELS))]
    )
    statuses = [entrant.statuses[row] for row in drawn]
    return replace(entrant, scores=csr_array(entrant.scores[drawn]), statuses=statuses)


MAKE = {"noisy": lambda: noisy(0), "silent on half": silent_on_half, "embedded": embedded}


def measured(entrants: Sequence[Seen]) -> list[Measured]:
    identity = pl.DataFrame({"label": LABELS, "tag": LABELS, "how": MatchedBy.IDENTITY})
    return measure(truth(), entrants, LabelMap(identity), clusterer=LEIDEN, top=4, seed=0)


def standing(found: Sequence[Measured], seed: int = 0) -> Standing:
    return stand(truth(), found, [f"name {number}" for number in range(len(found))], seed=seed)


@pytest.mark.parametrize("name", MAKE)
def test_the_same_weights_under_two_names_tie_in_every_column(name: str) -> None:
    entrant = MAKE[name]()
    one, other = measured([entrant, replace(entrant, label="another", fingerprint="another")])
    assert one.figures.keys() == other.figures.keys()
    for measure_name, figure in one.figures.items():
        np.testing.assert_equal(vars(figure), vars(other.figures[measure_name]))
    assert one.labels.equals(other.labels)
    assert one.images.equals(other.images)
    found = standing([one, other])
    first, second = (
        row for row in found.ranks.sort("backend").drop("backend").iter_rows(named=True)
    )
    assert first == second
    assert (first["rank"], first["rank_low"], first["rank_high"], first["leads"]) == (1, 1, 2, 0.5)
    assert found.differences["difference"].to_list() == [0.0] * found.differences.height
    assert set(found.differences["p"].drop_nulls()) == {1.0}
    assert set(found.differences["a_leads"].drop_nulls()) == {0.5}
    assert not found.differences["differs"].any()


@pytest.mark.slow
def test_two_bootstraps_of_one_backend_tie() -> None:
    backend = noisy(0)
    for seed in range(0, 10, 2):
        found = standing(measured([bootstrapped(backend, seed), bootstrapped(backend, seed + 1)]))
        assert not found.differences["differs"].any()
        assert found.ranks.select("rank_low", "rank_high").rows() == [(1, 2), (1, 2)]
        inner = found.differences.drop_nulls("low")
        assert inner.height
        assert ((inner["low"] < 0) & (inner["high"] > 0)).all()


def test_the_seed_of_resampling_decides_nothing() -> None:
    found = measured([noisy(0), noisy(1), silent_on_half()])
    one, other = (standing(found, seed) for seed in (1, 2))
    assert one.differences.drop("a_leads").equals(other.differences.drop("a_leads"))
    assert one.ranks.drop("leads").equals(other.ranks.drop("leads"))
    for mine, theirs in (
        (one.ranks["leads"], other.ranks["leads"]),
        (one.differences["a_leads"].drop_nulls(), other.differences["a_leads"].drop_nulls()),
    ):
        assert mine.to_list() == pytest.approx(theirs.to_list(), abs=0.06)


@pytest.mark.slow
def test_two_taggers_of_the_same_answers_have_the_same_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_plugin(tmp_path / "site", "planted_taggers", PLANTED)
    monkeypatch.syspath_prepend(tmp_path / "site")
    pictures = dark_and_light(tmp_path / "pictures")
    found = bench(
        pictures,
        ["tones", "twin"],
        out=tmp_path / "out",
        labels="folder",
        timed=2,
        perturbed=2,
        perturbations=("jpeg",),
    )
    one, other = found.entrants
    for name in ("figures", "counts", "labels", "sayable", "robustness", "codes", "measured_by"):
        assert getattr(one, name) == getattr(other, name), name
    assert found.standing is not None
    first, second = found.standing.ranks
    assert replace(first, backend="") == replace(second, backend="")
    assert not any(each.differs for each in found.standing.differences)
