"""Layout plugin ``forceatlas2``: the layout that Gephi made common, compiled.

The forces, the speed and their names are those of the paper (PLOS ONE 9(6), 2014) and of Gephi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import LayoutSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ForceAtlas2Options:
    """Options of the ForceAtlas2 layout; names follow Gephi's, but for ``embeddedness_influence``.

    Without that one, which weakens stray edges, the forces are Gephi's.

    Scaling and gravity are in Gephi's proportion, 2 to 1, but smaller: with LinLog the map then
    comes to rest in less than half the iterations.
    """

    iterations: Annotated[int, Meta(ge=1, le=10_000, description="Iterations at most.")] = 500
    linlog: Annotated[
        bool, Meta(description="Pull with the logarithm of the distance: tighter themes.")
    ] = True
    scaling: Annotated[float, Meta(gt=0, le=1e6, description="Strength of repulsion.")] = 0.1
    gravity: Annotated[float, Meta(ge=0, le=1e6, description="Pull towards the centre.")] = 0.05
    strong_gravity: Annotated[
        bool, Meta(description="Let gravity grow with the distance from the centre.")
    ] = False
    edge_weight_influence: Annotated[
        float, Meta(ge=0, le=100, description="Exponent of the edge weights; 0 ignores them.")
    ] = 1.0
    embeddedness_influence: Annotated[
        float,
        Meta(
            ge=0,
            le=100,
            description="Exponent of how well an edge fits its neighbours: more for clearer"
            " themes; 0 pulls as Gephi does.",
        ),
    ] = 0.5
    dissuade_hubs: Annotated[
        bool, Meta(description="Divide an edge's pull by its source's degree.")
    ] = False
    theta: Annotated[
        float,
        Meta(ge=0, le=100, description="Barnes-Hut accuracy: lower is more exact, 0 is exact."),
    ] = 1.2
    jitter_tolerance: Annotated[
        float,
        Meta(gt=0, le=1e6, description="Swinging to tolerate: lower is slower and more precise."),
    ] = 1.0
    convergence: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Stop once nodes move less than this share of the map's radius"
            " in an iteration; 0 never stops early.",
        ),
    ] = 0.001
    threads: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="Threads to work with; 0 takes one, and more where the network is so large"
            " that they help. Positions do not depend on it.",
        ),
    ] = 0


@hookimpl
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce ``forceatlas2``."""
    return [
        LayoutSpec(
            name="forceatlas2",
            summary="ForceAtlas2: connected nodes attract, all nodes repel each other.",
            options=ForceAtlas2Options,
            factory="tagatlas_layouts.forceatlas2.layout:ForceAtlas2Layout",
        )
    ]
