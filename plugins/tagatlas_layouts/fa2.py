"""Layout plugin ``fa2``: the ForceAtlas2 of the package of that name, for comparison.

That package is GPL-3.0-only, so it comes with the extra ``tagatlas[fa2]`` alone, and is imported
only when the layout runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import Layout, LayoutSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas import LayoutDescription, Network, Progress

_EXTENT = 1000.0
"""Extent that the start is scaled to; the package's own starts are far too small to be stable."""


@dataclass(frozen=True)
class Fa2Options:
    """Options of the layout; names follow Gephi's, values the package's own."""

    iterations: Annotated[int, Meta(ge=1, le=10_000, description="Iterations.")] = 300
    linlog: Annotated[
        bool, Meta(description="Pull with the logarithm of the distance: tighter themes.")
    ] = True
    scaling: Annotated[float, Meta(gt=0, le=1e6, description="Strength of repulsion.")] = 2.0
    gravity: Annotated[float, Meta(ge=0, le=1e6, description="Pull towards the centre.")] = 1.0
    strong_gravity: Annotated[
        bool, Meta(description="Let gravity grow with the distance from the centre.")
    ] = False
    edge_weight_influence: Annotated[
        float, Meta(ge=0, le=100, description="Exponent of the edge weights; 0 ignores them.")
    ] = 1.0
    dissuade_hubs: Annotated[
        bool, Meta(description="Divide an edge's pull by its first node's degree.")
    ] = False
    theta: Annotated[
        float, Meta(gt=0, le=100, description="Barnes-Hut accuracy: lower is more exact.")
    ] = 1.2
    jitter_tolerance: Annotated[
        float,
        Meta(gt=0, le=1e6, description="Swinging to tolerate: lower is slower and more precise."),
    ] = 1.0


class Fa2Layout(Layout):
    """The ``fa2`` package as a layout. Threads may share an instance."""

    def __init__(self, options: Fa2Options) -> None:
        self._options = options

    def describe(self) -> LayoutDescription:
        """Describe the method; see :meth:`tagatlas.Layout.describe`."""
        from tagatlas import LayoutDescription
        from tagatlas_layouts.citations import FORCEATLAS2

        return LayoutDescription(citations=(FORCEATLAS2,))

    def place(
        self,
        network: Network,
        *,
        start: NDArray[np.float64],
        seed: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        """Place the nodes; see :meth:`tagatlas.Layout.place`."""
        import numpy as np
        from fa2 import ForceAtlas2
        from scipy.sparse import csr_matrix

        from tagatlas_layouts.start import scaled_start

        options = self._options
        engine = ForceAtlas2(
            linLogMode=options.linlog,
            scalingRatio=options.scaling,
            gravity=options.gravity,
            strongGravityMode=options.strong_gravity,
            edgeWeightInfluence=options.edge_weight_influence,
            outboundAttractionDistribution=options.dissuade_hubs,
            barnesHutTheta=options.theta,
            jitterTolerance=options.jitter_tolerance,
            verbose=False,
        )

        def tell(iteration: int, _nodes: object) -> None:
            progress(iteration + 1, options.iterations)

        positions = engine.forceatlas2(
            csr_matrix(network.adjacency(), dtype=np.float64),
            pos=scaled_start(start, seed, _EXTENT),
            iterations=options.iterations,
            callbacks=[tell],
        )
        return np.array(positions, dtype=np.float64)


@hookimpl
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce ``fa2``."""
    return [
        LayoutSpec(
            name="fa2",
            summary="ForceAtlas2 of the package fa2 (GPL), much slower than the default.",
            extra="tagatlas[fa2]",
            needs=("fa2",),
            packages=("fa2",),
            options=Fa2Options,
            factory=Fa2Layout,
        )
    ]
