"""Embeddedness of edges: it tells a theme's edges from stray ones.

An edge between an image and a tag is well embedded if the image's other tags occur with that tag
elsewhere too. The idea is that of B. Nick, C. Lee, P. Cunningham, U. Brandes: Simmelian Backbones,
ASONAM 2013, and of A. Nocaj, M. Ortmann, U. Brandes: Untangling the Hairballs of Multi-Centered,
Small-World Online Social Media Networks, Journal of Graph Algorithms and Applications 19(2), 2015,
who count quadrangles; here they are counted as the cosine between sets of neighbours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import Network
from tagatlas.toolkit import IMAGE, kernel


def embeddedness(network: Network) -> NDArray[np.float64]:
    """The embeddedness of each edge, relative to the mean edge's.

    That of an edge from s to t is the mean, over the other targets u of s, of the cosine between
    the set of sources of u and that of t. An undirected edge is taken from both of its ends, and
    has the mean of the two. Where some edges join an image and a tag, those between two images do
    not count, and have 1: they stand for a likeness that is known. It takes time in proportion to
    the sum of squares of the sources' degrees: a second or two for a million images.

    Returns:
        Values above 0, with a mean of 1, shape (m,). An edge whose source has no other target
        has 1, since its embeddedness is unknown.
    """
    is_image = network.is_kind(IMAGE)
    is_alike = is_image[network.sources] & is_image[network.targets]
    if is_alike.all():
        return _relative(network)
    relative = np.ones(network.edge_count)
    relative[~is_alike] = _relative(
        replace(
            network,
            sources=network.sources[~is_alike],
            targets=network.targets[~is_alike],
            weights=network.weights[~is_alike],
        )
    )
    return relative


def _relative(network: Network) -> NDArray[np.float64]:
    """Embeddedness of edges of one kind."""
    sources, targets = network.sources, network.targets
    if not network.directed:
        sources, targets = np.concatenate([sources, targets]), np.concatenate([targets, sources])
    if len(sources) == 0:
        return np.empty(0)
    edges = np.arange(len(sources))
    shape = (network.node_count, network.node_count)
    by_source = csr_array((edges, (sources, targets)), shape=shape)
    by_target = csr_array((edges, (targets, sources)), shape=shape)
    found = np.full(len(edges), np.nan)
    _fill(
        by_source.indptr.astype(np.int64),
        by_source.indices.astype(np.int32),
        by_target.indptr.astype(np.int64),
        by_target.indices.astype(np.int32),
        by_target.data,
        found,
    )
    ways = found.reshape(-1, network.edge_count)
    told = np.isfinite(ways)
    known = told.any(axis=0)
    relative = np.ones(network.edge_count)
    if known.any():
        means = ways[:, known].mean(axis=0, where=told[:, known])
        relative[known] = means / means.mean()
    return relative


@kernel
def _fill(
    source_starts: NDArray[np.int64],
    targets: NDArray[np.int32],
    target_starts: NDArray[np.int64],
    sources: NDArray[np.int32],
    edges: NDArray[np.int64],
    found: NDArray[np.float64],
) -> None:
    """Write to ``found`` the embeddedness of each edge whose source has another target.

    Source s has ``targets[source_starts[s]:source_starts[s + 1]]``, and target t has
    ``sources`` by ``target_starts`` likewise, to which the rows ``edges`` of ``found`` belong.
    """
    size = 1.0 / np.sqrt(np.maximum(np.diff(target_starts), 1))
    common = np.zeros(target_starts.shape[0] - 1)
    for target in range(common.shape[0]):
        here = sources[target_starts[target] : target_starts[target + 1]]
        for source in here:
            for other in targets[source_starts[source] : source_starts[source + 1]]:
                common[other] += 1.0
        common[target] = 0.0
        for k in range(here.shape[0]):
            others = targets[source_starts[here[k]] : source_starts[here[k] + 1]]
            if others.shape[0] > 1:
                total = 0.0
                for other in others:
                    total += common[other] * size[other]
                edge = edges[target_starts[target] + k]
                found[edge] = total * size[target] / (others.shape[0] - 1)
        for source in here:
            for other in targets[source_starts[source] : source_starts[source + 1]]:
                common[other] = 0.0
