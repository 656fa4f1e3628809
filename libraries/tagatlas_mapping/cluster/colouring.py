"""Colours of clusters: neighbours differ, and clusters keep the colours that they had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import Delaunay

from tagatlas_rendering.vision import differences

_MOST_IMAGES = 20_000
"""Number of images by which neighbours are found; evenly chosen of more."""

_TELLING = 0.025
"""Difference of two colours, in OKLab, at which they are told apart at a glance."""

_SAME = 30.0
"""What one colour for two neighbours costs; 1 would be that of colours not to be told apart."""

_NEXT = 0.02
"""Mean weight of two clusters with a neighbour in common, as a share of that of neighbours."""

_APART = 0.02
"""Weight of two clusters that are not neighbours, as a share of the mean weight of neighbours."""

_KEPT = 0.5
"""Share of a cluster's images that had a colour before, from which on it keeps that."""

_ROUNDS = 50
"""Maximum rounds of changes over all clusters."""

_LESS = -1e-9
"""A change is better if it changes the sum by less than this, which rounding does not reach."""


def colour_clusters(
    positions: NDArray[np.float64],
    clusters: NDArray[np.int32],
    count: int,
    before: NDArray[np.int32],
) -> NDArray[np.int64]:
    """Choose a colour of the palette for each cluster.

    Clusters that had a colour keep it. The others are given colours such that the sum over pairs
    of neighbours, and with less weight over others, of how alike their colours are is small: first
    one after the other, then by single changes and exchanges of two until none helps. How alike two
    colours are is judged by the readers, of usual vision or with a colour-vision deficiency, who
    tell them apart least.

    Args:
        positions: of n images, shape (n, 2).
        clusters: of the images, each from 0 to ``count`` - 1, shape (n,).
        count: number of clusters.
        before: the colour that each image had on an earlier map; -1 if it was on none. Shape (n,).

    Returns:
        Numbers of colours, shape (count,). A colour comes again only where there are more clusters
        than colours. Deterministic.
    """
    alike = np.exp(-differences() / _TELLING)
    np.fill_diagonal(alike, _SAME)
    borders = _borders(positions, clusters, count)
    most = -(-count // len(alike))
    colours = _kept(clusters, before, borders, most)
    free = np.flatnonzero(colours < 0).tolist()
    borders = _with_next(borders)
    apart = _APART * float(borders.data.mean()) if borders.nnz else 1.0
    for cluster in free:
        is_set = colours >= 0
        costs = alike[:, colours[is_set]] @ (borders[[cluster]].toarray()[0, is_set] + apart)
        used = np.bincount(colours[is_set], minlength=len(alike))
        colours[cluster] = np.where(used < most, costs, np.inf).argmin()
    for _ in range(_ROUNDS):
        is_better = [_improved(each, free, colours, borders, alike, apart, most) for each in free]
        if not any(is_better):
            break
    return colours


def _borders(positions: NDArray[np.float64], clusters: NDArray[np.int32], count: int) -> csr_array:
    """How much two clusters border on each other, symmetric, shape (count, count).

    Images are neighbours in the Delaunay triangulation, and count less the farther they are apart.
    The root of their sum is taken: colours are beside each other on a short border, too.
    """
    step = -(-max(len(positions), 1) // _MOST_IMAGES)
    places, of_place = positions[::step], clusters[::step].astype(np.int64)
    if len(places) < 4:  # too few to be triangulated: all are neighbours
        one, other = np.triu_indices(len(places), 1)
    else:
        # In general position: rows of images and images at one place have no triangles.
        extent = max(float(np.ptp(places, axis=0).max()), 1e-9)
        moved = places + np.random.default_rng(0).random(places.shape) * extent * 1e-6
        corners = Delaunay(moved).simplices
        one, other = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]).T
    lengths = np.linalg.norm(places[one] - places[other], axis=1)
    usual = max(float(np.median(lengths)), 1e-9) if len(lengths) else 1.0
    weights = usual / np.maximum(lengths, usual)
    differ = of_place[one] != of_place[other]
    ends = of_place[one][differ], of_place[other][differ]
    pairs = csr_array((weights[differ], ends), shape=(count, count))
    return csr_array((pairs + pairs.T).sqrt())


def _with_next(borders: csr_array) -> csr_array:
    """The same, with a little weight for clusters that have a neighbour in common."""
    beyond = csr_array(borders @ borders)
    beyond.setdiag(0)
    if not beyond.sum():
        return borders
    return csr_array(borders + beyond * (_NEXT * borders.data.mean() / beyond.data.mean()))


def _kept(
    clusters: NDArray[np.int32], before: NDArray[np.int32], borders: csr_array, most: int
) -> NDArray[np.int64]:
    """The colours that clusters keep, -1 for those that keep none; shape (count,).

    A cluster keeps the colour of most of its images that had one, or most of the images that had
    it; those of the most images first. Neighbours do not keep the same.
    """
    count, colours = borders.shape[0], len(differences())
    had = np.zeros((count, colours), dtype=np.int64)
    is_old = before >= 0
    np.add.at(had, (clusters[is_old], before[is_old] % colours), 1)
    needed = _KEPT * np.minimum(had.sum(axis=1)[:, None], had.sum(axis=0))
    kept = np.full(count, -1, dtype=np.int64)
    for place in np.argsort(-had, axis=None, kind="stable").tolist():
        cluster, colour = divmod(place, colours)
        if had[cluster, colour] == 0:
            break
        beside = borders.indices[borders.indptr[cluster] : borders.indptr[cluster + 1]]
        is_free = kept[cluster] < 0 and colour not in kept[beside] and (kept == colour).sum() < most
        if is_free and had[cluster, colour] > needed[cluster, colour]:
            kept[cluster] = colour
    return kept


def _improved(
    cluster: int,
    free: list[int],
    colours: NDArray[np.int64],
    borders: csr_array,
    alike: NDArray[np.float64],
    apart: float,
    most: int,
) -> bool:
    """Give a cluster a better colour, unused or in exchange, if there is one."""
    now = colours[cluster]
    costs = borders @ alike[colours]
    used = np.bincount(colours, minlength=len(alike))
    changes = costs[cluster] - costs[cluster, now]
    changes += apart * (alike @ used - alike[now] - (alike[now] @ used - _SAME))
    changes = np.where(used < most, changes, np.inf)
    if changes.min() < _LESS:
        colours[cluster] = changes.argmin()
        return True
    others = colours[free]
    shared = borders[[cluster]].toarray()[0, free]
    changes = costs[cluster, others] - costs[cluster, now] + costs[free, now] - costs[free, others]
    changes += 2 * shared * (alike[now, others] - _SAME)
    if changes.min() >= _LESS:
        return False
    other = free[int(changes.argmin())]
    colours[[cluster, other]] = colours[[other, cluster]]
    return True
