"""Options of comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas import Mark


@dataclass(frozen=True)
class CompareOptions:
    """Options of comparisons."""

    top: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="How many tags of an image are compared: of each backend those that it"
            " scores highest.",
        ),
    ] = 10
    meaning: Annotated[
        str,
        Meta(
            description="How alike two labels are in meaning: wordnet, none, or a backend whose"
            " model reads text."
        ),
        Mark.AUTHORITY,
    ] = "wordnet"
    gallery: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="How many of the images that backends disagree on are shown.",
        ),
    ] = 24
    without_queries: Annotated[
        bool,
        Meta(
            description="Cut the queries off all addresses, since they may hold keys: "
            "for files that others get."
        ),
    ] = False
    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="Seed of resampling and shuffling.")
    ] = 0
