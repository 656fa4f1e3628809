"""The iterations: forces, speed, movement, until the network is at rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas import Progress
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.forces import add_attraction_and_gravity, add_repulsion
from tagatlas_layouts.forceatlas2.graph import Graph, reordered
from tagatlas_layouts.forceatlas2.quadtree import build_quadtree, morton_order
from tagatlas_layouts.forceatlas2.speed import GlobalSpeed, move, swing_and_traction
from tagatlas_layouts.forceatlas2.threads import Shares, shared_among, threads_for

_CALM_ITERATIONS = 10
"""Number of calm iterations in a row after which the network is at rest."""

_REPORTS = 100
"""Number of progress calls, approximately."""


def simulate(
    graph: Graph,
    start: NDArray[np.float64],
    options: ForceAtlas2Options,
    progress: Progress,
) -> NDArray[np.float64]:
    """Run ForceAtlas2.

    The network is at rest, and the run ends, when in ten iterations in a row the mean distance
    that a node moved is below ``options.convergence`` times the mean distance of nodes from
    the centre.

    Args:
        graph: masses and edges.
        start: positions, shape (n, 2), finite, no two nodes at one place.
        options: the settings. The positions do not depend on the number of threads.
        progress: called with iterations done, and their maximum.

    Returns:
        Positions, shape (n, 2).
    """
    # Nodes that start near each other are near each other in memory, since large networks wait
    # for memory: at 500,000 images this saves a fourth of the time.
    order = morton_order(start)
    graph, positions = reordered(graph, order), start[order]
    earlier = np.zeros_like(positions)
    speed = GlobalSpeed(options.jitter_tolerance)
    report_every = max(1, options.iterations // _REPORTS)
    calm = 0
    with shared_among(threads_for(options.threads, len(positions))) as share:
        for iteration in range(1, options.iterations + 1):
            forces = total_forces(graph, positions, options, share)
            swing, traction = swing_and_traction(graph.masses, forces, earlier)
            now = speed.update(swing, traction, len(positions))
            moved, radius = move(positions, graph.masses, forces, earlier, now)
            calm = calm + 1 if moved < options.convergence * radius else 0
            at_rest = calm >= _CALM_ITERATIONS
            if at_rest or iteration % report_every == 0:
                progress(iteration, options.iterations)
            if at_rest:
                break
    placed = np.empty_like(positions)
    placed[order] = positions
    return placed


def total_forces(
    graph: Graph,
    positions: NDArray[np.float64],
    options: ForceAtlas2Options,
    share: Shares,
) -> NDArray[np.float64]:
    """The force on each node, shape (n, 2)."""
    forces = np.zeros_like(positions)
    tree = build_quadtree(positions, graph.masses)
    leaves = np.flatnonzero(tree.is_leaf)

    def repel(begin: int, end: int) -> None:
        add_repulsion(tree, leaves, begin, end, options.theta, options.scaling, forces)

    def pull(begin: int, end: int) -> None:
        add_attraction_and_gravity(
            positions,
            *graph,
            begin,
            end,
            options.linlog,
            options.gravity,
            options.strong_gravity,
            forces,
        )

    share(repel, len(leaves))
    share(pull, len(positions))
    return forces
