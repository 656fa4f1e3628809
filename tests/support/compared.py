"""Backends with planted tags, their maps and clusters, for the tests of comparisons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from map_plugins import themes_of
from numpy.typing import NDArray
from planted import planted_collection

from tagatlas.contracts import MapData, no_progress
from tagatlas_compare import CompareOptions, Comparison
from tagatlas_compare.comparison.compared import ComparedBackend, ComparedMap
from tagatlas_compare.comparison.comparison import make_comparison
from tagatlas_compare.comparison.label_similarity import LabelSimilarity
from tagatlas_mapping.cluster.scores import score_matrix

Labels = NDArray[np.int32]


def clusters_of(images: pl.DataFrame, tags: pl.DataFrame) -> Labels:
    """The clusters that a map of these tags has."""
    return themes_of(images, tags).of_image


def tagged_backend(
    label: str,
    images: pl.DataFrame,
    tags: pl.DataFrame,
    *,
    clusters: Labels | None = None,
    names: Sequence[str] | None = None,
) -> ComparedBackend:
    """A backend that gave these tags, with a map: each cluster at a separate position."""
    scores, labels = score_matrix(images, tags.lazy())
    clusters = clusters_of(images, tags) if clusters is None else clusters
    dice = np.random.default_rng(len(label))
    angles = 2 * np.pi * clusters / (clusters.max() + 1)
    positions = np.column_stack([np.cos(angles), np.sin(angles)])
    positions = 10 * positions + dice.normal(size=positions.shape)
    names = names or [f"{label} {each}" for each in range(clusters.max() + 1)]
    return ComparedBackend(
        label=label,
        name=label.partition(":")[0],
        fingerprint=f"{label} 1",
        scores=scores,
        labels=labels,
        looked=np.ones(images.height, dtype=np.bool_),
        embeddings=None,
        map=ComparedMap(label, _map(images, clusters, names, positions), images["id"]),
    )


def _map(
    images: pl.DataFrame, clusters: Labels, names: Sequence[str], positions: NDArray[np.float64]
) -> MapData:
    """A map of images without links."""
    nothing = np.zeros(0, dtype=np.int32)
    return MapData(
        nodes=images.select(
            "id",
            "label",
            kind=pl.lit("image"),
            x=pl.Series(positions[:, 0]),
            y=pl.Series(positions[:, 1]),
            cluster=pl.Series(clusters),
        ),
        sources=nothing,
        targets=nothing,
        weights=np.zeros(0, dtype=np.float32),
        directed=True,
        clusters=pl.DataFrame({"name": names}),
        subclusters=pl.DataFrame(),
        stability=0.9,
        outlines={},
    )


def renamed(tags: pl.DataFrame, seed: int = 1) -> pl.DataFrame:
    """The same tags under meaningless names, in another alphabetical order."""
    labels = tags["tag"].unique().sort()
    numbers = np.random.default_rng(seed).permutation(len(labels))
    names = [f"name {number:05}" for number in numbers]
    return tags.with_columns(tag=pl.col("tag").replace_strict(labels, names))


def shuffled(images: pl.DataFrame, tags: pl.DataFrame, seed: int = 1) -> pl.DataFrame:
    """The tags of each image given to another one."""
    others = images["id"].sample(fraction=1.0, shuffle=True, seed=seed)
    return tags.with_columns(image=pl.col("image").replace_strict(images["id"], others))


def with_errors(tags: pl.DataFrame, rate: float, seed: int) -> pl.DataFrame:
    """The tags, of which a share is replaced by others of the vocabulary."""
    dice = np.random.default_rng(seed)
    labels = tags["tag"].unique().sort()
    wrong = dice.random(tags.height) < rate
    others = labels.gather(dice.integers(0, len(labels), tags.height))
    mixed = tags.with_columns(tag=pl.when(pl.Series(wrong)).then(others).otherwise("tag"))
    return mixed.unique(["image", "tag"], keep="first", maintain_order=True)


def compared(
    images: pl.DataFrame,
    backends: Sequence[ComparedBackend],
    meaning: LabelSimilarity | None = None,
    options: CompareOptions | None = None,
) -> Comparison:
    """The comparison of these backends."""
    options = options or CompareOptions(top=5)
    return make_comparison(images, backends, meaning, options, progress=no_progress)


__all__ = [
    "clusters_of",
    "compared",
    "planted_collection",
    "renamed",
    "shuffled",
    "tagged_backend",
    "with_errors",
]
