"""The viewer's data of the images that have each tag, in parts: a search reads few of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas_web.page.floors import floors_of
from tagatlas_web.page.scripts import packed, planes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

IN_PART = 1 << 16
"""Images of tags from which on a part ends; one tag is never in two."""

_AT_ONCE = 1 << 22
"""Scores that are rounded together."""


@dataclass(frozen=True, eq=False)
class Postings:
    """The images that have each tag of a backend.

    Attributes:
        labels: of the tags, sorted, so that those that begin alike are in one part.
        starts: where the images of each tag begin, and the end of all, shape (tags + 1,).
        rows: of the images, rising for each tag.
        scores: in [0, 255]; see :func:`in_steps`.
        leasts: scores, in [0, 255], from which on tags count on some map, in order.
        floors: of each tag the score from which on it stands out, in [0, 255].
    """

    labels: list[str]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    scores: NDArray[np.uint8]
    leasts: Sequence[int]
    floors: NDArray[np.uint8]

    @classmethod
    def of(cls, tags: pl.DataFrame, leasts: Sequence[float]) -> Postings:
        """Group the tags of images.

        Args:
            tags: ``row`` (UInt32), ``tag`` (String, or an Enum in order), ``score`` (Float64, in
                [0, 1]).
            leasts: scores from which on tags count on some map.
        """
        tag = tags["tag"]
        known = tag.dtype if isinstance(tag.dtype, pl.Enum) else pl.Enum(tag.unique().sort())
        tag = tag.cast(known)
        numbers, rows = tag.to_physical().to_numpy().astype(np.uint32), tags["row"].to_numpy()
        counts = np.bincount(numbers, minlength=len(known.categories))
        starts = np.zeros(np.count_nonzero(counts) + 1, dtype=np.int64)
        np.cumsum(counts[counts > 0], out=starts[1:])
        order = np.argsort(numbers.astype(np.uint64) << np.uint64(32) | rows, kind="stable")
        scores = tags["score"].to_numpy()[order]
        floors = floors_of(scores, starts, tags["row"].n_unique())
        return cls(
            known.categories.filter(counts > 0).to_list(),
            starts,
            rows[order],
            in_steps(scores, leasts),
            sorted({_step(least) for least in leasts}),
            np.ceil(floors * 255).astype(np.uint8),
        )

    def index(self) -> object:
        """``tags/N.js``: what is known of the tags before a part is read."""
        return {
            "labels": self.labels,
            "images": packed(np.diff(self.starts).astype(np.uint32)),
            "floors": packed(self.floors),
            "leasts": list(self.leasts),
            "counted": [packed(self._counted(least)) for least in self.leasts],
            "firsts": packed(self._firsts[:-1].astype(np.uint32)),
        }

    def parts(self) -> Iterator[object]:
        """``tags/N/M.js``, one after the other: the images of some tags."""
        for first, end in pairwise(self._firsts.tolist()):
            some = slice(self.starts[first], self.starts[end])
            moved = np.diff(self.rows[some].astype(np.int64), prepend=0)
            begin = self.starts[first:end] - self.starts[first]
            moved[begin] = self.rows[self.starts[first:end]]
            yield {
                "rows": packed(planes(moved.astype(np.uint32)[None])),
                "scores": packed(self.scores[some]),
            }

    @property
    def _firsts(self) -> NDArray[np.int64]:
        """The first tag of each part, and the end of all."""
        if not self.labels:
            return np.zeros(1, dtype=np.int64)
        parts = self.starts[:-1] // IN_PART
        return np.concatenate([[0], np.flatnonzero(np.diff(parts)) + 1, [len(self.labels)]])

    def _counted(self, least: int) -> NDArray[np.uint32]:
        """How many images have each tag from a score, and from its floor, on."""
        from_ = np.repeat(np.maximum(self.floors, least), np.diff(self.starts))
        sums = np.concatenate([[0], np.cumsum(self.scores >= from_)])
        return np.diff(sums[self.starts]).astype(np.uint32)


def in_steps(scores: NDArray[np.float64], leasts: Sequence[float]) -> NDArray[np.uint8]:
    """Scores as 255 steps, each on the side of a lowest score that counts where the score is.

    Mere rounding would have scores just below it count, or some above it not.

    Args:
        scores: in [0, 1], shape (n,).
        leasts: scores from which on tags count.
    """
    found = np.empty(len(scores), dtype=np.uint8)
    for first in range(0, len(scores), _AT_ONCE):
        some = scores[first : first + _AT_ONCE]
        steps = np.round(255 * some)
        for least in leasts:
            step = _step(least)
            steps = np.where(
                some >= least, np.maximum(steps, step), np.minimum(steps, max(step - 1, 0))
            )
        found[first : first + _AT_ONCE] = steps
    return found


def _step(least: float) -> int:
    """The step from which on tags count; the viewer rounds alike."""
    return floor(255 * least + 0.5)
