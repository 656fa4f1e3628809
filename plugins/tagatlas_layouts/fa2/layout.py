"""The layout plugin's class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tagatlas import Citation, Layout, LayoutDescription, Network, Progress
from tagatlas.errors import MissingDependency
from tagatlas_layouts.fa2 import Fa2Options

_RADIUS = 1000.0
"""What the start is scaled to: the package's own starts are far too small to be calm."""


_PAPER = Citation(
    "Jacomy et al., 2014",
    "Jacomy, M., Venturini, T., Heymann, S., & Bastian, M. (2014). ForceAtlas2, a continuous "
    "graph layout algorithm for handy network visualization designed for the Gephi software. "
    "*PLoS ONE*, 9(6), e98679.",
)


class Fa2Layout(Layout):
    """The ``fa2`` package as a layout. Threads may share an instance."""

    def __init__(self, options: Fa2Options) -> None:
        self._options = options

    def describe(self) -> LayoutDescription:
        """What it did; see :meth:`tagatlas.Layout.describe`."""
        return LayoutDescription(citations=(_PAPER,))

    def place(
        self,
        network: Network,
        *,
        start: NDArray[np.float64],
        seed: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        """Place the nodes; see :meth:`tagatlas.Layout.place`.

        Raises:
            MissingDependency: the package is not installed.
        """
        try:
            from fa2 import ForceAtlas2
        except ImportError as error:
            raise MissingDependency(
                "the layout fa2 needs its package: pip install 'tagatlas[fa2]'"
            ) from error
        from tagatlas.toolkit import move_apart  # with the compiler

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
            pos=_scaled(move_apart(start, seed)),
            iterations=options.iterations,
            callbacks=[tell],
        )
        return np.array(positions, dtype=np.float64)


def _scaled(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """The positions at a fixed size about the origin."""
    centred: NDArray[np.float64] = positions - positions.mean(axis=0)
    radius = float(np.abs(centred).max())
    return centred * (_RADIUS / radius) if radius > 0 else centred
