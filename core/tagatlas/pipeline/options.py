"""The options of the steps themselves; those of plugins are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True)
class AddOptions:
    """How a source is read."""

    source: Annotated[
        str | None, Meta(description="Source plugin; by default the one that fits the input.")
    ] = None


@dataclass(frozen=True)
class TagOptions:
    """Who tags."""

    backend: Annotated[str, Meta(description="Tagger that looks at the images.")] = "imagenet"
