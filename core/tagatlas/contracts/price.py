"""What a backend charges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """What a backend bills for each image, whatever it sees in it.

    Attributes:
        units: what is billed, and the price of each in US dollars: ``{"image": 0.0012}``, or one
            entry per feature where each is billed by itself. What is free up to some number, or
            cheaper beyond one, is listed at its full price: estimates are never too low.
        as_of: when these prices were read, such as ``2026-05``.
        source: where to look up the present ones.
    """

    units: Mapping[str, float]
    as_of: str
    source: str

    def __post_init__(self) -> None:
        if not self.units or not all(
            math.isfinite(dollars) and dollars >= 0 for dollars in self.units.values()
        ):
            raise ValueError(f"prices are finite numbers of at least 0: {dict(self.units)}")

    @property
    def per_image(self) -> float:
        """US dollars for one image."""
        return math.fsum(self.units.values())
