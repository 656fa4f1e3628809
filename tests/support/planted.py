"""Collections with planted topics, for the tests of clusters."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def planted_collection(
    images: int, topics: int, seed: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame, Labels]:
    """Images, their tags, and the topic of each image.

    Every image has the general tag ``thing``, its topic's tag (``topic 3``), three of the topic's
    five special tags (``topic 3 kind 1``), and two of twenty random tags.
    """
    dice = np.random.default_rng(seed)
    ids = sorted(
        hashlib.sha256(f"{seed} {number}".encode()).hexdigest() for number in range(images)
    )
    topic_of = np.sort(dice.integers(0, topics, images))
    dice.shuffle(topic_of)
    rows: list[tuple[str, str, float]] = []
    for image, topic in zip(ids, topic_of.tolist(), strict=True):
        rows.append((image, "thing", 0.9))
        rows.append((image, f"topic {topic}", float(dice.uniform(0.7, 0.9))))
        kinds = dice.choice(5, 3, replace=False)
        rows += [
            (image, f"topic {topic} kind {kind}", float(dice.uniform(0.2, 0.6))) for kind in kinds
        ]
        chance = dice.choice(20, 2, replace=False)
        rows += [(image, f"chance {tag}", float(dice.uniform(0.05, 0.4))) for tag in chance]
    tags = pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row")
    collection = pl.DataFrame(
        {"id": ids, "label": [f"{number}.jpg" for number in range(images)]}
    ).with_columns(frequency=pl.lit(1, pl.Int64), records=pl.lit(1, pl.Int64))
    return (
        collection,
        tags.sort(["image", "score", "tag"], descending=[False, True, False]),
        topic_of,
    )
