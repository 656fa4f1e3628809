"""Flows of images from the clusters of one backend to those of another."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tagatlas_compare.comparison.partitions import Table
from tagatlas_compare.statistics.intervals import share_interval

Numbers = NDArray[np.intp]

KINDS = ("same", "overlap", "merged", "split", "part", "regrouped", "spread")
"""Kinds of relations between clusters, in the order of reports."""

MOST = 0.5
"""A cluster goes into another if more than this share of it does, and more than by chance."""

SAME = 2 / 3
"""Two clusters are the same if at least this share of either is in the other."""


def flows(table: Table) -> pl.DataFrame:
    """The images that two clusters share, for all pairs that share any.

    Args:
        table: as from :func:`tagatlas_compare.comparison.partitions.contingency`.

    Returns:
        ``cluster_a``, ``cluster_b`` (Int32), ``images``; ``share_of_a``: of cluster a's images,
        with its 95 % interval ``low``, ``high``, and ``chance``: its value if the clusterings
        were independent, which is b's share of all images; ``share_of_b``;
        ``jaccard``. Ordered by cluster a, then falling number of images.
    """
    rows, columns = np.nonzero(table)
    images = table[rows, columns]
    of_a, of_b = table.sum(axis=1)[rows], table.sum(axis=0)[columns]
    low, high = share_interval(images, of_a)
    found = pl.DataFrame(
        {
            "cluster_a": rows.astype(np.int32),
            "cluster_b": columns.astype(np.int32),
            "images": images.astype(np.int64),
            "share_of_a": images / of_a,
            "low": low,
            "high": high,
            "chance": of_b / table.sum(),
            "share_of_b": images / of_b,
            "jaccard": images / (of_a + of_b - images),
        }
    )
    return found.sort("cluster_a", "images", "cluster_b", descending=[False, True, False])


def relations(
    table: Table, remainders: tuple[int | None, int | None] = (None, None)
) -> pl.DataFrame:
    """Relations between clusters.

    A cluster goes into one of the other backend if most of its images do, and more than by chance:
    the interval of their share is above the other's share of all images. Clusters connected in
    this way share a row. Of two that go into each other, ``same`` are those of which at least two
    thirds are in the other; others ``overlap``. One alone that goes into a larger one is a
    ``part`` of it. Two or more that all go into one are ``merged`` there, and one into which two
    or more all go is ``split``. Others that are connected are ``regrouped``. An unconnected
    cluster is ``spread``: no cluster of the other backend has most of it.

    Args:
        table: as from :func:`tagatlas_compare.comparison.partitions.contingency`.
        remainders: of each backend the number that stands for images in no cluster, if there is
            one: these are no theme.

    Returns:
        ``kind``, ``clusters_a``, ``clusters_b`` (List[Int32]) and ``images``: those in one of
        clusters a and one of clusters b, or all of the one cluster. Every cluster that has images
        is in one row, a remainder in none.
    """
    of_a, of_b = table.shape
    into_b = _goes_into(table, *remainders)
    into_a = _goes_into(table.T, *remainders[::-1])
    from_a, from_b = np.flatnonzero(into_b >= 0), np.flatnonzero(into_a >= 0)
    ends = np.concatenate([from_a, into_a[from_b]]), np.concatenate([into_b[from_a], from_b])
    links = coo_array((np.ones(len(ends[0])), (ends[0], of_a + ends[1])), shape=(of_a + of_b,) * 2)
    _, group_of = connected_components(links, directed=False)
    rows: list[tuple[str, list[int], list[int], int]] = []
    no_themes = {remainders[0], None if remainders[1] is None else of_a + remainders[1]}
    for group in np.unique(group_of):
        if set(np.flatnonzero(group_of == group).tolist()) <= no_themes:
            continue
        a = np.flatnonzero(group_of[:of_a] == group)
        b = np.flatnonzero(group_of[of_a:] == group)
        if len(a) and len(b):
            images, kind = table[np.ix_(a, b)].sum(), _kind(a, b, (into_b, into_a), table)
        else:
            images, kind = table[a].sum() + table[:, b].sum(), "spread"
        if images:
            rows.append((kind, a.tolist(), b.tolist(), int(images)))
    rows.sort(key=lambda row: (KINDS.index(row[0]), -row[3], row[1], row[2]))
    clusters = pl.List(pl.Int32)
    return pl.DataFrame(
        rows,
        schema={
            "kind": pl.String,
            "clusters_a": clusters,
            "clusters_b": clusters,
            "images": pl.Int64,
        },
        orient="row",
    )


def _kind(a: Numbers, b: Numbers, into: tuple[Numbers, Numbers], table: Table) -> str:
    """The kind of relation of connected clusters."""
    a_goes, b_goes = np.isin(into[0][a], b), np.isin(into[1][b], a)
    if len(a) == len(b) == 1:
        if not (a_goes[0] and b_goes[0]):
            return "part"
        larger = max(table[a[0]].sum(), table[:, b[0]].sum())
        return "same" if table[a[0], b[0]] >= SAME * larger else "overlap"
    if len(b) == 1 and a_goes.all():
        return "merged"
    return "split" if len(a) == 1 and b_goes.all() else "regrouped"


def theme_overlap(
    one: NDArray[np.int32], other: NDArray[np.int32], table: Table
) -> NDArray[np.float64]:
    """For each image the Jaccard similarity of its two clusters, in [0, 1], shape (n,).

    Args:
        one: cluster of each image, shape (n,).
        other: by the other backend.
        table: as from :func:`tagatlas_compare.comparison.partitions.contingency`.
    """
    shared = table[one, other]
    either = table.sum(axis=1)[one] + table.sum(axis=0)[other] - shared
    return np.asarray(shared / either, dtype=np.float64)


def _goes_into(table: Table, remainder: int | None, into_remainder: int | None) -> Numbers:
    """The cluster that most of each row goes into, -1 if there is none; shape (rows,)."""
    if not table.size:
        return np.full(table.shape[0], -1, dtype=np.int64)
    best, sizes = table.argmax(axis=1), np.maximum(table.sum(axis=1), 1)
    share = table.max(axis=1) / sizes
    low, _ = share_interval(table.max(axis=1), sizes)
    chance = table.sum(axis=0)[best] / max(table.sum(), 1.0)
    goes = (share > MOST) & (low > chance) & (best != into_remainder)
    if remainder is not None:
        goes[remainder] = False
    return np.where(goes, best, -1)
