"""Changes of clusters by a researcher, applied to the clusters that a clusterer finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import (
    Clusterer,
    ClustererDescription,
    ClusterInput,
    Clusters,
    Progress,
)
from tagatlas.contracts.annotation import (
    LONGEST_NAME,
    ClusterChange,
    ClusterMove,
    ClusterReference,
)
from tagatlas.wording import count

_TOLD = 20
"""Changes that fit nothing, told one by one."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, eq=False)
class Changed:
    """Clusters with the changes of a researcher.

    Attributes:
        clusters: as they are now.
        moved: number of images that are in another cluster than they would be if none had been
            moved.
        merged: number of clusters that were merged into others.
        made: number of clusters that were made of moved images.
        unfit: a line for each change that fits nothing on the map; of many the first, and how many
            there are besides.
    """

    clusters: Clusters
    moved: int
    merged: int
    made: int
    unfit: tuple[str, ...]

    @property
    def text(self) -> str:
        """Sentences for a methods section; empty if nothing is other than it was found."""
        done = [
            f"{_were(number, thing)} {what}"
            for number, thing, what in (
                (self.moved, "image", "moved to another cluster"),
                (self.merged, "cluster", "merged into another"),
                (self.made, "cluster", "made of images that were moved"),
            )
            if number
        ]
        if not done:
            return ""
        *others, last = done
        said = f"{', '.join(others)} and {last}" if others else last
        steadiness = " Clusters that were merged or made have no stability."
        return f"Then a researcher changed them by hand: {said}." + steadiness * bool(
            self.merged or self.made
        )


class HandClusterer(Clusterer):
    """A clusterer whose clusters a researcher changes."""

    def __init__(self, clusterer: Clusterer, changes: Sequence[ClusterChange]) -> None:
        """Change the clusters of another clusterer.

        Args:
            clusterer: finds the clusters.
            changes: in their order; of several for one image the last counts.
        """
        self._clusterer = clusterer
        self._changes = changes
        self.changed: Changed | None = None
        """The last result; None before there is one."""

    def describe(self) -> ClustererDescription:
        """The clusterer's own description, with the changes of the last result."""
        described = self._clusterer.describe()
        if self.changed is None:
            return described
        return replace(described, text=f"{described.text} {self.changed.text}".strip())

    def prepare(self) -> None:
        """Prepare the clusterer."""
        self._clusterer.prepare()

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """The clusterer's clusters, with the changes."""
        found = self._clusterer.cluster(images, seed=seed, progress=progress)
        self.changed = change_clusters(found, images.ids, self._changes)
        return self.changed.clusters


def change_clusters(found: Clusters, ids: pl.Series, changes: Sequence[ClusterChange]) -> Changed:
    """Apply changes to clusters, one after the other.

    A cluster that a change refers to is recognised by its images: it is the one that most of them
    are in after the earlier changes, the lowest number among equals. So changes hold for clusters
    that are found again with other images or another seed. If none of them is there any more, it
    is the cluster that an earlier change made of that name. Images that are moved to a cluster that
    is not there make a new one. They leave their sub-cluster, and a cluster is not divided any
    more if a single sub-cluster is left of it.

    Args:
        found: n images in clusters.
        ids: of the images, shape (n,).
        changes: in their order.
    """
    return _Division(found, ids, changes).changed()


class _Division:
    """The division of n images into clusters, while it is changed."""

    def __init__(self, found: Clusters, ids: pl.Series, changes: Sequence[ClusterChange]) -> None:
        self._found = found
        self._labels = np.array(found.labels, dtype=np.int64)
        self._homes = self._labels.copy()  # where images would be if none had been moved
        self._row = _rows(ids, changes)
        self._names: dict[int, str] = dict(found.names)
        self._made: dict[str, int] = {}
        self._next = int(self._labels.max(initial=-1)) + 1
        self._unsteady: set[int] = set()
        self._merged = 0
        self._unfit: list[str] = []
        for change in changes:
            if isinstance(change, ClusterMove):
                self._move(change)
            else:
                self._merge(change.cluster, change.into)

    def changed(self) -> Changed:
        there = set(self._labels.tolist())
        moved = np.flatnonzero(self._labels != self._homes)
        names = {label: name for label, name in self._names.items() if label in there}
        return Changed(
            replace(
                self._found,
                labels=self._labels,
                stability=self._stability(),
                sub_labels=self._sub_labels(moved),
                names=names,
            ),
            moved=len(moved),
            merged=self._merged,
            made=sum(label in there for label in self._made.values()),
            unfit=_told(self._unfit),
        )

    def _move(self, change: ClusterMove) -> None:
        rows = np.array([self._row[each] for each in change.images if each in self._row], np.intp)
        if not len(rows):
            self._unfit.append(
                f"no image that was moved to {_plain(change.into.name)} is on the map"
            )
            return
        target = self._of(change.into) if change.into.typical else None
        if target is None:
            target = self._make(change.into.name)
        self._labels[rows] = target

    def _merge(self, cluster: ClusterReference, into: ClusterReference) -> None:
        gone, target = self._of(cluster), self._of(into)
        for reference, label in ((cluster, gone), (into, target)):
            if label is None:
                self._unfit.append(
                    f"no image of the cluster {_plain(reference.name)} is on the map"
                )
        if gone is None or target is None or gone == target:
            return
        for labels in (self._labels, self._homes):
            labels[labels == gone] = target
        self._names.pop(gone, None)
        self._unsteady.add(target)
        self._merged += 1

    def _of(self, reference: ClusterReference) -> int | None:
        """The label of a cluster; None if it is not there."""
        votes = [
            int(self._labels[self._row[each]]) for each in reference.typical if each in self._row
        ]
        if votes:
            return Counter(sorted(votes)).most_common(1)[0][0]
        return self._made.get(reference.name)

    def _make(self, name: str) -> int:
        if name not in self._made:
            self._made[name], self._next = self._next, self._next + 1
        label = self._made[name]
        self._names[label] = _plain(name) or "new"
        return label

    def _stability(self) -> NDArray[np.float64] | None:
        """Of each label up to the highest; NaN for those that no run of the clusterer found."""
        if self._found.stability is None:
            return None
        stability = np.full(self._next, np.nan)
        stability[: len(self._found.stability)] = self._found.stability
        stability[[label for label in self._unsteady if label >= 0]] = np.nan
        return stability[: int(self._labels.max(initial=-1)) + 1]

    def _sub_labels(self, moved: NDArray[np.intp]) -> NDArray[np.integer] | None:
        if self._found.sub_labels is None:
            return None
        subs = np.array(self._found.sub_labels)
        subs[moved] = -1
        subs[self._labels < 0] = -1
        pairs = np.unique(np.stack([self._labels, subs])[:, subs >= 0], axis=1)
        clusters, parts = np.unique(pairs[0], return_counts=True)
        alone = np.isin(self._labels, clusters[parts == 1])
        touched = np.concatenate([self._labels[moved], self._homes[moved], [*self._unsteady]])
        subs[alone & np.isin(self._labels, touched)] = -1
        return subs


def _rows(ids: pl.Series, changes: Sequence[ClusterChange]) -> Mapping[str, int]:
    """The rows of the images that changes name, as far as they are there."""
    named: set[str] = set()
    for change in changes:
        named.update(change.into.typical)
        named.update(change.images if isinstance(change, ClusterMove) else change.cluster.typical)
    rows = ids.to_frame("id").with_row_index("row").filter(pl.col("id").is_in(list(named)))
    return dict(rows.select("id", "row").iter_rows())


def _told(unfit: Sequence[str]) -> tuple[str, ...]:
    """What is said of changes that do not fit, each once: of many the first, and the number."""
    each = tuple(dict.fromkeys(unfit))
    rest = len(each) - _TOLD
    fit = "fits" if rest == 1 else "fit"
    more = [f"{count(rest, 'further change')} {fit} nothing on the map"] if rest > 0 else []
    return (*each[:_TOLD], *more)


def _were(number: int, thing: str) -> str:
    return f"{count(number, thing)} {'was' if number == 1 else 'were'}"


def _plain(name: str) -> str:
    """A name without control characters, which a stored one may have."""
    return " ".join(_CONTROL.sub(" ", name).split())[:LONGEST_NAME]
