"""The adaptive speed of ForceAtlas2, which sets how far the nodes move.

A node *swings* by the difference of its last two forces and has as *traction* half their sum. The
global speed is the highest at which the network's swinging stays within a tolerated share of its
traction; a node that swings much is slower than the others. From the paper (see ``forces``), with
the estimate of the tolerance from the network's size that Gephi added after it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import kernel

_LARGEST = 1e6


@dataclass
class GlobalSpeed:
    """The speed of the whole network, from iteration to iteration.

    Attributes:
        tolerance: ``jitter_tolerance`` of the options.
        value: the speed now.
        efficiency: share of the tolerance in use; it shrinks where the network starts to swing.
    """

    tolerance: float
    value: float = 1.0
    efficiency: float = 1.0

    def update(self, swing: float, traction: float, nodes: int) -> float:
        """The speed for these sums of swing and traction over all nodes, weighted by mass."""
        estimate = 0.05 * math.sqrt(nodes)
        within = min(10.0, estimate * traction / nodes**2)
        tolerated = self.tolerance * max(math.sqrt(estimate), within)
        if traction > 0 and swing > 2.0 * traction:
            if self.efficiency > 0.05:
                self.efficiency *= 0.5
            tolerated = max(tolerated, self.tolerance)
        target = tolerated * self.efficiency * traction / swing if swing > 0 else _LARGEST
        if swing > tolerated * traction:
            if self.efficiency > 0.05:
                self.efficiency *= 0.7
        elif self.value < 1000.0:
            self.efficiency *= 1.3
        # A speed may rise by half at most, or the first calm iteration would throw nodes away.
        self.value = min(target, 1.5 * self.value, _LARGEST)
        return self.value


@kernel
def _length(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)


@kernel
def swing_and_traction(
    masses: NDArray[np.float64],
    forces: NDArray[np.float64],
    earlier: NDArray[np.float64],
) -> tuple[float, float]:
    """Swing and traction between two iterations' forces, weighted by mass, summed over nodes."""
    swing, traction = 0.0, 0.0
    for i in range(masses.shape[0]):
        swing += masses[i] * _length(earlier[i, 0] - forces[i, 0], earlier[i, 1] - forces[i, 1])
        traction += (
            0.5 * masses[i] * _length(earlier[i, 0] + forces[i, 0], earlier[i, 1] + forces[i, 1])
        )
    return swing, traction


@kernel
def move(
    positions: NDArray[np.float64],
    masses: NDArray[np.float64],
    forces: NDArray[np.float64],
    earlier: NDArray[np.float64],
    speed: float,
) -> tuple[float, float]:
    """Move the nodes, and make ``forces`` the earlier ones.

    Returns:
        The mean distance that a node moved, and the mean distance of nodes from the origin.
    """
    moved, radius = 0.0, 0.0
    for i in range(masses.shape[0]):
        swing = masses[i] * _length(earlier[i, 0] - forces[i, 0], earlier[i, 1] - forces[i, 1])
        own_speed = speed / (1.0 + math.sqrt(speed * swing))
        positions[i, 0] += own_speed * forces[i, 0]
        positions[i, 1] += own_speed * forces[i, 1]
        moved += own_speed * _length(forces[i, 0], forces[i, 1])
        radius += _length(positions[i, 0], positions[i, 1])
        earlier[i, 0] = forces[i, 0]
        earlier[i, 1] = forces[i, 1]
    return moved / masses.shape[0], radius / masses.shape[0]
