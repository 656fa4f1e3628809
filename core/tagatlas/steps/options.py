"""The options of the steps themselves; plugins define their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from tagatlas.contracts.marks import Mark


@dataclass(frozen=True)
class AddOptions:
    """Options of reading a source."""

    source: Annotated[
        str | None, Meta(description="Source plugin; by default the one that fits the input.")
    ] = None


@dataclass(frozen=True)
class RenderOptions:
    """Options of rendering, whatever the format."""

    without_queries: Annotated[
        bool,
        Meta(
            description="Cut the queries off all addresses, since they may hold keys: "
            "for files that others get."
        ),
    ] = False


@dataclass(frozen=True)
class TagOptions:
    """Options of tagging."""

    backend: Annotated[
        str, Meta(description="Tagger that looks at the images."), Mark.AUTHORITY
    ] = "imagenet"
    budget: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(
            description="The most US dollars that this atlas may ever spend on the backend; "
            "no limit by default."
        ),
        Mark.AUTHORITY,
    ] = None
    near_duplicates: Annotated[
        Literal["once", "each"],
        Meta(
            description="Whether to pay for one of several images that are the same but for size"
            " and compression, or for each."
        ),
    ] = "once"
