"""The backbone of a network: the links that stand out at one of their ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.errors import EmptyMap
from tagatlas.network.network import Network


def backbone(network: Network, alpha: float) -> Network:
    """Extract the backbone with the disparity filter.

    (M. Á. Serrano, M. Boguñá, A. Vespignani: Extracting the multiscale backbone of complex
    weighted networks, PNAS 106(16), 2009.) Were the total weight of a node's k links shared out
    among them at random, one of them would get the share p of it or more with the probability
    ``(1 - p) ** (k - 1)``. A link stays if this is below ``alpha`` at one of its ends. An end
    with no other link says nothing about its link: the other end decides.

    In a directed network, a node's links out and its links in are looked at apart.

    Args:
        network: any.
        alpha: in (0, 1]; the lower, the fewer links.

    Returns:
        The links that stay, and the nodes at their ends, in the same order.

    Raises:
        EmptyMap: no link stays.
    """
    chances = np.minimum(*_chances(network))
    kept = chances < alpha
    if not kept.any():
        raise EmptyMap(
            f"none of {network.edge_count:,} links is in the backbone at {alpha:g}:"
            " choose a higher value, or none"
        )
    return network.edge_subgraph(kept)


def _chances(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each link at its source and at its target, 1 where it is the end's only one."""
    sources, targets = network.sources, network.targets
    weights = network.weights.astype(np.float64)
    out = np.bincount(sources, weights, network.node_count)
    into = np.bincount(targets, weights, network.node_count)
    if not network.directed:
        out = into = out + into
    at_source = _chance(weights / out[sources], network.out_degrees()[sources])
    at_target = _chance(weights / into[targets], network.in_degrees()[targets])
    return at_source, at_target


def _chance(share: NDArray[np.float64], degree: NDArray[np.int64]) -> NDArray[np.float64]:
    # With one link the share is 1 but for rounding, and the power 0: 0 ** 0 is 1.
    chance: NDArray[np.float64] = (1.0 - np.minimum(share, 1.0)) ** (degree - 1)
    return chance
