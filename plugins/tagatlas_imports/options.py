"""Options of importing tags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from tagatlas import Mark
from tagatlas.toolkit.calls import Owner


@dataclass(frozen=True)
class ImportOptions:
    """Options for reading a file of tags and matching its images."""

    name: Annotated[
        Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")] | None,
        Meta(
            description="What the backend is to be called: lower-case letters, digits, hyphens. "
            "By default after what the file was taken for."
        ),
    ] = None
    match: Annotated[
        Literal["any", "content", "url", "name"],
        Meta(
            description="How the file's images are found: by the SHA-256 of their bytes, by URL, "
            "by file name, or by any of these, in this order."
        ),
    ] = "any"
    images: Annotated[
        Path | None,
        Meta(
            description="Folder of the images that the file speaks of: those of that name there "
            "are found by their content."
        ),
        Mark.AUTHORITY,
    ] = None
    image_column: Annotated[
        str | None, Meta(description="Column that names the image; found by itself by default.")
    ] = None
    tag_column: Annotated[
        str | None, Meta(description="Column of the tag; found by itself by default.")
    ] = None
    score_column: Annotated[
        str | None,
        Meta(
            description="Column of the score; found by itself by default. Without one, all are 1."
        ),
    ] = None
    score_scale: Annotated[
        float, Meta(gt=0, description="What a score of 1 is in the file: 100 for per cent.")
    ] = 1.0


OPTIONS = Owner("import", ImportOptions, heading="Import")
"""Owner of the options, for calls and the command."""
