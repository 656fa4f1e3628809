"""Colours of clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from tagatlas_mapping.cluster import colour_clusters
from tagatlas_rendering.palette import COLOURS
from tagatlas_rendering.vision import differences

Places = NDArray[np.float64]
Clusters = NDArray[np.int32]


def islands(count: int, seed: int = 0, images: int = 12) -> tuple[Places, Clusters]:
    """Clusters that fill a square, each around its own centre; places and clusters of images."""
    dice = np.random.default_rng(seed)
    centres, places = dice.random((count, 2)), dice.random((count * images, 2))
    return places, np.linalg.norm(places[:, None] - centres, axis=2).argmin(axis=1).astype(np.int32)


def chosen(
    places: Places, clusters: Clusters, count: int, before: list[int] | None = None
) -> NDArray[np.int64]:
    old = np.full(len(places), -1) if before is None else np.array(before)
    return colour_clusters(places, clusters, count, old.astype(np.int32))


def beside(places: Places, clusters: Clusters) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs of clusters with images that are neighbours."""
    corners = Delaunay(places).simplices
    ends = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    one, other = clusters[ends].T
    return one[one != other], other[one != other]


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 5))
def test_colours_come_again_only_where_there_are_too_few(count: int, images: int) -> None:
    places, clusters = islands(count, images=images)
    colours = chosen(places, clusters, count)
    assert len(colours) == count
    assert max(np.bincount(colours)) <= -(-count // len(COLOURS))
    assert set(colours) <= set(range(len(COLOURS)))


@pytest.mark.parametrize("count", [6, 12, 16, 30, 60])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neighbours_are_told_apart_by_all_readers(count: int, seed: int) -> None:
    places, clusters = islands(count, seed)
    colours = chosen(places, clusters, count)
    one, other = beside(places, clusters)
    apart = differences()
    assert apart[colours[one], colours[other]].min() > 0.1
    # Better than in the order of size, where colours of neighbours are as it happens.
    by_rank = apart[one % len(COLOURS), other % len(COLOURS)]
    assert apart[colours[one], colours[other]].mean() > by_rank.mean()


def test_a_colour_comes_again_farther_off() -> None:
    far = []
    for seed in range(4):
        places, clusters = islands(60, seed, images=20)
        colours = chosen(places, clusters, 60)
        one, other = beside(places, clusters)
        assert (colours[one] != colours[other]).all()
        touching = np.zeros((60, 60), dtype=np.int64)
        touching[one, other] = touching[other, one] = 1
        near = (touching @ touching > 0) & (touching == 0) & ~np.eye(60, dtype=bool)
        first, second = np.nonzero(near)
        far.append((colours[first] == colours[second]).mean())
    assert np.mean(far) < 0.04  # a twelfth by chance


def test_images_in_a_row_at_one_place_or_alone_are_no_obstacle() -> None:
    row = np.column_stack([np.arange(20.0), np.zeros(20)])
    clusters = np.repeat(np.arange(4, dtype=np.int32), 5)
    for places in (row, np.zeros((20, 2)), row[:, ::-1].copy()):
        assert len(set(chosen(places, clusters, 4))) == 4
    for images in range(4):
        few = np.arange(images, dtype=np.int32)
        assert len(set(chosen(row[:images], few, images))) == images


def test_clusters_keep_the_colour_that_most_of_their_images_had() -> None:
    places, clusters = islands(6)
    first = chosen(places, clusters, 6)
    renumbered = ((clusters + 2) % 6).astype(np.int32)
    before = [first[cluster] if row % 3 else -1 for row, cluster in enumerate(clusters)]
    again = chosen(places[::-1], renumbered, 6, before)
    assert [again[(cluster + 2) % 6] for cluster in range(6)] == first.tolist()


def test_new_images_do_not_cost_a_cluster_its_colour() -> None:
    places, _ = islands(3, images=10)
    clusters = np.repeat(np.arange(3, dtype=np.int32), 10)
    before = [5] * 3 + [-1] * 7 + [2] * 2 + [-1] * 8 + [-1] * 10
    assert chosen(places, clusters, 3, before)[:2].tolist() == [5, 2]


def test_of_two_clusters_that_had_one_colour_the_larger_part_keeps_it() -> None:
    places, _ = islands(3)
    clusters = np.repeat(np.array([0, 1, 2], dtype=np.int32), [20, 10, 6])
    colours = chosen(places, clusters, 3, [7] * 36)
    assert colours[0] == 7
    assert len(set(colours)) == 3


def test_a_cluster_that_two_were_merged_into_keeps_the_colour_of_the_larger() -> None:
    places, _ = islands(2, images=10)
    clusters = np.repeat(np.array([0, 1], dtype=np.int32), [12, 8])
    assert chosen(places, clusters, 2, [3] * 5 + [4] * 7 + [3] * 8).tolist() == [4, 3]


@pytest.mark.parametrize("seed", range(3))
def test_neighbours_do_not_keep_the_same_colour(seed: int) -> None:
    places, clusters = islands(30, seed)
    dice = np.random.default_rng(seed)
    old = dice.integers(0, len(COLOURS), 30)
    colours = chosen(places, clusters, 30, old[clusters].tolist())
    one, other = beside(places, clusters)
    assert (colours[one] != colours[other]).all()
    assert (colours == old).sum() > 20


def test_colours_that_the_palette_does_not_have_are_taken_in_turn() -> None:
    places, clusters = islands(1)
    assert chosen(places, clusters, 1, [len(COLOURS) + 3] * len(places)).tolist() == [3]
