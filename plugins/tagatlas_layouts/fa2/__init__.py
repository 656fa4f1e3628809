"""Layout plugin ``fa2``: the ForceAtlas2 of the package of that name, for comparison.

That package is GPL-3.0-only, so it comes with the extra ``tagatlas[fa2]`` alone, and is imported
only when the layout runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import LayoutSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Layout


@dataclass(frozen=True)
class Fa2Options:
    """Options of the layout; names follow Gephi's, values the package's own."""

    iterations: Annotated[int, Meta(ge=1, description="Iterations.")] = 300
    linlog: Annotated[
        bool, Meta(description="Pull with the logarithm of the distance: tighter themes.")
    ] = True
    scaling: Annotated[float, Meta(gt=0, description="Strength of repulsion.")] = 2.0
    gravity: Annotated[float, Meta(ge=0, description="Pull towards the centre.")] = 1.0
    strong_gravity: Annotated[
        bool, Meta(description="Let gravity grow with the distance from the centre.")
    ] = False
    edge_weight_influence: Annotated[
        float, Meta(ge=0, description="Exponent of the edge weights; 0 ignores them.")
    ] = 1.0
    dissuade_hubs: Annotated[
        bool, Meta(description="Divide an edge's pull by its first node's degree.")
    ] = False
    theta: Annotated[float, Meta(gt=0, description="Barnes-Hut accuracy: lower is more exact.")] = (
        1.2
    )
    jitter_tolerance: Annotated[
        float, Meta(gt=0, description="Swinging to tolerate: lower is slower and more precise.")
    ] = 1.0


@hookimpl
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce ``fa2``."""
    return [
        LayoutSpec(
            name="fa2",
            summary="ForceAtlas2 of the package fa2 (GPL), much slower than the default.",
            extra="tagatlas[fa2]",
            options=Fa2Options,
            factory=_layout,
        )
    ]


def _layout(options: Fa2Options) -> Layout:
    from tagatlas_layouts.fa2.layout import Fa2Layout

    return Fa2Layout(options)
