"""Sentences on clusters of two backends: which are the same theme, merged or split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tagatlas.toolkit import count
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.pages.elements import listed, per_cent


@dataclass(frozen=True)
class _Clusters:
    """The clusters of two backends, on the images that are on both maps.

    Attributes:
        names: of a cluster, by side and number.
        sizes: number of its images, likewise.
        shared: number of images of two clusters.
        images: number of all.
    """

    names: dict[tuple[str, int], str]
    sizes: dict[tuple[str, int], int]
    shared: dict[tuple[int, int], int]
    images: int

    def share(self, of: tuple[str, int], into: int) -> str:
        """``of X 20 of 22 images (91 %; by chance 30 %)``: how much of a cluster is in another."""
        side, cluster = of
        pair = (cluster, into) if side == "a" else (into, cluster)
        shared, size = self.shared.get(pair, 0), self.sizes[of]
        chance = self.sizes["b" if side == "a" else "a", into] / self.images
        return (
            f"{shared:,} of its {count(size, 'image')} ({per_cent(shared / size)}; by chance"
            f" {per_cent(chance)})"
        )

    def partner(self, of: tuple[str, int]) -> int:
        """The cluster of the other backend that has most of a cluster."""
        side, cluster = of
        number = 0 if side == "a" else 1
        own = {pair: images for pair, images in self.shared.items() if pair[number] == cluster}
        return max(own, key=lambda pair: (own[pair], -pair[1 - number]))[1 - number]


def relation_sentences(comparison: Comparison, a: str, b: str) -> Iterator[tuple[str, str]]:
    """What became of each theme, with its shares.

    Args:
        comparison: the results.
        a: a backend with a map.
        b: another one.

    Returns:
        The kind of each relation, and a sentence.
    """
    is_own = (pl.col("a") == a) & (pl.col("b") == b)
    if comparison.flows.is_empty():
        return
    maps = {backend.label: backend.map for backend in comparison.backends}
    remainders = {
        (side, stored.data.remainder)
        for side, stored in (("a", maps[a]), ("b", maps[b]))
        if stored is not None
    }
    clusters = _clusters(comparison.flows.filter(is_own), remainders)
    for row in comparison.relations.filter(is_own).iter_rows(named=True):
        yield row["kind"], _sentence(clusters, (a, b), row)


def _clusters(flows: pl.DataFrame, remainders: set[tuple[str, int | None]]) -> _Clusters:
    names: dict[tuple[str, int], str] = {}
    sizes: dict[tuple[str, int], int] = {}
    shared: dict[tuple[int, int], int] = {}
    for row in flows.iter_rows(named=True):
        one, other = row["cluster_a"], row["cluster_b"]
        shared[one, other] = row["images"]
        for place in (("a", one), ("b", other)):
            name = f"“{row[f'name_{place[0]}']}”"
            names[place] = "what is in no cluster" if place in remainders else name
            sizes[place] = sizes.get(place, 0) + row["images"]
    return _Clusters(names, sizes, shared, sum(shared.values()))


def _sentence(clusters: _Clusters, labels: tuple[str, str], row: dict[str, list[int]]) -> str:
    """The sentence of a row of the table of relations."""
    kind = str(row["kind"])
    own = [("a", cluster) for cluster in row["clusters_a"]]
    others = [("b", cluster) for cluster in row["clusters_b"]]
    name = dict(zip("ab", labels, strict=True))

    def named(place: tuple[str, int]) -> str:
        return f"{clusters.names[place]} of {name[place[0]]}"

    if kind == "spread":
        [alone] = own or others
        into = clusters.partner(alone)
        side = "b" if alone[0] == "a" else "a"
        return (
            f"{named(alone)} has no counterpart: its largest part,"
            f" {clusters.share(alone, into)}, is in {named((side, into))}."
        )
    if kind in ("same", "overlap"):
        [one], [other] = own, others
        said = "are the same theme" if kind == "same" else "overlap"
        return (
            f"{named(one)} and {named(other)} {said}: the first has"
            f" {clusters.share(one, other[1])} in the second, the second"
            f" {clusters.share(other, one[1])} in the first."
        )
    if kind == "part":
        [one], [other] = own, others
        shared = clusters.shared[one[1], other[1]]
        small, large = (
            (one, other)
            if shared / clusters.sizes[one] >= shared / clusters.sizes[other]
            else (other, one)
        )
        return (
            f"{named(small)} is a part of {named(large)}, with {clusters.share(small, large[1])}."
        )
    if kind == "regrouped":
        return (
            f"Only together do {listed([named(place) for place in own])} correspond to"
            f" {listed([named(place) for place in others])}:"
            f" {count(int(str(row['images'])), 'image')}."
        )
    parts, whole = (own, others[0]) if kind == "merged" else (others, own[0])
    each = listed([f"{named(place)} with {clusters.share(place, whole[1])}" for place in parts])
    if kind == "merged":
        return f"{each} are merged in {named(whole)}."
    return f"{named(whole)} is split into {each}."
