"""The plugin ``vikus``: a data folder for VIKUS Viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class VikusOptions:
    """Options of the data folder for VIKUS Viewer."""

    sprite_side: Annotated[
        int,
        Meta(
            ge=32,
            le=256,
            description="Longer side of the small pictures, in pixels; less loads faster.",
        ),
    ] = 128
    year_column: Annotated[
        str | None,
        Meta(description="Kept column with a year in it, for a timeline; by default none."),
    ] = None
    keywords: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="Most tags per image that become keywords, strongest first.",
        ),
    ] = 5


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the data folder."""
    return [
        RendererSpec(
            name="vikus",
            summary="vikus/data: all that VIKUS Viewer reads, pictures included.",
            files={"vikus/data/": "all that VIKUS Viewer reads"},
            options=VikusOptions,
            factory="tagatlas_exports.vikus.renderer:VikusRenderer",
            default=False,
        )
    ]
