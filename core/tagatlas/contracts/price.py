"""Price of a backend."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """Price that a backend bills per image, regardless of the result.

    Attributes:
        units: the billed units with their prices in US dollars: ``{"image": 0.0012}``, or one
            entry per feature if each is billed separately. Free quotas and volume discounts are
            ignored: estimates are never too low.
        as_of: when these prices were read, such as ``2026-05``.
        source: where to look up current prices.
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
