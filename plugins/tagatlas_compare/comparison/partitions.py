"""Agreement of two clusterings of the same images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import kernel

Labels = NDArray[np.int32]
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Agreement of two clusterings.

    Attributes:
        mutual_information: adjusted for chance: 1 if they are the same, about 0 if they
            agree no more than by chance (N. X. Vinh, J. Epps & J. Bailey, "Information Theoretic
            Measures for Clusterings Comparison", Journal of Machine Learning Research 11, 2010;
            normalised by the mean of both entropies).
        rand: adjusted likewise: of the pairs of images, those that both put together or both keep
            apart (L. Hubert & P. Arabie, "Comparing partitions", Journal of Classification 2,
            1985).
        v_measure: harmonic mean of homogeneity and completeness (A. Rosenberg & J. Hirschberg,
            "V-Measure", EMNLP-CoNLL 2007). It is not adjusted: chance gives more than 0.
    """

    mutual_information: float
    rand: float
    v_measure: float


def contingency(one: Labels, other: Labels, weights: NDArray[np.generic] | None = None) -> Table:
    """The contingency table of two clusterings: numbers of shared images.

    Args:
        one: cluster of each image, numbered from 0, shape (n,).
        other: the same of another clustering.
        weights: of the images, shape (n,); None for 1.

    Returns:
        Shape (clusters of one, clusters of the other).
    """
    rows, columns = int(one.max(initial=-1)) + 1, int(other.max(initial=-1)) + 1
    cells = one.astype(np.int64) * columns + other
    counts = np.bincount(cells, weights, minlength=rows * columns).astype(np.float64)
    return counts.reshape(rows, columns)


def agreement(table: Table) -> Agreement:
    """Agreement of two clusterings, from their contingency table of whole numbers."""
    sizes = table.sum(axis=1)[table.sum(axis=1) > 0], table.sum(axis=0)[table.sum(axis=0) > 0]
    total = float(table.sum())
    if total == 0:
        return Agreement(np.nan, np.nan, np.nan)
    entropies = tuple(_entropy(each, total) for each in sizes)
    shared = _mutual_information(table, total)
    expected = _expected_information(
        sizes[0].astype(np.int64), sizes[1].astype(np.int64), int(total)
    )
    most = sum(entropies) / 2
    is_same = np.count_nonzero(table) == len(sizes[0]) == len(sizes[1])
    return Agreement(
        1.0 if is_same else _adjusted(shared, expected, most),
        _rand(table, *sizes, total),
        1.0 if most == 0 else min(max(shared, 0.0) / most, 1.0),
    )


FEWEST_CLUSTERS, FEWEST_IMAGES = 3, 25


def has_enough(table: Table) -> bool:
    """Whether the agreement of two clusterings has an interval that holds.

    None held for two clusters, or for fewer than 25 images a cluster.

    Args:
        table: as from :func:`contingency`.
    """
    clusters = [int((table.sum(axis=axis) > 0).sum()) for axis in (0, 1)]
    return min(clusters) >= FEWEST_CLUSTERS and table.sum() >= FEWEST_IMAGES * max(clusters)


def without_each(table: Table) -> dict[str, Table]:
    """The agreement without one image of each cell of a contingency table of whole numbers.

    The expected information, which a single image hardly moves, is that of the whole table where
    computing it again would take long.

    Returns:
        By name of :class:`Agreement`'s attributes, shape of the table; NaN for empty cells. With
        two images or fewer all are NaN.
    """
    rows_of, columns_of = np.nonzero(table)
    cells = rows_of, columns_of
    total = float(table.sum())
    found = {name: np.full(table.shape, np.nan) for name in vars(agreement(table))}
    if total < 3:
        return found
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    count, row, column = table[cells], rows[cells[0]], columns[cells[1]]
    rest = total - 1
    shared_logs = _logs(table).sum() - _logs(count) + _logs(count - 1)
    row_logs = _logs(rows).sum() - _logs(row) + _logs(row - 1)
    column_logs = _logs(columns).sum() - _logs(column) + _logs(column - 1)
    shared = np.log(rest) + (shared_logs - row_logs - column_logs) / rest
    most = np.log(rest) - (row_logs + column_logs) / 2 / rest
    expected = _expected_without(rows, columns, cells)
    room = most - expected
    tiny = np.finfo(np.float64).eps
    found["mutual_information"][cells] = (shared - expected) / np.maximum(room, tiny)
    found["v_measure"][cells] = np.clip(shared, 0, None) / np.maximum(most, tiny)
    pairs, by_chance = _pairs(table) - (count - 1), max(rest * (rest - 1) / 2, 1.0)
    of_rows, of_columns = _pairs(rows) - (row - 1), _pairs(columns) - (column - 1)
    chance = of_rows * of_columns / by_chance
    found["rand"][cells] = (pairs - chance) / np.maximum((of_rows + of_columns) / 2 - chance, tiny)
    return found


def _expected_without(
    rows: Table, columns: Table, cells: tuple[NDArray[np.intp], NDArray[np.intp]]
) -> Table:
    """The expected information without one image of each of some cells."""
    of_rows, of_columns = rows.astype(np.int64), columns.astype(np.int64)
    total = int(of_rows.sum())
    if len(cells[0]) * len(rows) * len(columns) > _MOST_TERMS:
        whole = _expected_information(of_rows[of_rows > 0], of_columns[of_columns > 0], total)
        return np.full(len(cells[0]), whole)
    found = []
    for row, column in zip(*(each.tolist() for each in cells), strict=True):
        fewer, others = of_rows.copy(), of_columns.copy()
        fewer[row] -= 1
        others[column] -= 1
        found.append(_expected_information(fewer[fewer > 0], others[others > 0], total - 1))
    return np.array(found)


_MOST_TERMS = 200_000


def _logs(counts: Table) -> Table:
    """Each count times its logarithm; 0 for 0."""
    found: Table = counts * np.log(np.maximum(counts, 1))
    return found


def _adjusted(found: float, expected: float, most: float) -> float:
    """Value beyond chance, as a share of the possible value beyond chance."""
    room = most - expected
    tiny = np.finfo(np.float64).eps
    return float((found - expected) / (max(room, tiny) if room >= 0 else min(room, -tiny)))


def _rand(table: Table, rows: Table, columns: Table, total: float) -> float:
    together = _pairs(table)
    of_rows, of_columns = _pairs(rows), _pairs(columns)
    expected = of_rows * of_columns / max(_pairs(np.array([total])), 1.0)
    most = (of_rows + of_columns) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def _pairs(counts: Table) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _entropy(sizes: Table, total: float) -> float:
    shares = sizes / total
    return float(-(shares * np.log(shares)).sum())


def _mutual_information(table: Table, total: float) -> float:
    rows, columns = np.nonzero(table)
    counts = table[rows, columns]
    by_chance = table.sum(axis=1)[rows] * table.sum(axis=0)[columns] / total
    return float((counts / total * np.log(counts / by_chance)).sum())


@kernel
def _expected_information(rows: NDArray[np.int64], columns: NDArray[np.int64], total: int) -> float:
    """The mean mutual information of shuffled clusterings of these sizes (Vinh et al., eq. 24a).

    The number that two clusters share is hypergeometric. Its probabilities are summed from the
    most probable number on in both directions, each from the one before, until they vanish.
    """
    logs = np.zeros(total + 1)
    for number in range(2, total + 1):
        logs[number] = logs[number - 1] + np.log(number)
    found = 0.0
    for a in rows:
        for b in columns:
            fewest, most = max(0, a + b - total), min(a, b)
            mode = min(max(((a + 1) * (b + 1)) // (total + 2), fewest), most)
            # The logarithm of the probability that of a and b images `mode` are the same.
            log_mode = logs[a] + logs[b] + logs[total - a] + logs[total - b] - logs[total]
            log_mode -= logs[mode] + logs[a - mode] + logs[b - mode] + logs[total - a - b + mode]
            likeliest = np.exp(log_mode)
            chance, shared = likeliest, mode
            while shared <= most and chance > 1e-22:
                if shared > 0:
                    found += chance * shared / total * np.log(total * shared / (a * b))
                chance *= (a - shared) * (b - shared)
                shared += 1
                chance /= shared * (total - a - b + shared)
            chance, shared = likeliest, mode
            while shared > fewest and chance > 1e-22:
                chance *= shared * (total - a - b + shared)
                shared -= 1
                chance /= (a - shared) * (b - shared)
                if shared > 0:
                    found += chance * shared / total * np.log(total * shared / (a * b))
    return found
