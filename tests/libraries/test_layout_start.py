from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tagatlas.network import IMAGE, TAG, Network
from tagatlas_mapping.layout import continue_start, move_apart, spectral_start


def network_of(images: int, tags: int, edges: list[tuple[int, int]]) -> Network:
    """Images first, then tags; every edge weighs 1."""
    names = [str(row) for row in range(images + tags)]
    return Network(
        nodes=pl.DataFrame(
            {"id": names, "kind": [IMAGE] * images + [TAG] * tags, "label": names},
            schema={"id": pl.String, "kind": pl.String, "label": pl.String},
        ),
        sources=np.array([source for source, _ in edges], dtype=np.int32),
        targets=np.array([target for _, target in edges], dtype=np.int32),
        weights=np.ones(len(edges), dtype=np.float32),
    )


def two_themes(images_each: int, tags_each: int, seed: int) -> Network:
    """Images whose tags are of one of two themes, but for one in ten."""
    random = np.random.default_rng(seed)
    images = 2 * images_each
    edges = {
        (image, images + (theme if random.random() < 0.9 else 1 - theme) * tags_each + tag)
        for image in range(images)
        for theme in [image // images_each]
        for tag in random.choice(tags_each, size=min(4, tags_each), replace=False).tolist()
    }
    return network_of(images, 2 * tags_each, sorted(edges))


def smallest_distance(positions: NDArray[np.float64]) -> float:
    offsets = positions[:, None] - positions
    distances = np.hypot(offsets[..., 0], offsets[..., 1])
    np.fill_diagonal(distances, np.inf)
    return float(distances.min())


# 150 tags make a matrix for ARPACK, 15 one that is decomposed whole.
@pytest.mark.parametrize("tags_each", [150, 15])
def test_spectral_start_parts_themes(tags_each: int) -> None:
    network = two_themes(200, tags_each, seed=3)
    x = spectral_start(network, seed=0)[:400, 0]
    left, right = sorted([x[:200], x[200:]], key=np.median)
    assert (left < 0).mean() > 0.95
    assert (right > 0).mean() > 0.95


@pytest.mark.parametrize("tags_each", [150, 15])
def test_spectral_start_is_deterministic(tags_each: int) -> None:
    network = two_themes(100, tags_each, seed=4)
    first = spectral_start(network, seed=0)
    assert spectral_start(network, seed=0).tobytes() == first.tobytes()
    assert spectral_start(network, seed=1).tobytes() != first.tobytes()


def test_spectral_start_of_a_network_that_is_not_bipartite() -> None:
    ring = [(row, (row + 1) % 12) for row in range(12)]
    positions = spectral_start(network_of(12, 0, ring), seed=0)
    radii = np.hypot(*(positions - positions.mean(axis=0)).T)
    assert radii.max() < 1.05 * radii.min()


def test_a_loose_pair_takes_no_axis_for_itself() -> None:
    themes = two_themes(100, 20, seed=5)
    edges = [*zip(themes.sources.tolist(), themes.targets.tolist(), strict=True)]
    # Row 240 is an image and 241 its tag, tied to nothing else; kinds must stay in order.
    shifted = [(source, target + 1) for source, target in edges] + [(200, 241)]
    x = spectral_start(network_of(201, 41, shifted), seed=0)[:200, 0]
    assert abs(np.median(x[:100]) - np.median(x[100:])) > x.std()


@pytest.mark.parametrize(
    ("images", "tags", "edges"),
    [
        (1, 0, []),
        (2, 0, []),
        (1, 1, [(0, 1)]),
        (2, 0, [(0, 1)]),
        (2, 1, [(0, 2), (1, 2)]),
        (3, 0, [(0, 1)]),
        (3, 1, [(0, 3), (1, 3), (2, 3)]),
    ],
)
def test_starts_of_tiny_networks(images: int, tags: int, edges: list[tuple[int, int]]) -> None:
    positions = spectral_start(network_of(images, tags, edges), seed=0)
    assert positions.shape == (images + tags, 2)
    assert np.isfinite(positions).all()
    assert smallest_distance(positions) > 0


def test_images_with_the_same_tags_do_not_coincide() -> None:
    network = network_of(50, 2, [(image, 50 + tag) for image in range(50) for tag in range(2)])
    assert smallest_distance(spectral_start(network, seed=0)) > 0


def test_old_nodes_stay_and_new_ones_start_among_their_neighbours() -> None:
    # 0, 1 old images; 2 new image; 3, 4 old tags; 5 new tag, tied to the new image alone.
    network = network_of(3, 3, [(0, 3), (1, 4), (2, 3), (2, 4), (2, 5)])
    missing = [np.nan, np.nan]
    old = np.array([[0.0, 0.0], [100.0, 0.0], missing, [0.0, 10.0], [100.0, 10.0], missing])
    start = continue_start(network, old, seed=0)
    kept = [0, 1, 3, 4]
    assert np.array_equal(start[kept], old[kept])
    assert start[2] == pytest.approx([50.0, 10.0], abs=1.0)
    assert start[5] == pytest.approx([50.0, 10.0], abs=1.0)
    assert smallest_distance(start) > 0


def test_new_nodes_without_a_tie_start_around_the_map() -> None:
    network = network_of(4, 0, [(0, 1)])
    old = np.array([[0.0, 0.0], [2.0, 0.0], [np.nan, np.nan], [np.nan, np.nan]])
    start = continue_start(network, old, seed=0)
    assert np.hypot(*(start[2:] - [1.0, 0.0]).T) == pytest.approx(1.1, abs=0.1)


def test_nothing_old_is_a_spectral_start() -> None:
    network = two_themes(10, 5, seed=6)
    nothing = np.full((network.node_count, 2), np.nan)
    start = continue_start(network, nothing, seed=8)
    assert np.array_equal(start, spectral_start(network, seed=8))


def test_apart_moves_only_nodes_that_share_a_place() -> None:
    positions = np.array([[1.0, 1.0], [5.0, 5.0], [1.0, 1.0]])
    moved = move_apart(positions, seed=0)
    assert np.array_equal(moved[1], positions[1])
    assert smallest_distance(moved) > 0
    assert moved == pytest.approx(positions, abs=0.1)
