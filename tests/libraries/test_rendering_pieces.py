"""The main pieces of clusters, and what posters, viewer and methods make of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from themed_map import themed_map

from tagatlas.contracts import Map
from tagatlas_exports.methods.renderer import methods_text
from tagatlas_mapping.cluster import outlines
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.composition import compose
from tagatlas_rendering import cluster_pieces

BASE = themed_map(60, pictures=1)


def scattered(steps: list[int], clusters: list[int]) -> Map:
    """The first images in a row, each so many sides behind the one before, with their outlines."""
    images = BASE.images.head(len(steps))
    x = np.cumsum(np.array(steps, dtype=float))
    cluster = np.array(clusters, dtype=np.int32)
    nodes = images.with_columns(
        pl.Series("x", x), y=0.0, width=1.0, height=1.0, cluster=pl.Series(cluster)
    )
    centres = np.column_stack([x, np.zeros(len(x))])
    rings = outlines(centres, np.ones((len(x), 2)), cluster, gap=0.2)
    return dataclasses.replace(
        BASE,
        nodes=nodes,
        outlines=rings,
        sources=np.empty(0, dtype=np.int32),
        targets=np.empty(0, dtype=np.int32),
        weights=np.empty(0, dtype=np.float32),
    )


def in_a_row(*pieces: int, cluster: int = 0) -> tuple[list[int], list[int]]:
    """Steps and clusters of pieces of so many images each, far from each other."""
    steps = [9 if first else 1 for piece in pieces for first in [True] + [False] * (piece - 1)]
    return steps, [cluster] * sum(pieces)


@pytest.mark.parametrize(
    ("pieces", "main", "others"),
    [
        ((30, 3, 2), [30], [3, 2]),  # three are no tenth of 35
        ((20, 3, 2, 1), [20, 3], [2, 1]),
        ((4, 2, 2), [4], [2, 2]),  # a quarter, and fewer than three
        ((1, 1, 1), [1], [1, 1]),
    ],
)
def test_main_pieces_have_a_tenth_of_the_images_and_three(
    pieces: tuple[int, ...], main: list[int], others: list[int]
) -> None:
    map_ = scattered(*in_a_row(*pieces))
    found = cluster_pieces(map_)[0]
    at = shapely.points(map_.images.select("x", "y").to_numpy())

    def held(rings: list[np.ndarray]) -> list[int]:
        return [int(shapely.contains(shapely.Polygon(ring), at).sum()) for ring in rings]

    assert (held(found.main), sorted(held(found.others), reverse=True)) == (main, others)
    assert (len(found.main_images), found.images) == (sum(main), sum(pieces))


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_every_ring_that_is_drawn_has_an_image_of_its_own(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 40))
    steps = data.draw(st.lists(st.sampled_from([1, 1, 2, 9]), min_size=count, max_size=count))
    clusters = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    map_ = scattered(steps, clusters)
    images = map_.images
    of_image = images["cluster"].to_numpy()
    at = shapely.points(images.select("x", "y").to_numpy())
    found = cluster_pieces(map_)
    assert sorted(found) == sorted(set(clusters))
    for cluster, pieces in found.items():
        held = np.zeros(len(at), dtype=int)
        for ring in [*pieces.main, *pieces.others]:
            inside = shapely.contains(shapely.Polygon(ring), at) & (of_image == cluster)
            assert inside.any()
            held += inside
        assert (held[of_image == cluster] == 1).all()
        assert pieces.main


def test_a_ring_without_an_image_of_its_own_is_not_drawn() -> None:
    map_ = scattered(*in_a_row(5, 2))
    empty = np.array([[100.0, 100.0], [101.0, 100.0], [101.0, 101.0]])
    more = dataclasses.replace(map_, outlines={0: [*map_.outlines[0], empty], 1: [empty]})
    first, second = cluster_pieces(map_)[0], cluster_pieces(more)
    assert len(second[0].main) == len(first.main) == 1
    assert len(second[0].others) == len(first.others) == 1
    assert not [*second[1].main, *second[1].others]


def test_posters_fill_main_pieces_and_draw_hairlines_around_others() -> None:
    rings = compose(scattered(*in_a_row(20, 3, 2, 1)), PosterOptions(width=1000)).rings
    assert [ring.is_filled for ring in rings] == [True, True, False, False]
    assert rings[0].line == rings[1].line > 2 * rings[2].line > 0


def test_methods_say_the_share_in_main_pieces() -> None:
    text = methods_text(scattered(*in_a_row(20, 3, 2, 1)))
    assert " 23 of 26 images (88.5%) lie in these, 2 pieces of 1 cluster; thin lines" in text
    whole = methods_text(scattered(*in_a_row(20, 3)))
    assert " 23 of 23 images (100.0%) lie in these, 2 pieces of 1 cluster." in whole
