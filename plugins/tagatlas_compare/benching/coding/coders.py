"""How far people who coded the same images agree: the ceiling of what a backend can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_compare.benching.coding.truth import Truth

ALL_CODES = "all codes"

Votes = NDArray[np.int64]
"""What each coder says of each image, as a number; -1 where the coder did not code the image."""

_CODES = {
    "code": pl.String,
    "images": pl.Int64,
    "agreement": pl.Float64,
    "kappa": pl.Float64,
    "alpha": pl.Float64,
}
_PAIRS = {"a": pl.String, "b": pl.String, **_CODES}


@dataclass(frozen=True, eq=False)
class CoderAgreement:
    """How far coders agree.

    Attributes:
        coders: their names, sorted.
        images: number of images that each coded.
        codes: one row a code: ``code``, ``images`` (that at least two coded), ``agreement`` (of
            the pairs of coders of an image, the share that agree on this code), ``kappa`` (mean
            of Cohen's kappa of the pairs of coders), ``alpha`` (Krippendorff's, nominal; null
            where all say the same of all images). Where each coder gives every image one code, a
            last row, ``all codes``, has them for the choice among codes.
        pairs: the same for each two coders, ``a`` and ``b``.
    """

    coders: Sequence[str]
    images: Sequence[int]
    codes: pl.DataFrame
    pairs: pl.DataFrame

    @property
    def mean_kappa(self) -> float | None:
        """The mean kappa over the codes; None if no code has one."""
        known = self.codes.filter(pl.col("code") != ALL_CODES)["kappa"].drop_nulls()
        return float(known.to_numpy().mean()) if len(known) else None

    def document(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "coders": dict(zip(self.coders, self.images, strict=True)),
            "codes": self.codes.to_dicts(),
            "pairs": self.pairs.to_dicts(),
            "mean_kappa": self.mean_kappa,
        }


def agreement_of_coders(coders: Mapping[str, Truth]) -> CoderAgreement:
    """How far coders agree on each code.

    Args:
        coders: what each of at least two says of the same n images.
    """
    names = sorted(coders)
    every = [coders[name] for name in names]
    votes = {
        code: np.array([np.where(each.coded, each.having(code), -1) for each in every])
        for code in sorted({code for each in every for code in each.codes})
    }
    if all(each.is_single for each in every):
        choice = np.full((len(every), len(every[0].coded)), -1)
        for number, own in enumerate(votes.values()):
            choice[own == 1] = number
        votes[ALL_CODES] = choice
    rows, pairs = [], []
    for code, own in votes.items():
        of_pairs = [
            (names[a], names[b], *_agreement(code, own[[a, b]]))
            for a, b in combinations(range(len(names)), 2)
        ]
        pairs += of_pairs
        known = [kappa for *_, kappa, _ in of_pairs if kappa is not None]
        _, images, agreement, _, found = _agreement(code, own)
        rows.append((code, images, agreement, float(np.mean(known)) if known else None, found))
    return CoderAgreement(
        names,
        [int(each.coded.sum()) for each in every],
        pl.DataFrame(rows, schema=_CODES, orient="row"),
        pl.DataFrame(pairs, schema=_PAIRS, orient="row"),
    )


def krippendorff_alpha(votes: Votes) -> float:
    """Krippendorff's alpha for categories; NaN if no two different ones are said.

    K. Krippendorff, "Content Analysis: An Introduction to Its Methodology", 4th ed., Sage 2019,
    chapter 12.

    Args:
        votes: numbers of categories, shape (coders, images); -1 for no answer. Images with fewer
            than two answers do not count.
    """
    counts = _counts(votes)
    total = counts.sum()
    by_category = counts.sum(axis=0)
    expected = (by_category * (total - by_category)).sum()
    if not expected:
        return np.nan
    answers = counts.sum(axis=1)
    observed = ((counts * (answers[:, None] - counts)).sum(axis=1) / (answers - 1)).sum()
    return float(1 - (total - 1) * observed / expected)


def pairwise_agreement(votes: Votes) -> float:
    """The share of agreeing pairs among the pairs of coders of an image; NaN without a pair.

    Every image of at least two answers counts alike.

    Args:
        votes: as for :func:`krippendorff_alpha`.
    """
    counts = _counts(votes)
    answers = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (answers * (answers - 1))
    return float(agreeing.mean()) if len(agreeing) else np.nan


def cohen_kappa(one: Votes, other: Votes) -> float:
    """Cohen's kappa of two coders; NaN if both say the same single thing of every image.

    J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological
    Measurement 20(1), 1960.

    Args:
        one: numbers of categories, shape (n,); -1 for no answer. Images without both answers do
            not count.
        other: likewise.
    """
    both = (one >= 0) & (other >= 0)
    a, b = one[both], other[both]
    if not len(a):
        return np.nan
    categories = int(max(a.max(), b.max())) + 1
    expected = (
        float(np.bincount(a, minlength=categories) @ np.bincount(b, minlength=categories))
        / len(a) ** 2
    )
    return float(((a == b).mean() - expected) / (1 - expected)) if expected < 1 else np.nan


def _counts(votes: Votes) -> Votes:
    """How often each category is said of each image with at least two answers."""
    categories = int(votes.max(initial=-1)) + 1
    counts = np.zeros((votes.shape[1], categories), dtype=np.int64)
    coders, images = np.nonzero(votes >= 0)
    np.add.at(counts, (images, votes[coders, images]), 1)
    enough: Votes = counts[counts.sum(axis=1) >= 2]
    return enough


def _agreement(
    code: str, votes: Votes
) -> tuple[str, int, float | None, float | None, float | None]:
    """A row of the tables; kappa only of two coders."""
    kappa = cohen_kappa(votes[0], votes[1]) if len(votes) == 2 else np.nan
    agreement, alpha = pairwise_agreement(votes), krippendorff_alpha(votes)
    return code, len(_counts(votes)), _known(agreement), _known(kappa), _known(alpha)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
