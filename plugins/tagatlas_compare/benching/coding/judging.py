"""A backend judged by one's own coding, in full: figures, calibration, confusion and pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tagatlas_compare.benching.coding.coders import agreement_of_coders
from tagatlas_compare.benching.coding.codes import ANY, THRESHOLD, JudgedCodes, Mask, judge_codes
from tagatlas_compare.benching.coding.confusion import (
    calibration,
    confused_images,
    confusion,
    pictures_of_codes,
    tag_finder,
    tags_of_codes,
)
from tagatlas_compare.benching.coding.truth import Truth

_AVERAGED = ("f1_chance", "kappa", "kappa_with_coders")


@dataclass(frozen=True, eq=False)
class Judgement:
    """A backend judged by a coding.

    Attributes:
        judged: its figures for each code.
        calibration: see :func:`~tagatlas_compare.benching.coding.confusion.calibration`.
        confusion: see :func:`~tagatlas_compare.benching.coding.confusion.confusion`; of the codes
            that are given by the rule ``threshold``.
        confused: see :func:`~tagatlas_compare.benching.coding.confusion.confused_images`.
        tags: see :func:`~tagatlas_compare.benching.coding.confusion.tags_of_codes`.
        pictures: see :func:`~tagatlas_compare.benching.coding.confusion.pictures_of_codes`.
    """

    judged: JudgedCodes
    calibration: pl.DataFrame | None
    confusion: pl.DataFrame | None
    confused: pl.DataFrame
    tags: pl.DataFrame
    pictures: pl.DataFrame

    def document(self, images: Sequence[str]) -> dict[str, object]:
        """As JSON values.

        Args:
            images: ids of the images, by their numbers in the tables.
        """
        pictures = self.pictures.with_columns(
            pl.Series("image", [images[row] for row in self.pictures["row"]], dtype=pl.String)
        ).drop("row")
        return {
            "codes": self.judged.codes.to_dicts(),
            "mean_f1": {
                rule: {
                    "all": _known(self.judged.mean_f1(rule)),
                    "sayable": _known(self.judged.mean_f1(rule, sayable=True)),
                }
                for rule in (ANY, THRESHOLD)
            },
            **{f"mean_{name}": self._means(name) for name in _AVERAGED},
            "calibration": None if self.calibration is None else self.calibration.to_dicts(),
            "confusion": None if self.confusion is None else self.confusion.to_dicts(),
            "tags": self.tags.to_dicts(),
            "pictures": pictures.to_dicts(),
        }

    def _means(self, name: str) -> dict[str, float | None]:
        """The means of a figure over the codes for which it is known, by rule."""
        codes = self.judged.codes
        means = {rule: codes.filter(rule=rule)[name].drop_nulls() for rule in (ANY, THRESHOLD)}
        return {
            rule: float(own.to_numpy().mean()) if len(own) else None for rule, own in means.items()
        }


def judge(
    backend: str,
    truth: Truth,
    coders: Mapping[str, Truth],
    scores: csr_array,
    labels: Sequence[str],
    matches: Mask,
    *,
    seed: int,
) -> Judgement:
    """Judge a backend by what is known of images.

    Args:
        backend: its label.
        truth: of n images.
        coders: what each of several coders says of them, by name; else empty.
        scores: of the backend's tags, shape (n, labels).
        labels: of the tags.
        matches: mask of the labels that stand for a code of the truth, shape (codes, labels).
        seed: of the parts of the images, see
            :func:`~tagatlas_compare.benching.coding.codes.judge_codes`.
    """
    judged = judge_codes(backend, truth, coders, scores, labels, matches, seed=seed)
    tag_of = tag_finder(scores, labels, matches)
    said = np.where(judged.given, judged.best, 0.0)
    return Judgement(
        judged=judged,
        calibration=calibration(judged.best, truth),
        confusion=confusion(said, truth),
        confused=confused_images(said, truth, tag_of),
        tags=tags_of_codes(scores, labels, truth),
        pictures=pictures_of_codes(judged.given, judged.best, truth, tag_of, scores, labels),
    )


def coders_document(coders: Mapping[str, Truth]) -> Mapping[str, object] | None:
    """The agreement of several coders as JSON values; None for one."""
    return agreement_of_coders(coders).document() if len(coders) > 1 else None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
