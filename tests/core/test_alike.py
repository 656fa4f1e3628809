"""The images most like each, among all of them and within groups."""

from __future__ import annotations

import numpy as np
import polars as pl

from tagatlas.toolkit import most_alike

IMAGES, COUNT = 60, 4


def tagged() -> tuple[pl.DataFrame, pl.LazyFrame]:
    """Images with random tags; the last one has none."""
    dice = np.random.default_rng(3)
    ids = [f"{row:02}" for row in range(IMAGES)]
    rows = np.repeat(np.arange(IMAGES - 1), 5)
    tags = pl.DataFrame(
        {
            "image": [ids[row] for row in rows],
            "tag": [f"tag {tag}" for tag in dice.integers(0, 12, len(rows))],
            "score": dice.uniform(0.1, 1, len(rows)),
        }
    )
    return pl.DataFrame({"id": ids}), tags.unique(["image", "tag"], maintain_order=True).lazy()


def test_within_groups_the_order_is_that_among_all() -> None:
    images, tags = tagged()
    groups = np.arange(IMAGES) % 3
    every = most_alike(images, tags, IMAGES - 1)
    found = most_alike(images, tags, COUNT, within=groups)
    assert found.shape == (IMAGES, COUNT)
    for row in range(IMAGES):
        own = [other for other in every[row] if other >= 0 and groups[other] == groups[row]][:COUNT]
        assert found[row].tolist() == own + [-1] * (COUNT - len(own))


def test_one_group_is_all_and_groups_of_one_have_none() -> None:
    images, tags = tagged()
    every = most_alike(images, tags, COUNT)
    assert (most_alike(images, tags, COUNT, within=np.zeros(IMAGES, dtype=int)) == every).all()
    assert (most_alike(images, tags, COUNT, within=np.arange(IMAGES)) == -1).all()
