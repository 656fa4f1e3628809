"""What a tagger's answer may hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from tagatlas.contracts import Tag, TagResult

TAGS = [Tag("dark", 0.8)]


def test_an_embedding_is_a_copy_in_float16() -> None:
    batch = np.array([[1.0, 0.1], [2.0, 3.0]], dtype=np.float32)
    result = TagResult.ok(TAGS, embedding=batch[0])
    batch[0] = 0.0
    assert result.embedding is not None
    assert result.embedding.dtype == np.float16
    assert result.embedding.tolist() == [1.0, np.float16(0.1)]
    assert result == TagResult.ok(TAGS)


@pytest.mark.parametrize(
    "embedding", [[], 1.0, [[1.0]], [np.nan], [np.inf], [65520.0], [1.0, -1e300]], ids=str
)
def test_what_is_no_finite_vector_is_no_embedding(embedding: ArrayLike) -> None:
    with pytest.raises(ValueError, match="not a vector of finite numbers"):
        TagResult.ok(TAGS, embedding=embedding)
    with pytest.raises(ValueError, match="not a vector of finite numbers"):
        TagResult.empty(embedding=embedding)


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.array(0.5), 0.5])
def test_scores_of_any_number_type_become_pythons(number: float) -> None:
    [tag] = TagResult.ok([Tag(np.str_("cat"), number)]).tags
    assert (tag, type(tag.label), type(tag.score)) == (Tag("cat", 0.5), str, float)


def test_whole_numbers_are_scores() -> None:
    first, second = TagResult.ok([Tag("no", 0), Tag("yes", True)]).tags
    assert (first, type(first.score)) == (Tag("yes", 1.0), float)
    assert (second, type(second.score)) == (Tag("no", 0.0), float)


@pytest.mark.parametrize(
    ("label", "score", "message"),
    [
        (3, 0.5, "a label is text, not int: 3"),
        (None, 0.5, "a label is text, not NoneType: None"),
        (b"cat", 0.5, "a label is text, not bytes"),
        ("cat", "much", "the score of 'cat' is no number: 'much'"),
        ("cat", None, "the score of 'cat' is no number: None"),
        ("cat", np.array([0.1, 0.2]), "the score of 'cat' is no number"),
    ],
)
def test_other_labels_and_scores_are_refused(label: object, score: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TagResult.ok([Tag(label, score)])  # type: ignore[arg-type]
