from __future__ import annotations

from collections.abc import Callable
from itertools import product

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import jaccard_distance
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.comparison.agreement import (
    Similarity,
    alpha,
    alpha_values,
    expected_disagreement,
    jaccard,
    masi,
    observed_disagreement,
)

Distance = Callable[[frozenset[int], frozenset[int]], float]
Sets = list[frozenset[int]]

LABELS = 5


def rows(sets: Sets) -> csr_array:
    table = np.zeros((len(sets), LABELS), dtype=np.float32)
    for row, tags in enumerate(sets):
        table[row, list(tags)] = 1
    return csr_array(table)


def masi_distance(one: frozenset[int], other: frozenset[int]) -> float:
    """With the thirds of the paper; NLTK's own has 0.33 and 0.67."""
    shared = one & other
    if one == other:
        factor = 1.0
    elif shared in (one, other):
        factor = 2 / 3
    else:
        factor = 1 / 3 if shared else 0.0
    return 1 - factor * (1 - far(one, other))


def far(one: frozenset[int], other: frozenset[int]) -> float:
    """NLTK's Jaccard distance."""
    return float(jaccard_distance(one, other))


def our_alpha(
    backends: list[Sets], looked: NDArray[np.bool_], similarity: Similarity = jaccard
) -> float:
    sets = [rows(each) for each in backends]
    expected = expected_disagreement(sets, looked, similarity, 0)
    return alpha(*observed_disagreement(sets, looked, similarity), expected)


filled = st.frozensets(st.integers(0, LABELS - 1), min_size=1, max_size=3)


@st.composite
def taggings(draw: st.DrawFn) -> tuple[list[Sets], NDArray[np.bool_]]:
    images = draw(st.integers(2, 12))
    backends = draw(st.integers(2, 4))
    sets = [draw(st.lists(filled, min_size=images, max_size=images)) for _ in range(backends)]
    looked = np.array(
        [draw(st.lists(st.booleans(), min_size=images, max_size=images)) for _ in range(backends)]
    )
    looked[:2, 0] = True
    return sets, looked


@given(taggings(), st.sampled_from([(jaccard, far), (masi, masi_distance)]))
def test_alpha_of_sets_is_that_of_nltk(
    case: tuple[list[Sets], NDArray[np.bool_]], distances: tuple[Similarity, Distance]
) -> None:
    sets, looked = case
    similarity, distance = distances
    counted = looked & (looked.sum(axis=0) >= 2)
    data = [
        (str(backend), str(image), sets[backend][image])
        for backend, image in product(range(len(sets)), range(looked.shape[1]))
        if counted[backend, image]
    ]
    if len({tags for _, _, tags in data}) < 2:
        assert np.isnan(our_alpha(sets, looked, similarity))
        return
    task = AnnotationTask(data, distance=distance)
    assert our_alpha(sets, looked, similarity) == pytest.approx(task.alpha(), abs=1e-9)


@given(st.data())
def test_alpha_of_single_tags_is_nominal_alpha(data: st.DataObject) -> None:
    images, backends = data.draw(st.integers(2, 10)), data.draw(st.integers(2, 3))
    labels = st.lists(st.integers(0, 3), min_size=images, max_size=images)
    values = np.array([data.draw(labels) for _ in range(backends)])
    if len(np.unique(values)) < 2:
        return
    sets = [[frozenset({int(value)}) for value in row] for row in values]
    found = our_alpha(sets, np.ones(values.shape, dtype=np.bool_))
    expected = krippendorff.alpha(values, level_of_measurement="nominal")
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
@given(st.lists(st.tuples(filled, filled), min_size=1, max_size=8))
def test_likeness_of_sets_is_one_less_their_distance(
    pairs: list[tuple[frozenset[int], ...]],
) -> None:
    one, other = (rows([pair[side] for pair in pairs]) for side in (0, 1))
    assert jaccard(one, other) == pytest.approx([1 - far(first, second) for first, second in pairs])
    assert masi(one, other) == pytest.approx(
        [1 - masi_distance(first, second) for first, second in pairs]
    )


def test_sets_that_are_both_empty_agree() -> None:
    empty = rows([frozenset()])
    assert jaccard(empty, empty).tolist() == masi(empty, empty).tolist() == [1.0]
    assert jaccard(empty, rows([frozenset({1})])).tolist() == [0.0]


def test_drawn_pairs_come_close_to_all_pairs() -> None:
    dice = np.random.default_rng(5)
    table = (dice.random((1000, LABELS)) < [0.9, 0.5, 0.4, 0.2, 0.1]).astype(np.float32)
    table[:, 0] = 1
    sets = [csr_array(table), csr_array(table[::-1])]
    looked = np.ones((2, 1000), dtype=np.bool_)
    both = np.vstack([table, table[::-1]])
    shared = both @ both.T
    counts = both.sum(axis=1)
    distances = 1 - shared / (counts[:, None] + counts - shared)
    exact = distances.sum() / (2000 * 1999)
    found = expected_disagreement(sets, looked, jaccard, 3)
    assert found.mean == pytest.approx(exact, abs=0.001)


def test_the_values_of_images_make_alpha() -> None:
    dice = np.random.default_rng(2)
    table = (dice.random((400, LABELS)) < 0.4).astype(np.float32)
    table[:, 0] = 1
    other = np.where(dice.random((400, 1)) < 0.5, table, table[dice.permutation(400)])
    sets, looked = [csr_array(table), csr_array(other)], np.ones((2, 400), dtype=np.bool_)
    looked[0, :50] = False
    expected = expected_disagreement(sets, looked, jaccard, 0)
    within, backends = observed_disagreement(sets, looked, jaccard)
    found = alpha(within, backends, expected)
    values = alpha_values(within, backends, expected)
    assert 0.3 < found < 0.7
    assert np.isnan(values).sum() == 50
    assert np.nanmean(values) == pytest.approx(found)
