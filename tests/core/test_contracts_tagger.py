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
