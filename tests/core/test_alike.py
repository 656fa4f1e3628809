"""The images most like each, by their tags."""

from __future__ import annotations

import numpy as np
import polars as pl

from tagatlas.toolkit import most_alike

IMAGES, COUNT = 60, 4


def tagged() -> tuple[pl.DataFrame, pl.LazyFrame]:
    """Images of three kinds with tags of their kind; the last one has none."""
    dice = np.random.default_rng(3)
    ids = [f"{row:02}" for row in range(IMAGES)]
    rows = np.repeat(np.arange(IMAGES - 1), 5)
    tags = pl.DataFrame(
        {
            "image": [ids[row] for row in rows],
            "tag": [
                f"tag {row % 3} {tag}"
                for row, tag in zip(rows, dice.integers(0, 6, len(rows)), strict=True)
            ],
            "score": dice.uniform(0.1, 1, len(rows)),
        }
    )
    return pl.DataFrame({"id": ids}), tags.unique(["image", "tag"], maintain_order=True).lazy()


def test_those_most_alike_share_tags() -> None:
    images, tags = tagged()
    found = most_alike(images, tags, COUNT)
    assert found.shape == (IMAGES, COUNT)
    assert (found[-1] == -1).all()
    assert (found[:-1] % 3 == np.arange(IMAGES - 1)[:, None] % 3).all()
    assert (found != np.arange(IMAGES)[:, None]).all()
