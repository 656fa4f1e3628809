"""The layout plugin's class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas import Layout, LayoutDescription, Network, Progress, no_progress
from tagatlas.toolkit import IMAGE
from tagatlas_layouts.citations import EMBEDDEDNESS, FORCEATLAS2
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options


class ForceAtlas2Layout(Layout):
    """ForceAtlas2 with Barnes-Hut repulsion, compiled by numba. Threads may share an instance."""

    def __init__(self, options: ForceAtlas2Options) -> None:
        self._options = options

    def describe(self) -> LayoutDescription:
        """Describe the method; see :meth:`tagatlas.Layout.describe`."""
        if not self._options.embeddedness_influence:
            return LayoutDescription(citations=(FORCEATLAS2,))
        pulled = (
            "An edge pulls by its weight and by how well it is embedded among the others"
            f" ({EMBEDDEDNESS.short})."
        )
        return LayoutDescription(text=pulled, citations=(FORCEATLAS2, EMBEDDEDNESS))

    def prepare(self) -> None:
        """Compile the kernels, or read them from numba's cache: seconds, or well under one."""
        nodes = pl.DataFrame({"id": ["a", "b"], "kind": [IMAGE, IMAGE], "label": ["a", "b"]})
        network = Network(
            nodes,
            np.array([0], np.int32),
            np.array([1], np.int32),
            np.array([1], np.float32),
        )
        start = np.array([[0.0, 0.0], [1.0, 1.0]])
        once = ForceAtlas2Layout(replace(self._options, iterations=1))
        once.place(network, start=start, seed=0, progress=no_progress)

    def place(
        self,
        network: Network,
        *,
        start: NDArray[np.float64],
        seed: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        """Place the nodes; see :meth:`tagatlas.Layout.place`.

        The start keeps its shape but not its size or centre: it is scaled to where the forces
        balance. The seed decides only in which direction nodes that start at one place part.
        """
        # The compiled code is loaded here, since descriptions are needed more often.
        from tagatlas.toolkit import move_apart
        from tagatlas_layouts.forceatlas2.engine import simulate
        from tagatlas_layouts.forceatlas2.graph import graph_of
        from tagatlas_layouts.forceatlas2.scale import balanced_scale

        options = self._options
        graph = graph_of(
            network,
            edge_weight_influence=options.edge_weight_influence,
            dissuade_hubs=options.dissuade_hubs,
            embeddedness_influence=options.embeddedness_influence,
        )
        centred = move_apart(start - start.mean(axis=0), seed)
        scale = balanced_scale(
            centred,
            graph,
            scaling=options.scaling,
            linlog=options.linlog,
            gravity=options.gravity,
            strong_gravity=options.strong_gravity,
        )
        return simulate(graph, scale * centred, options, progress)
