"""What a backend takes for what, and how much its scores tell: tables, and pictures to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.benching.coding.codes import Mask, Scores
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.comparison.labels import best_tags

TagFinder = Callable[[int, int], str | None]
"""Finds the tag of an image that matches a code: the best; None if it has none."""

NO_CODE, SEVERAL = "no code", "several alike"
BINS = 7

FALSE, MISSED, RIGHT = "given, not there", "there, not given", "right"
"""The kinds of pictures of a code, in the order in which they are shown."""

_CALIBRATION = pl.Schema(
    {
        "low": pl.Float64,
        "high": pl.Float64,
        "mean": pl.Float64,
        "given": pl.Int64,
        "right": pl.Int64,
    }
)
_TAGS = pl.Schema(
    {
        "code": pl.String,
        "tag": pl.String,
        "images": pl.Int64,
        "share": pl.Float64,
        "elsewhere": pl.Float64,
    }
)
_PICTURES = pl.Schema(
    {
        "code": pl.String(),
        "kind": pl.String(),
        "row": pl.Int64(),
        "tag": pl.String(),
        "score": pl.Float64(),
        "tags": pl.List(pl.String),
    }
)
_TAGS_SHOWN = 3
_TAGS_COUNTED = 5


def calibration(best: Scores, truth: Truth) -> pl.DataFrame | None:
    """How often a code is right that is given with a score: bins of scores.

    All codes count together. The lowest bin has about half of the scores, the next half of those
    above, and so on, so that high scores, which are few, are told apart. Equal scores are in one
    bin. For a backend with scores that tell the
    shares, ``mean`` is about ``right / given``.

    Args:
        best: the best score of an image's tags that match a code, 0 without one, shape (n, codes).
        truth: of the n images.

    Returns:
        One row a bin, highest scores first: ``low``, ``high``, ``mean`` of the scores; ``given``,
        the number of codes of images; ``right``, that of those which the images have. None if all
        scores are equal, which tell nothing.
    """
    is_given = (best > 0) & truth.coded[:, None]
    scores, right = best[is_given], truth.has[is_given]
    values, place = np.unique(scores, return_inverse=True)
    if len(values) < 2:
        return None
    times = np.bincount(place)
    # The bin that a value is in is told by how many are above the middle of its own.
    above = (len(scores) - np.cumsum(times) + times / 2) / len(scores)
    bin_of = np.minimum(-np.log2(above), BINS - 1).astype(np.int64)[place]
    rows = []
    for number in np.unique(bin_of)[::-1]:
        own = bin_of == number
        inside = scores[own]
        rows.append(
            (inside.min(), inside.max(), inside.mean(), int(own.sum()), int(right[own].sum()))
        )
    return pl.DataFrame(rows, schema=_CALIBRATION, orient="row")


def confusion(best: Scores, truth: Truth) -> pl.DataFrame | None:
    """Which code a backend gives to the images of each code: that with its best score.

    Args:
        best: the scores of the codes that an image is given, 0 for others, shape (n, codes).
        truth: of the n images.

    Returns:
        One row a code, in order: ``code``, then the number of its images by the code said: a
        column for each code, :data:`SEVERAL` for those in which two or more have the best score,
        and :data:`NO_CODE`. None if images have several codes.
    """
    if not truth.is_single:
        return None
    said = _said(best)
    table = np.zeros((len(truth.codes), len(truth.codes) + 2), dtype=np.int64)
    np.add.at(table, (truth.of_image[truth.coded], said[truth.coded]), 1)
    names = _unique([*truth.codes, SEVERAL, NO_CODE])
    columns = {name: table[:, column] for column, name in enumerate(names)}
    return pl.DataFrame({"code": list(truth.codes)}).hstack(pl.DataFrame(columns))


def tag_finder(scores: csr_array, labels: Sequence[str], matches: Mask) -> TagFinder:
    """A function that finds the tag by which an image is given a code.

    Args:
        scores: of a backend's tags, shape (n, labels).
        labels: of the tags.
        matches: mask of the labels that stand for a code, shape (codes, labels).
    """

    def find(image: int, code: int) -> str | None:
        own = slice(scores.indptr[image], scores.indptr[image + 1])
        columns, values = scores.indices[own], scores.data[own] * matches[code, scores.indices[own]]
        return labels[columns[values.argmax()]] if values.any() else None

    return find


def confused_images(best: Scores, truth: Truth, tag_of: TagFinder) -> pl.DataFrame:
    """The images that are given another code than they have, most frequent confusions first.

    Args:
        best: as for :func:`confusion`.
        truth: of the n images.
        tag_of: as from :func:`tag_finder`.

    Returns:
        ``code``, ``said`` (String), ``rows`` (List[Int64]: numbers of the images, those with the
        highest score first), ``tags`` (List[String]: by which they are given the code). Empty if
        images have several codes.
    """
    rows: list[tuple[str, str, list[int], list[str | None]]] = []
    if truth.is_single:
        said, of_image = _said(best), truth.of_image
        wrong = truth.coded & (said != of_image) & (said < len(truth.codes))
        for code, other in sorted(set(zip(of_image[wrong], said[wrong], strict=True))):
            own = np.flatnonzero(wrong & (of_image == code) & (said == other))
            own = own[np.argsort(-best[own, other], kind="stable")]
            tags = [tag_of(image, other) for image in own.tolist()]
            rows.append((truth.codes[code], truth.codes[other], own.tolist(), tags))
    rows.sort(key=lambda row: -len(row[2]))
    schema = pl.Schema(
        {
            "code": pl.String(),
            "said": pl.String(),
            "rows": pl.List(pl.Int64),
            "tags": pl.List(pl.String),
        }
    )
    return pl.DataFrame(rows, schema=schema, orient="row")


def tags_of_codes(
    scores: csr_array, labels: Sequence[str], truth: Truth, most: int = 10
) -> pl.DataFrame:
    """The tags that set the images of each code off: of their best, those of fewest others.

    Args:
        scores: of its tags, shape (n, labels).
        labels: of the tags.
        truth: of the n images.
        most: number of tags of a code.

    Returns:
        ``code``, ``tag``, ``images`` (that have the code, and the tag among their best five),
        ``share`` (of those that have the code), ``elsewhere`` (likewise of the other coded images;
        null if there are none); falling by the difference, which is above 0.
    """
    best = best_tags(scores, _TAGS_COUNTED)
    gives = csr_array((best > 0).astype(np.int64))[np.flatnonzero(truth.coded)]
    has = truth.has[truth.coded]
    everywhere = gives.sum(axis=0)
    rows = []
    for column, code in enumerate(truth.codes):
        own, others = int(has[:, column].sum()), int((~has[:, column]).sum())
        counts = gives.T @ has[:, column].astype(np.int64)
        elsewhere = (everywhere - counts) / max(others, 1)
        order = np.argsort(elsewhere - counts / own, kind="stable")[:most].tolist()
        rows += [
            (
                code,
                labels[tag],
                int(counts[tag]),
                counts[tag] / own,
                elsewhere[tag] if others else None,
            )
            for tag in order
            if counts[tag] / own > elsewhere[tag]
        ]
    return pl.DataFrame(rows, schema=_TAGS, orient="row")


def pictures_of_codes(
    given: Mask,
    best: Scores,
    truth: Truth,
    tag_of: TagFinder,
    scores: csr_array,
    labels: Sequence[str],
    most: int = 12,
) -> pl.DataFrame:
    """Pictures of each code to look at: those given it wrongly first, then missed, then right.

    Args:
        given: which image is given which code, shape (n, codes).
        best: as for :func:`calibration`.
        truth: of the n images.
        tag_of: as from :func:`tag_finder`.
        scores: of the backend's tags, shape (n, labels).
        labels: of the tags.
        most: number of pictures of each kind.

    Returns:
        ``code``; ``kind``: :data:`FALSE` (surest first), :data:`MISSED` (nearest to being given
        first), :data:`RIGHT` (surest first); ``row``: number of the image; ``tag``: its best
        that matches the code, and ``score`` of that, null if it has none; ``tags``: its three best.
    """
    found = []
    for column, code in enumerate(truth.codes):
        has, said = truth.has[:, column], given[:, column]
        points = best[:, column]
        for kind, mask in ((FALSE, said & ~has), (MISSED, ~said & has), (RIGHT, said & has)):
            rows = np.flatnonzero(mask & truth.coded)
            rows = rows[np.argsort(-points[rows], kind="stable")][:most]
            found += [
                (
                    code,
                    kind,
                    row,
                    tag_of(row, column),
                    points[row] or None,
                    _best(scores, labels, row),
                )
                for row in rows.tolist()
            ]
    return pl.DataFrame(found, schema=_PICTURES, orient="row")


def _said(best: Scores) -> NDArray[np.int64]:
    """The code with each image's best score; else the number after the codes, or the next."""
    codes = best.shape[1]
    highest = best.max(axis=1, initial=0.0)
    alike = (best == highest[:, None]).sum(axis=1)
    one = np.where(alike > 1, codes, best.argmax(axis=1))
    said: NDArray[np.int64] = np.where(highest > 0, one, codes + 1).astype(np.int64)
    return said


def _best(scores: csr_array, labels: Sequence[str], row: int) -> list[str]:
    own = slice(scores.indptr[row], scores.indptr[row + 1])
    order = np.argsort(-scores.data[own], kind="stable")[:_TAGS_SHOWN]
    return [labels[tag] for tag in scores.indices[own][order]]


def _unique(names: Sequence[str]) -> list[str]:
    """Names of columns, of which a code may be one of the last two, or ``code``."""
    found = ["code"]
    for name in names:
        while name in found:
            name += " "
        found.append(name)
    return found[1:]
