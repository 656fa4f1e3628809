from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tagatlas_mapping.cluster import label_place, outlines

Points = NDArray[np.float64]


def outline(centres: Points, boxes: Points, gap: float) -> list[Points]:
    """The rings of a collection of one cluster."""
    return outlines(centres, boxes, np.zeros(len(centres), dtype=np.int32), gap=gap)[0]


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Points, Points, NDArray[np.int32], float]:
    """Centres, boxes, clusters and a gap."""
    count = draw(st.integers(1, 25))
    span = draw(st.sampled_from([1.0, 20.0, 500.0]))
    centres = draw(arrays(np.float64, (count, 2), elements=st.floats(-span, span)))
    boxes = draw(arrays(np.float64, (count, 2), elements=st.floats(0.2, 15.0)))
    clusters = draw(arrays(np.int32, count, elements=st.integers(0, 3)))
    return centres, boxes, clusters, draw(st.sampled_from([0.1, 1.0, 6.0]))


def corners(centres: Points, boxes: Points) -> Points:
    signs = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    placed: Points = (centres[:, None] + boxes[:, None] * signs).reshape(-1, 2)
    return placed


@settings(deadline=None)
@given(scenes())
def test_every_corner_of_every_image_lies_in_a_ring_of_its_cluster(
    scene: tuple[Points, Points, NDArray[np.int32], float],
) -> None:
    centres, boxes, clusters, gap = scene
    found = outlines(centres, boxes, clusters, gap=gap)
    assert sorted(found) == sorted(set(clusters.tolist()))
    for cluster, rings in found.items():
        own = clusters == cluster
        area = shapely.union_all([shapely.Polygon(ring) for ring in rings])
        points = shapely.points(corners(centres[own], boxes[own]))
        assert shapely.contains(area, points).all()


@settings(deadline=None)
@given(scenes())
def test_rings_are_simple_counter_clockwise_and_open_and_the_largest_comes_first(
    scene: tuple[Points, Points, NDArray[np.int32], float],
) -> None:
    centres, boxes, clusters, gap = scene
    for rings in outlines(centres, boxes, clusters, gap=gap).values():
        areas = [shapely.Polygon(ring).area for ring in rings]
        assert areas == sorted(areas, reverse=True)
        for ring in rings:
            assert ring.dtype == np.float64
            assert shapely.is_valid(shapely.Polygon(ring))
            assert shapely.LinearRing(ring).is_ccw
            assert not np.array_equal(ring[0], ring[-1])
        x, y = label_place(rings)
        assert shapely.contains_xy(shapely.Polygon(rings[0]), x, y)


def row_of_images(places: list[float]) -> tuple[Points, Points]:
    return np.array([[place, 0.0] for place in places]), np.full((len(places), 2), 10.0)


@pytest.mark.parametrize(("step", "rings"), [(12.0, 1), (17.0, 1), (19.0, 3)])
def test_images_less_than_eight_gaps_apart_share_a_ring(step: float, rings: int) -> None:
    assert len(outline(*row_of_images([0.0, step, 2 * step]), 1.0)) == rings


def test_a_ring_keeps_the_margin() -> None:
    ((ring,),) = [outline(*row_of_images([0.0]), 2.0)]
    assert ring.min(axis=0) == pytest.approx([-7.0, -7.0], abs=0.2)
    assert ring.max(axis=0) == pytest.approx([7.0, 7.0], abs=0.2)


def test_strangers_on_the_border_are_left_outside() -> None:
    # Three images in an L, and a smaller stranger in its corner.
    centres = np.array([[0.0, 0.0], [12.0, 0.0], [0.0, 12.0], [8.0, 8.0]])
    boxes = np.array([[8.0, 8.0], [8.0, 8.0], [8.0, 8.0], [4.0, 4.0]])
    clusters = np.array([0, 0, 0, 1], dtype=np.int32)
    stranger = shapely.box(6.0, 6.0, 10.0, 10.0)
    ((alone,), (beside_it,)) = (
        outline(centres[:3], boxes[:3], 2.0),
        outlines(centres, boxes, clusters, gap=2.0)[0],
    )
    assert shapely.Polygon(alone).intersection(stranger).area > 4.0
    assert shapely.Polygon(beside_it).intersection(stranger).area == pytest.approx(0.0, abs=0.2)


def test_rings_run_midway_between_images_that_are_close() -> None:
    dice = np.random.default_rng(0)
    centres = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), axis=-1).reshape(-1, 2) * 10.8
    boxes = np.full((144, 2), 10.0)
    clusters = dice.integers(0, 3, 144).astype(np.int32)
    for cluster, rings in outlines(centres, boxes, clusters, gap=2.0).items():
        strangers = shapely.box(*np.hstack([centres - 5.0, centres + 5.0])[clusters != cluster].T)
        borders = shapely.union_all([shapely.LinearRing(ring) for ring in rings])
        assert not shapely.intersects(borders, strangers).any()


def test_the_name_stands_inside_the_largest_clump() -> None:
    centres = np.array(
        [[x, y] for x in (0.0, 11.0, 22.0) for y in (0.0, 11.0, 22.0)] + [[500.0, 0.0]]
    )
    x, y = label_place(outline(centres, np.full((10, 2), 10.0), 2.0))
    assert (x, y) == pytest.approx((11.0, 11.0), abs=1.0)


def test_images_that_a_cluster_encloses_stay_inside_its_ring() -> None:
    # A square of images around a stranger, which touches none of them.
    ring = [(x, y) for x in range(5) for y in range(5) if {x, y} & {0, 4}]
    centres = np.array([*ring, (2, 2)], dtype=float) * 12.0
    clusters = np.array([0] * len(ring) + [1], dtype=np.int32)
    found = outlines(centres, np.full((len(centres), 2), 10.0), clusters, gap=2.0)
    (around,) = found[0]
    assert shapely.contains(shapely.Polygon(around), shapely.box(0.0, 0.0, 48.0, 48.0))
    assert len(found[1]) == 1


@settings(deadline=None)
@given(scenes())
def test_rings_of_a_cluster_do_not_overlap(
    scene: tuple[Points, Points, NDArray[np.int32], float],
) -> None:
    centres, boxes, clusters, gap = scene
    for rings in outlines(centres, boxes, clusters, gap=gap).values():
        areas = [shapely.Polygon(ring).area for ring in rings]
        together = shapely.union_all([shapely.Polygon(ring) for ring in rings]).area
        overlap = 0.05 * gap * sum(shapely.LinearRing(ring).length for ring in rings)
        assert sum(areas) - together <= overlap
