"""Scaling of a start to its size in equilibrium, so that no iteration is spent on growing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tagatlas_layouts.forceatlas2.graph import Graph

_RANGE = 1e12
_STEPS = 100


def balanced_scale(
    positions: NDArray[np.float64],
    graph: Graph,
    *,
    scaling: float,
    linlog: bool,
    gravity: float,
    strong_gravity: bool,
) -> float:
    """The factor that scales centred positions to the size that the forces would give them.

    A body of any shape neither grows nor shrinks as a whole where its virial, the sum of force
    times position over the nodes, is 0. Repulsion adds ``scaling * mass * mass`` for each pair,
    at any size; attraction and gravity take away more the larger the network is drawn. So there
    is one such size, found by bisection.

    Returns:
        The factor, or 1 if nothing pulls, or all nodes are at one place.
    """
    ends = np.repeat(np.arange(len(graph.masses)), np.diff(graph.row_starts))
    edges = positions[graph.neighbours] - positions[ends]
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    radii = np.hypot(positions[:, 0], positions[:, 1])
    # Each pair of nodes and each edge is seen from both of its ends.
    push = scaling * (graph.masses.sum() ** 2 - (graph.masses**2).sum()) / 2

    def pull(factor: float) -> float:
        drawn = lengths * factor
        attraction = drawn * (np.log1p(drawn) if linlog else drawn)
        outwards = radii * factor
        weight = gravity * graph.masses * (outwards**2 if strong_gravity else outwards)
        return float((graph.strengths * attraction).sum() / 2 + weight.sum())

    return _balance(pull, push)


def _balance(pull: Callable[[float], float], push: float) -> float:
    """The point where the rising ``pull`` reaches ``push``; 1 if it does not within the range."""
    low, high = 1 / _RANGE, _RANGE
    if not pull(low) < push < pull(high):
        return 1.0
    for _ in range(_STEPS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if pull(middle) < push else (low, middle)
    return low
