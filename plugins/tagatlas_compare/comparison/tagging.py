"""Comparison of single tags: prevalence, one-sidedness, calibration of scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.toolkit import row_of_entry
from tagatlas_compare.statistics.estimates import make_figure, mean_figure, pseudo_values
from tagatlas_compare.statistics.figures import Figure
from tagatlas_compare.statistics.intervals import mean_interval, share_interval
from tagatlas_compare.statistics.samples import Sample

BINS = 10
"""Maximum number of parts that scores are cut into."""

FEWEST_TAGS = 20
"""Minimum number of tags in a part."""


def prevalence(one: csr_array, other: csr_array, vocabulary: Sequence[str]) -> pl.DataFrame:
    """Prevalence of each tag in two backends, the most one-sided tags first.

    Args:
        one: the tags of n images, as ones, shape (n, vocabulary); n at least 1.
        other: the same of the other backend.
        vocabulary: the labels.

    Returns:
        One row a tag that either gives: ``tag``; ``images_a``, ``images_b``, ``both``; ``both_by_
        chance``, the number expected in both if the backends gave it independently;
        ``share_a``, ``share_b`` of the images, each with its 95 % interval (``_low``, ``_high``);
        ``difference``, of the shares, a less b; and ``z``: McNemar's statistic, the difference of
        the numbers of images to which only one gives it, in standard deviations (Q. McNemar,
        Psychometrika 12, 1947). Ordered by falling size of ``z``.
    """
    images = one.shape[0]
    of_one, of_other = (
        np.bincount(each.indices, minlength=len(vocabulary)) for each in (one, other)
    )
    both = np.asarray(one.multiply(other).sum(axis=0), dtype=np.float64)
    only_one, only_other = of_one - both, of_other - both
    unequal = only_one + only_other
    columns: dict[str, object] = {
        "tag": list(vocabulary),
        "images_a": of_one,
        "images_b": of_other,
        "both": both.astype(np.int64),
        "both_by_chance": of_one * of_other / images,
    }
    for side, counts in (("a", of_one), ("b", of_other)):
        low, high = share_interval(counts.astype(np.float64), images)
        columns |= {
            f"share_{side}": counts / images,
            f"share_{side}_low": low,
            f"share_{side}_high": high,
        }
    columns["difference"] = (of_one - of_other) / images
    columns["z"] = (only_one - only_other) / np.sqrt(np.maximum(unequal, 1))
    table = pl.DataFrame(columns)
    used = table.filter(pl.col("images_a") + pl.col("images_b") > 0)
    return used.sort(pl.col("z").abs(), "tag", descending=[True, False])


def calibration(one: csr_array, other: csr_array) -> pl.DataFrame:
    """Calibration of a backend's scores against another backend's tags.

    The scores of two backends have different units and are not compared. Instead the tags of one
    are put in order of its own scores and cut into up to ten parts, of at least 20 tags each; tags
    of one score are in one part. Given is the share of each part that the other backend gives to
    the same image as well.

    Args:
        one: scores of the backend, shape (n, vocabulary).
        other: the tags of the other, as ones, the same shape.

    Returns:
        One row a part, by rising score, of the tags that the other gives at all: ``part`` (from
        1), ``score_low``, ``score_high``, ``tags`` (their number), ``share``, ``low``, ``high``
        (95 %), and ``chance``: the share if the other gave its tags independently. None if
        there are fewer than two parts: if no label is shared, tags are few, or scores are one.
    """
    prevalences = np.bincount(other.indices, minlength=other.shape[1]) / max(other.shape[0], 1)
    comparable = prevalences[one.indices] > 0
    scores, labels = one.data[comparable], one.indices[comparable]
    agreed = np.asarray(_at_entries(other, one)[comparable], dtype=np.float64)
    images = row_of_entry(one)[comparable]
    order = np.argsort(scores, kind="stable")
    rows = []
    for part, some in enumerate(_parts(scores, order), start=1):
        low, high = _share_of_tags(agreed[some], images[some])
        rows.append(
            {
                "part": part,
                "score_low": float(scores[some[0]]),
                "score_high": float(scores[some[-1]]),
                "tags": len(some),
                "share": float(agreed[some].mean()),
                "low": low,
                "high": high,
                "chance": float(prevalences[labels[some]].mean()),
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "part": pl.Int32,
            "score_low": pl.Float64,
            "score_high": pl.Float64,
            "tags": pl.Int64,
            "share": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
            "chance": pl.Float64,
        },
    ).with_columns(pl.col("low", "high").fill_nan(None))


def _share_of_tags(agreed: NDArray[np.float64], images: NDArray[np.int64]) -> tuple[float, float]:
    """The interval of a share of tags: those of an image are not independent of each other.

    Args:
        agreed: 1 for tags that count, else 0, shape (m,).
        images: the image of each tag, shape (m,).
    """
    of_image = np.unique(images, return_inverse=True)[1]
    tags, hits = np.bincount(of_image), np.bincount(of_image, agreed)
    share = agreed.mean()
    values = share + (hits - share * tags) * len(tags) / len(agreed)
    return mean_interval(values, Sample.of(np.ones(len(tags), dtype=np.bool_)))


def _parts(scores: NDArray[np.float64], order: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Cut tags in order of their scores into parts; none if there are fewer than two.

    Each part ends where the score rises, so that tags of one score stay together; a remainder
    that is too small joins the part before it.
    """
    size = max(FEWEST_TAGS, -(-len(order) // BINS))
    rises = np.flatnonzero(np.diff(scores[order]) > 0) + 1
    ends: list[int] = []
    for end in rises.tolist():
        if end - (ends[-1] if ends else 0) >= size and len(order) - end >= FEWEST_TAGS:
            ends.append(end)
    return np.split(order, ends) if ends else []


def rank_correlation(
    one: csr_array, other: csr_array, shuffles: int, dice: np.random.Generator
) -> Figure:
    """Spearman's rank correlation of the scores that two backends give to the same tags.

    Only the order of each backend's own scores counts. Ranks are taken from the whole collection.
    The tags of an image are not independent of each other: images are the sample.

    Args:
        one: scores, shape (n, vocabulary).
        other: the other backend's.
        shuffles: number of times that one side is shuffled for the level of chance.
        dice: random generator of the shuffling.
    """
    there = _at_entries(other, one) > 0
    rows = row_of_entry(one)[there]
    scores, others = one.data[there], _at_entries(other, one)[there]
    if len(scores) < 3 or np.ptp(scores) == 0 or np.ptp(others) == 0:
        return make_figure(np.nan, (np.nan, np.nan), (), 0)
    first, second = _ranks(scores), _ranks(others)
    first = (first - first.mean()) / first.std()
    second = (second - second.mean()) / second.std()
    of_image = np.unique(rows, return_inverse=True)[1]
    sums = np.column_stack(
        [
            np.bincount(of_image, each)
            for each in (np.ones(len(rows)), first, second, first**2, second**2, first * second)
        ]
    )
    count, x, y, xx, yy, xy = (sums.sum(axis=0) - sums).T
    count = np.maximum(count, 1)
    spread = np.sqrt(np.maximum(xx / count - (x / count) ** 2, 1e-12))
    other_spread = np.sqrt(np.maximum(yy / count - (y / count) ** 2, 1e-12))
    without = (xy / count - x * y / count**2) / (spread * other_spread)
    value = float((first * second).mean())
    shuffled = [float((first * dice.permutation(second)).mean()) for _ in range(shuffles)]
    return mean_figure(pseudo_values(value, without), shuffled=shuffled, least=-1.0)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank of each value, 1 for the lowest; equal ones share the mean of their ranks."""
    ordered = np.sort(values)
    below, up_to = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return (below + up_to + 1) / 2


def _at_entries(values: csr_array, places: csr_array) -> NDArray[np.float64]:
    """The values of a matrix at the entries of another one, 0 if it has none there."""
    width = np.int64(values.shape[1])
    keys = row_of_entry(values) * width + values.indices
    wanted = row_of_entry(places) * width + places.indices
    if not len(keys):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values.data[place], 0.0)
