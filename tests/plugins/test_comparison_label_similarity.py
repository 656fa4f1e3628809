from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.contracts import TextEmbedder
from tagatlas_compare.comparison.label_similarity import (
    EncodedSimilarity,
    label_likeness,
    soft_agreement,
)
from tagatlas_compare.comparison.wordnet import WordNetSimilarity

WORDS = ["cat", "dog", "tree", "car", "street"]


@pytest.fixture(scope="module")
def wordnet() -> WordNetSimilarity:
    return the_wordnet()


@cache
def the_wordnet() -> WordNetSimilarity:
    return WordNetSimilarity()


def likeness(wordnet: WordNetSimilarity, one: str, other: str) -> float:
    return float(wordnet.likeness([one], [other])[0, 0])


def test_kinds_of_the_same_are_more_alike(wordnet: WordNetSimilarity) -> None:
    assert likeness(wordnet, "dog", "dog") == 1
    assert likeness(wordnet, "dog", "puppy") > likeness(wordnet, "dog", "cat")
    assert likeness(wordnet, "dog", "cat") > likeness(wordnet, "dog", "car")
    assert likeness(wordnet, "car", "automobile") == 1
    assert likeness(wordnet, "car", "truck") > 0.8


def test_the_measure_is_that_of_wu_and_palmer_where_kinds_are_a_tree(
    wordnet: WordNetSimilarity,
) -> None:
    """Oak and beech: tree is the closest common kind, eight and nine below the top."""
    [oak], [beech] = wordnet.senses("oak tree"), wordnet.senses("beech tree")
    own, other = wordnet._kinds_of(oak), wordnet._kinds_of(beech)
    common = own & other
    assert max(len(wordnet._kinds_of(kind)) for kind in common) == len(common)
    expected = 2 * len(common) / (len(own) + len(other))
    assert likeness(wordnet, "oak tree", "beech tree") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("mice", "mouse"),
        ("photographs", "photograph"),
        ("boxes", "box"),
        ("puppies", "puppy"),
        ("aerial photograph", "photograph"),
        ("tench, tinca tinca", "tench"),
        ("mole (animal)", "mole"),
    ],
)
def test_labels_go_by_a_noun(wordnet: WordNetSimilarity, label: str, noun: str) -> None:
    assert wordnet.senses(label)[:1] == wordnet.senses(noun)[:1] != []


def test_synonyms_share_a_sense_and_no_more(wordnet: WordNetSimilarity) -> None:
    found = wordnet.is_synonym(["cars", "toy car", "xyzzy"], ["automobile", "car", "truck"])
    assert found.tolist() == [[True, True, False], [False] * 3, [False] * 3]


def test_what_is_no_noun_is_like_nothing(wordnet: WordNetSimilarity) -> None:
    assert wordnet.known(["cat", "xyzzy", ""]).tolist() == [True, False, False]
    assert likeness(wordnet, "xyzzy", "cat") == 0
    assert wordnet.likeness(["xyzzy"], ["plugh"]).tolist() == [[0]]
    assert wordnet.likeness([], ["cat"]).shape == (0, 1)


def test_many_labels_are_compared_as_each_pair_is(wordnet: WordNetSimilarity) -> None:
    labels = [*WORDS, "xyzzy"] * 120  # more than are looked at together
    found = wordnet.likeness(labels, WORDS)
    for row in (0, 5, 601):
        for column, word in enumerate(WORDS):
            assert found[row, column] == pytest.approx(likeness(wordnet, labels[row], word))


matrices = arrays(np.float32, (4, len(WORDS)), elements=st.sampled_from([0.0, 1.0]))


@given(matrices, matrices)
def test_soft_agreement_is_the_mean_of_the_best_matches(
    one: NDArray[np.float32], other: NDArray[np.float32]
) -> None:
    meaning = the_wordnet()
    sets = csr_array(one), csr_array(other)
    found = soft_agreement(*sets, label_likeness(meaning, WORDS, *sets, most=100))
    table = meaning.likeness(WORDS, WORDS)
    for row in range(len(one)):
        own, others = np.flatnonzero(one[row]), np.flatnonzero(other[row])
        if len(own) and len(others):
            part = table[np.ix_(own, others)]
            expected = (part.max(axis=1).mean() + part.max(axis=0).mean()) / 2
        else:
            expected = float(len(own) == len(others))
        assert found[row] == pytest.approx(expected, abs=1e-6)


def test_labels_beyond_the_commonest_are_like_themselves_alone(wordnet: WordNetSimilarity) -> None:
    one = csr_array(np.array([[1, 0, 0, 0, 0], [1, 1, 0, 0, 0]], dtype=np.float32))
    found = soft_agreement(one, one, label_likeness(wordnet, WORDS, one, one, most=1))
    assert found.tolist() == [1, 1]


class Lengths(TextEmbedder):
    """Texts are alike if they are about as long."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.array([len(text) / 2 for text in texts])
        return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32) * 7


def test_a_text_encoder_gives_cosines() -> None:
    meaning = EncodedSimilarity(Lengths(), "lengths")
    found = meaning.likeness(["a", "b"], ["cc", "dddddd"])
    expected = np.clip(np.cos(np.array([[0.5, 2.5]] * 2)), 0, 1)
    assert found == pytest.approx(expected, abs=1e-6)
    assert meaning.known(["a"]).all()
    assert "lengths" in meaning.description
