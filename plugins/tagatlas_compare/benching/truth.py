"""What is known of images: labels from their folders or a table, or codes given by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of the n images of a task.

    Attributes:
        source: where it is from, for pages: ``folder``, ``column NAME``, or the file's name.
        codes: their names, sorted.
        has: which image has which code, bool, shape (n, codes).
        coded: mask of the images that were coded, shape (n,); one without any code may be coded.
    """

    source: str
    codes: Sequence[str]
    has: NDArray[np.bool_]
    coded: NDArray[np.bool_]

    @property
    def is_single(self) -> bool:
        """Whether each coded image has exactly one code."""
        return bool((self.has[self.coded].sum(axis=1) == 1).all())

    @property
    def of_image(self) -> NDArray[np.int32]:
        """The number of each image's code where it has exactly one; -1 for others; shape (n,)."""
        if not len(self.codes):
            return np.full(len(self.has), -1, dtype=np.int32)
        is_one = self.coded & (self.has.sum(axis=1) == 1)
        return np.where(is_one, self.has.argmax(axis=1), -1).astype(np.int32)

    def some(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Truth:
        """The same of some of the images, without the codes that none of them has.

        Args:
            rows: numbers of the images, in the order wanted, or a mask of them.
        """
        has, coded = self.has[rows], self.coded[rows]
        used = has.any(axis=0)
        codes = [code for code, is_used in zip(self.codes, used, strict=True) if is_used]
        return Truth(self.source, codes, has[:, used], coded)
