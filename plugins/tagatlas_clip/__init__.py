"""The tagger ``clip``: zero-shot tags with any vocabulary and any model of open_clip, offline."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import Mark, TaggerSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


TEMPLATES = ("photo", "label", "simple", "imagenet")
"""Names of built-in templates."""


@dataclass(frozen=True)
class ClipOptions:
    """Options of the tagger ``clip``.

    Paths are absolute: an atlas that keeps them is used from other folders, too.
    """

    model: Annotated[
        str,
        Meta(
            description="An architecture of open_clip, hf-hub:OWNER/NAME, a folder with a model,"
            " or a configuration file; auto: by the device."
        ),
        Mark.AUTHORITY,
    ] = "auto"
    pretrained: Annotated[
        str | None,
        Meta(description="Its weights: a tag of open_clip, or a file. By default the only tag."),
        Mark.AUTHORITY,
    ] = None
    device: Annotated[
        str, Meta(description="auto, cpu, mps, cuda (all of them) or cuda:NUMBER."), Mark.AUTHORITY
    ] = "auto"
    precision: Annotated[
        Literal["auto", "fp32", "bf16", "fp16"],
        Meta(description="What is computed in; auto: bf16 or fp16 on a GPU, else fp32."),
    ] = "auto"
    vocabulary: Annotated[
        str, Meta(description="A file of labels, or everyday, scenes, imagenet."), Mark.AUTHORITY
    ] = "everyday"
    groups: Annotated[
        tuple[str, ...], Meta(description="Use only the labels of these groups.")
    ] = ()
    templates: Annotated[
        str,
        Meta(
            description="How labels are put in words: photo, label, simple (7), imagenet (80), a"
            " file with a template a line, or a text with {}."
        ),
        Mark.AUTHORITY,
    ] = "photo"
    threshold: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Leave out tags with a lower score.")
    ] = 0.1
    top_k: Annotated[
        int, Meta(ge=1, le=100_000, description="Keep at most so many tags of an image, the best.")
    ] = 20
    scoring: Annotated[
        Literal["calibrated", "softmax", "cosine"],
        Meta(
            description="calibrated: scores of a label that do not depend on the others, calibrated"
            " on the collection; softmax: over all labels, as open_clip publishes it; cosine: as"
            " it is."
        ),
    ] = "calibrated"
    calibrate: Annotated[
        bool,
        Meta(
            description="Calibrate each label's scores on the collection, if scoring is calibrated;"
            " models with a sigmoid of their own do without."
        ),
    ] = True
    model_batch: Annotated[
        int, Meta(ge=0, le=4096, description="Images that the model gets at once; 0 finds out.")
    ] = 0
    threads: Annotated[
        int, Meta(ge=0, le=256, description="Images decoded at once; 0 is one per processor core.")
    ] = 0

    def __post_init__(self) -> None:
        """Make paths absolute: what the tagger takes for paths, not for names."""
        names = ["model", "pretrained", "vocabulary"]
        if self.templates not in TEMPLATES and "{}" not in self.templates:
            names.append("templates")
        for name in names:
            value = getattr(self, name) or ""
            # Unlike pathlib's, these functions take any text.
            if os.path.isfile(value) or (name == "model" and os.path.isdir(value)):  # noqa: PTH112, PTH113
                object.__setattr__(self, name, os.path.abspath(value))  # noqa: PTH100


@hookimpl
def tagatlas_taggers() -> Iterable[TaggerSpec]:
    """Announce the tagger ``clip``."""
    return [
        TaggerSpec(
            name="clip",
            summary="Your own vocabulary, by CLIP and SigLIP models; offline, GPU or CPU.",
            extra="tagatlas[clip]",
            packages=("open-clip-torch", "torch"),
            options=ClipOptions,
            embeds_images=True,
            embeds_texts=True,
            factory="tagatlas_clip.tagger:make_tagger",
            models="tagatlas_clip.shelf:OpenClipShelf",
        )
    ]
