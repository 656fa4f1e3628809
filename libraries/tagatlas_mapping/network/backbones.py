"""The backbone of a network: the links that are significant at one of their ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagatlas.contracts.description import Citation, NetworkDescription
from tagatlas.errors import EmptyMap
from tagatlas.network.network import Network

__all__ = ["backbone", "with_backbone"]

DISPARITY = Citation(
    "Serrano et al., 2009",
    "Serrano, M. Á., Boguñá, M., & Vespignani, A. (2009). Extracting the multiscale backbone of "
    "complex weighted networks. *PNAS*, 106(16), 6483-6488.",
)


def backbone(network: Network, alpha: float | None) -> Network:
    """Extract the backbone with the disparity filter.

    (M. Á. Serrano, M. Boguñá, A. Vespignani: Extracting the multiscale backbone of complex
    weighted networks, PNAS 106(16), 2009.) If the total weight of a node's k links were split
    among them at random, a given link would get a share of at least p with the probability
    ``(1 - p) ** (k - 1)``. A link is kept if this is below ``alpha`` at one of its ends. At an
    end with no other link the test is undefined: the other end decides.

    In a directed network, a node's outgoing and incoming links are tested separately.

    Args:
        network: any.
        alpha: in (0, 1]; the lower, the fewer links. None keeps all, and all nodes.

    Returns:
        The links that are kept, and the nodes at their ends, in the same order.

    Raises:
        EmptyMap: no link is kept.
    """
    if alpha is None:
        return network
    chances = np.minimum(*_chances(network))
    kept = chances < alpha
    if not kept.any():
        raise EmptyMap(
            f"no link (of {network.edge_count:,}) is in the backbone at {alpha:g}:"
            " choose a higher value, or none"
        )
    return network.edge_subgraph(kept)


def with_backbone(described: NetworkDescription, alpha: float | None) -> NetworkDescription:
    """Description of a network after :func:`backbone`.

    Args:
        described: description of the network before.
        alpha: of the backbone; None if all links are kept.
    """
    if alpha is None:
        return described
    said = f"They are its backbone by the disparity filter ({DISPARITY.short})."
    text = f"{described.text} {said}".strip()
    return replace(described, text=text, citations=(*described.citations, DISPARITY))


def _chances(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The probability of each link at its source and at its target; 1 if it is the only one."""
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
