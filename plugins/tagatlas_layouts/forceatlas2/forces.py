"""The forces of ForceAtlas2.

M. Jacomy, T. Venturini, S. Heymann, M. Bastian: ForceAtlas2, a Continuous Graph Layout Algorithm
for Handy Network Visualization Designed for the Gephi Software. PLOS ONE 9(6), 2014.

A node's mass is its degree plus one. At distance d, with the edge's strength w,

- any two nodes push each other apart with ``scaling * mass * mass / d``;
- an edge pulls its ends together with ``w * d``, or ``w * log(1 + d)`` (LinLog);
- gravity pulls a node to the origin with ``gravity * mass``, times d where it is strong.

Each kernel takes a range of its work and writes to rows no other range writes to, so ranges may
run in threads of their own, and the sums do not depend on how the work was divided.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import kernel
from tagatlas_layouts.forceatlas2.quadtree import LEAF_SIZE, Quadtree

_BATCH = 512
"""Pushing bodies collected before their pushes are summed."""

_LEAST = np.float32(1e-30)
"""Keeps two bodies at one place (a node and itself, for one) from dividing by zero."""

_LOG_2 = np.float32(0.6931471806)
_LOG_SERIES = (
    np.float32(-0.0064535442),
    np.float32(0.0360884937),
    np.float32(-0.0953293897),
    np.float32(0.1676540711),
    np.float32(-0.2407338084),
    np.float32(0.3317990258),
    np.float32(-0.4998741238),
    np.float32(0.9999964239),
)
"""Highest power first, of log(1 + m) for m in [0, 1]."""


@kernel
def add_repulsion(
    tree: Quadtree,
    leaves: NDArray[np.int64],
    begin: int,
    end: int,
    theta: float,
    scaling: float,
    forces: NDArray[np.float64],
) -> None:
    """Add to ``forces`` the repulsion on the points of ``leaves[begin:end]``.

    Barnes and Hut (Nature 324, 1986), for the points of a leaf together: a cell stands for its
    points where its extent is less than ``theta`` times its distance from the leaf's nearest
    corner. So no point sees a cell that it would not see alone.
    """
    # Single precision halves the time of the inner loop. It costs no accuracy between close
    # points, since places are taken from the middle of the leaf.
    from_x = np.empty(_BATCH, np.float32)
    from_y = np.empty(_BATCH, np.float32)
    from_mass = np.empty(_BATCH, np.float32)
    for leaf in leaves[begin:end]:
        low, high = tree.first[leaf], tree.last[leaf]
        left, right = tree.x[low:high].min(), tree.x[low:high].max()
        bottom, top = tree.y[low:high].min(), tree.y[low:high].max()
        x, y = 0.5 * (left + right), 0.5 * (bottom + top)
        count = 0
        cell = 0
        while cell < tree.first.shape[0]:
            if count > _BATCH - LEAF_SIZE:
                _add_pushes(
                    tree, low, high, x, y, from_x, from_y, from_mass, count, scaling, forces
                )
                count = 0
            away_x = max(left - tree.cell_x[cell], tree.cell_x[cell] - right, 0.0)
            away_y = max(bottom - tree.cell_y[cell], tree.cell_y[cell] - top, 0.0)
            squared = (away_x * away_x + away_y * away_y) * theta * theta
            holds_leaf = tree.first[cell] <= low < tree.last[cell]
            if not holds_leaf and squared > tree.extent[cell] * tree.extent[cell]:
                from_x[count] = tree.cell_x[cell] - x
                from_y[count] = tree.cell_y[cell] - y
                from_mass[count] = tree.cell_mass[cell]
                count += 1
                cell = tree.after[cell]
            elif tree.is_leaf[cell]:
                for j in range(tree.first[cell], tree.last[cell]):
                    from_x[count] = tree.x[j] - x
                    from_y[count] = tree.y[j] - y
                    from_mass[count] = tree.mass[j]
                    count += 1
                cell = tree.after[cell]
            else:
                cell += 1
        _add_pushes(tree, low, high, x, y, from_x, from_y, from_mass, count, scaling, forces)


@kernel
def _add_pushes(
    tree: Quadtree,
    low: int,
    high: int,
    origin_x: float,
    origin_y: float,
    from_x: NDArray[np.float32],
    from_y: NDArray[np.float32],
    from_mass: NDArray[np.float32],
    count: int,
    scaling: float,
    forces: NDArray[np.float64],
) -> None:
    """Add to the points ``low`` to ``high`` the push of ``count`` bodies, seen from an origin."""
    for i in range(low, high):
        x = np.float32(tree.x[i] - origin_x)
        y = np.float32(tree.y[i] - origin_y)
        push_x = np.float32(0.0)
        push_y = np.float32(0.0)
        for j in range(count):
            away_x = x - from_x[j]
            away_y = y - from_y[j]
            push = from_mass[j] / (away_x * away_x + away_y * away_y + _LEAST)
            push_x += away_x * push
            push_y += away_y * push
        forces[tree.order[i], 0] += scaling * tree.mass[i] * push_x
        forces[tree.order[i], 1] += scaling * tree.mass[i] * push_y


@kernel
def add_attraction_and_gravity(
    positions: NDArray[np.float64],
    masses: NDArray[np.float64],
    row_starts: NDArray[np.int64],
    neighbours: NDArray[np.int32],
    strengths: NDArray[np.float32],
    begin: int,
    end: int,
    linlog: bool,
    gravity: float,
    strong_gravity: bool,
    forces: NDArray[np.float64],
) -> None:
    """Add to ``forces[begin:end]`` the pull of each node's edges and of gravity.

    Node i's edges lead to ``neighbours[row_starts[i]:row_starts[i + 1]]``.
    """
    for i in range(begin, end):
        x, y = positions[i, 0], positions[i, 1]
        pull_x, pull_y = np.float32(0.0), np.float32(0.0)
        for edge in range(row_starts[i], row_starts[i + 1]):
            towards_x = np.float32(positions[neighbours[edge], 0] - x)
            towards_y = np.float32(positions[neighbours[edge], 1] - y)
            pull = strengths[edge]
            if linlog:
                distance = np.sqrt(towards_x * towards_x + towards_y * towards_y + _LEAST)
                pull *= _log_one_plus(distance) / distance
            pull_x += towards_x * pull
            pull_y += towards_y * pull
        to_centre = gravity * masses[i]
        if not strong_gravity:
            distance = math.sqrt(x * x + y * y)
            to_centre = to_centre / distance if distance > 0.0 else 0.0
        forces[i, 0] += pull_x - to_centre * x
        forces[i, 1] += pull_y - to_centre * y


@kernel
def _log_one_plus(value: np.float32) -> np.float32:
    """The natural logarithm of 1 + ``value``, for values from 0, to 1e-7 of 1 + the result.

    Unlike a call of the C library it can be part of a SIMD loop. The polynomial is number 4.1.44
    of Abramowitz and Stegun, Handbook of Mathematical Functions, 1964.
    """
    bits = np.float32(np.float32(1.0) + value).view(np.int32)
    exponent = np.float32((bits >> 23) - 127)
    mantissa = np.int32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32) - np.float32(1.0)
    series = np.float32(0.0)
    for coefficient in _LOG_SERIES:
        series = (series + coefficient) * mantissa
    return exponent * _LOG_2 + series
