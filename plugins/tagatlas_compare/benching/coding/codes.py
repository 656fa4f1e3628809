"""A backend judged by one's own coding: what it gives and misses, code by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.benching.coding.coders import cohen_kappa, krippendorff_alpha
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.statistics.intervals import share_interval

FOLDS = 5
"""Number of parts of the images: the threshold for one is chosen on the others."""

FEWEST_OF_INTERVAL = 8
"""Number of images below which a share has no interval: such intervals are far too wide or narrow,
in simulations, for some shares."""

ANY, THRESHOLD = "any tag", "threshold"
"""The two rules by which a backend gives a code: it has any tag that matches; or the best score
of these reaches a threshold, which is chosen on other images for the highest F1."""

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CODES = pl.Schema(
    {
        "code": pl.String(),
        "rule": pl.String(),
        "tags": pl.List(pl.String),
        "images": pl.Int64(),
        "having": pl.Int64(),
        "given": pl.Int64(),
        "right": pl.Int64(),
        "precision": pl.Float64(),
        "precision_low": pl.Float64(),
        "precision_high": pl.Float64(),
        "precision_chance": pl.Float64(),
        "recall": pl.Float64(),
        "recall_low": pl.Float64(),
        "recall_high": pl.Float64(),
        "recall_chance": pl.Float64(),
        "f1": pl.Float64(),
        "f1_low": pl.Float64(),
        "f1_high": pl.Float64(),
        "f1_chance": pl.Float64(),
        "kappa": pl.Float64(),
        "alpha": pl.Float64(),
        "kappa_with_coders": pl.Float64(),
        "threshold": pl.Float64(),
        "threshold_low": pl.Float64(),
        "threshold_high": pl.Float64(),
    }
)


@dataclass(frozen=True, eq=False)
class JudgedCodes:
    """A backend on each code of a truth.

    Attributes:
        backend: its label.
        codes: two rows a code, one for each ``rule`` (:data:`ANY`, :data:`THRESHOLD`):

            - ``code``, ``rule``; ``tags``: of the backend, that match the code, those that it
              gives to most images first; without any, it cannot say the code;
            - ``images``: that were coded; ``having`` the code; ``given`` it by the backend;
              ``right``: both;
            - ``precision`` (of those given it, the share that has it; null if none is given),
              ``recall`` (of those that have it, the share that is given it), ``f1`` (their
              harmonic mean), each with its 95 % interval ``_low``, ``_high`` (null for fewer than
              :data:`FEWEST_OF_INTERVAL` images, and without a matching tag), and its
              ``_chance``: the mean if as many images were given the code at random;
            - ``kappa`` (Cohen's, with the truth), ``alpha`` (Krippendorff's, likewise),
              ``kappa_with_coders`` (the mean of Cohen's with each coder alone, on all images of
              that coder, also those without a majority; it compares with that of the coders with
              each other; null without several coders);
            - ``threshold``, ``threshold_low``, ``threshold_high``: the median and the range of
              those chosen; null for ``any tag``, and without a matching tag.
        given: by the rule ``threshold``, which image is given which code, shape (n, codes); the
            median threshold counts for images that are not coded, or without a majority.
        best: the best score of an image's tags that match a code, 0 without one, shape (n, codes).
    """

    backend: str
    codes: pl.DataFrame
    given: Mask
    best: Scores

    @property
    def sayable(self) -> Sequence[str]:
        """The codes for which it has a tag at all."""
        own = self.codes.filter(pl.col("tags").list.len() > 0)
        return own["code"].unique(maintain_order=True).to_list()

    def mean_f1(self, rule: str, *, sayable: bool = False) -> float:
        """The mean of F1 over the codes, or over those that it can say; NaN if there is none."""
        own = self.codes.filter(rule=rule)
        if sayable:
            own = own.filter(pl.col("code").is_in(self.sayable))
        return float(own["f1"].to_numpy().mean()) if own.height else np.nan


def judge_codes(
    backend: str,
    truth: Truth,
    coders: Mapping[str, Truth],
    scores: csr_array,
    labels: Sequence[str],
    matches: Mask,
    *,
    seed: int,
) -> JudgedCodes:
    """Judge a backend on each code of a truth.

    Every coded image counts, also those on which the backend said nothing or failed.

    Args:
        backend: its label.
        truth: of n images.
        coders: of the same images, by name; may have further codes.
        scores: of the backend's tags, shape (n, labels).
        labels: of the tags.
        matches: mask of the labels that stand for a code, shape (codes, labels).
        seed: of the parts of the images.
    """
    best = best_of_matching(scores, matches)
    given = np.zeros_like(truth.has)
    rows: list[dict[str, object]] = []
    frequency = np.bincount(scores.indices, minlength=len(labels))
    coded = truth.coded
    for column, code in enumerate(truth.codes):
        own = np.flatnonzero(matches[column]).tolist()
        tags = [labels[tag] for tag in sorted(own, key=lambda tag: -int(frequency[tag]))]
        has, points = truth.has[coded, column], best[coded, column]
        folds = folds_of(has, np.random.default_rng([seed, column]))
        chosen, thresholds = given_on_other_folds(points, has, folds)
        given[coded, column] = chosen
        given[~coded, column] = reaches(best[~coded, column], float(np.median(thresholds)))
        said = np.zeros((2, len(truth.coded)), dtype=np.bool_)
        said[0], said[1] = best[:, column] > 0, given[:, column]
        for rule, own_said in zip((ANY, THRESHOLD), said, strict=True):
            row: dict[str, object] = {"code": code, "rule": rule, "tags": tags}
            row |= _counted(has, own_said[coded], sayable=bool(tags))
            row["kappa_with_coders"] = _with_coders(code, coders, own_said)
            if rule == THRESHOLD and tags:
                row["threshold"] = float(np.median(thresholds))
                row["threshold_low"], row["threshold_high"] = thresholds.min(), thresholds.max()
            rows.append({name: _known(value) for name, value in row.items()})
    return JudgedCodes(backend, pl.DataFrame(rows, schema=_CODES), given, best)


def best_of_matching(scores: csr_array, matches: Mask) -> Scores:
    """The best score of each image's tags that stand for a code, 0 if it has none.

    Returns:
        Shape (images, codes).
    """
    best = np.zeros((scores.shape[0], len(matches)))
    columns = scores.tocsc()
    for code, labels in enumerate(matches):
        own = np.flatnonzero(labels)
        if len(own):
            highest = csr_array(columns[:, own]).max(axis=1).toarray()
            best[:, code] = np.asarray(highest, dtype=np.float64).ravel()
    return best


def folds_of(has: Mask, dice: np.random.Generator) -> NDArray[np.int64]:
    """The part of each image: those that have a code, and the others, are dealt out evenly."""
    order = dice.permutation(len(has))
    order = order[np.argsort(~has[order], kind="stable")]
    folds = np.empty(len(has), dtype=np.int64)
    folds[order] = np.arange(len(has)) % FOLDS
    return folds


def given_on_other_folds(
    scores: Scores, has: Mask, folds: NDArray[np.int64]
) -> tuple[Mask, Scores]:
    """Which images are given a code, by thresholds chosen without looking at them.

    Args:
        scores: of n images, 0 where nothing matches.
        has: mask of those that have the code.
        folds: part of each image.

    Returns:
        The mask of the images whose score reaches the threshold chosen on the other parts, and
        the threshold of each part.
    """
    given = np.zeros(len(has), dtype=np.bool_)
    thresholds = np.zeros(FOLDS)
    for fold in range(FOLDS):
        held_out = folds == fold
        thresholds[fold] = best_threshold(scores[~held_out], has[~held_out])
        given[held_out] = reaches(scores[held_out], thresholds[fold])
    return given, thresholds


def reaches(scores: Scores, threshold: float) -> Mask:
    """Mask of the scores that reach a threshold; a score of 0 is none."""
    mask: Mask = (scores > 0) & (scores >= threshold)
    return mask


def best_threshold(scores: Scores, has: Mask) -> float:
    """The score from which on images are given a code for the highest F1; the lowest of several.

    Args:
        scores: of n images, 0 where nothing matches, which is never given.
        has: mask of those that have the code.

    Returns:
        One of the scores; 0, which is any, if no image that has the code has a score.
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    ends = np.flatnonzero(np.append(np.diff(ordered) != 0, len(ordered) > 0) & (ordered > 0))
    right = np.cumsum(has[order])[ends]
    if not len(ends) or not right[-1]:
        return 0.0
    f1 = 2 * right / (ends + 1 + has.sum())
    return float(ordered[ends[len(f1) - 1 - np.argmax(f1[::-1])]])


def f1_interval(right: int, given: int, having: int) -> tuple[float, float]:
    """The 95 % interval of F1.

    Of the images that have the code or are given it, those that are both are a share J, and
    F1 = 2 J / (1 + J). Wilson's interval of J, so transformed, holds as Wilson's does.

    Args:
        right: number of images that have the code and are given it.
        given: number that are given it.
        having: number that have it.
    """
    low, high = share_interval(np.array([float(right)]), np.array([float(given + having - right)]))
    return float(2 * low[0] / (1 + low[0])), float(2 * high[0] / (1 + high[0]))


def _counted(has: Mask, said: Mask, *, sayable: bool) -> dict[str, object]:
    """The counts of a code by a rule on the coded images, and the figures of these."""
    counts = {
        "images": len(has),
        "having": int(has.sum()),
        "given": int(said.sum()),
        "right": int((has & said).sum()),
    }
    return {**counts, **figures_of_counts(**counts, sayable=sayable)}


def figures_of_counts(
    images: int, having: int, given: int, right: int, *, sayable: bool
) -> dict[str, float]:
    """The figures of a code by a rule; NaN for what cannot be known.

    Args:
        images: number of coded images.
        having: that have the code.
        given: that are given it.
        right: both.
        sayable: whether a tag matches the code; else there are no intervals.
    """
    cells = np.array([right, having - right, given - right, images - having - given + right])
    votes = np.repeat(np.array([[1, 1, 0, 0], [1, 0, 1, 0]]), cells, axis=1)
    found = {
        "precision": right / given if given else np.nan,
        "precision_chance": having / images if given else np.nan,
        "recall": right / having if having else np.nan,
        "recall_chance": given / images if having else np.nan,
        "f1": 2 * right / (given + having) if given + having else np.nan,
        "f1_chance": 2 * given * having / images / (given + having) if given + having else np.nan,
        "kappa": cohen_kappa(votes[0], votes[1]),
        "alpha": krippendorff_alpha(votes),
    }
    ends = dict.fromkeys(
        [f"{name}_{end}" for name in ("precision", "recall", "f1") for end in ("low", "high")],
        np.nan,
    )
    if not sayable:
        return found | ends
    for name, whole in (("precision", given), ("recall", having)):
        if whole >= FEWEST_OF_INTERVAL:
            low, high = share_interval(np.array([float(right)]), np.array([float(whole)]))
            ends[f"{name}_low"], ends[f"{name}_high"] = float(low[0]), float(high[0])
    if given + having - right >= FEWEST_OF_INTERVAL:
        ends["f1_low"], ends["f1_high"] = f1_interval(right, given, having)
    return found | ends


def _with_coders(code: str, coders: Mapping[str, Truth], said: Mask) -> float:
    """The mean of Cohen's kappa with each coder; NaN without several."""
    if len(coders) < 2:
        return np.nan
    found = []
    for each in coders.values():
        theirs = np.where(each.coded, each.having(code), -1)
        found.append(cohen_kappa(theirs, said.astype(np.int64)))
    known = [kappa for kappa in found if not np.isnan(kappa)]
    return float(np.mean(known)) if known else np.nan


def _known(value: object) -> object:
    """The value; None for NaN."""
    return None if isinstance(value, float) and np.isnan(value) else value
