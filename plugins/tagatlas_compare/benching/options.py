"""Options of benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from msgspec import Meta

from tagatlas import Mark

PerturbationName = Literal[
    "jpeg",
    "scale",
    "crop",
    "turn",
    "brightness",
    "grey",
    "blur",
    "noise",
    "caption",
    "border",
]
"""A kind of :data:`tagatlas_compare.benching.robustness.perturbations.PERTURBATIONS`."""


@dataclass(frozen=True)
class BenchOptions:
    """Options of benchmarks."""

    labels: Annotated[
        str | None,
        Meta(description="Column of the table that says what is on an image; of a folder: folder."),
    ] = None
    image_column: Annotated[
        str | None,
        Meta(description="Column of a coding that names the image; found by its cells by default."),
    ] = None
    code_columns: Annotated[
        tuple[str, ...],
        Meta(
            description="Columns of a coding with codes in cells, for each code or for each coder;"
            " found by their names and cells by default."
        ),
    ] = ()
    coder_column: Annotated[
        str | None,
        Meta(description="Column of a coding that says who coded the row; found by its name."),
    ] = None
    images: Annotated[
        int,
        Meta(
            ge=2,
            le=1_000_000,
            description="Most images that are used; of more, a random sample is.",
        ),
    ] = 1_000
    timed: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="How many of the images are tagged again, to measure speed and memory of"
            " a local backend; with 0, neither these nor robustness are measured.",
        ),
    ] = 200
    repeats: Annotated[
        int, Meta(ge=1, le=1_000, description="How often these are tagged to measure the speed.")
    ] = 3
    perturbed: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="How many images are also shown perturbed, to free local backends.",
        ),
    ] = 50
    perturbations: Annotated[
        tuple[PerturbationName, ...],
        Meta(description="How they are perturbed, each in three or four strengths."),
    ] = get_args(PerturbationName)
    meaning: Annotated[
        str,
        Meta(
            description="A backend whose model reads text, for further tags that stand for labels"
            " since they are near in meaning; none."
        ),
    ] = "none"
    top: Annotated[
        int, Meta(ge=1, le=1_000_000, description="How many tags of an image count at most.")
    ] = 10
    budget: Annotated[
        float,
        Meta(
            ge=0,
            description="Most US dollars that may ever be spent on each backend in this atlas, as"
            " tagatlas tag counts them.",
        ),
        Mark.AUTHORITY,
    ] = 0.0
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1, description="Seed of everything random.")] = 0
