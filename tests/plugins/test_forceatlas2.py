from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial.distance import pdist, squareform

from tagatlas.contracts import LayoutSpec, no_progress
from tagatlas.network import IMAGE, Network
from tagatlas.testing import LayoutContract
from tagatlas.toolkit import processors
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options, tagatlas_layouts
from tagatlas_layouts.forceatlas2.engine import simulate, total_forces
from tagatlas_layouts.forceatlas2.graph import graph_of
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_layouts.forceatlas2.quadtree import LEAF_SIZE, build_quadtree
from tagatlas_layouts.forceatlas2.scale import balanced_scale
from tagatlas_layouts.forceatlas2.threads import NODES_PER_THREAD, alone, threads_for

Array = NDArray[np.float64]

EXACT = ForceAtlas2Options(theta=0.0)


def random_network(nodes: int, edges: int, seed: int) -> Network:
    graph = nx.gnm_random_graph(nodes, edges, seed=seed)
    random = np.random.default_rng(seed)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(random.uniform(0.1, 3))
    return Network.from_networkx(graph)


def random_positions(nodes: int, seed: int) -> Array:
    return np.random.default_rng(seed).normal(scale=50.0, size=(nodes, 2))


def direct_forces(network: Network, positions: Array, options: ForceAtlas2Options) -> Array:
    """The paper's formulas, pair by pair and edge by edge."""
    ends = np.concatenate([network.sources, network.targets])
    masses = 1.0 + np.bincount(ends, minlength=network.node_count)
    away = positions[:, None] - positions
    distances = np.hypot(away[..., 0], away[..., 1])
    np.fill_diagonal(distances, 1.0)
    push = options.scaling * masses[:, None] * masses / distances
    forces = (push[..., None] * away / distances[..., None]).sum(axis=1)
    for source, target, weight in zip(
        network.sources, network.targets, network.weights, strict=True
    ):
        towards = positions[target] - positions[source]
        distance = np.hypot(*towards)
        pull = float(weight) ** options.edge_weight_influence
        pull *= np.log(1 + distance) if options.linlog else distance
        if options.dissuade_hubs:
            pull *= masses.mean() / masses[source]
        forces[source] += pull * towards / distance
        forces[target] -= pull * towards / distance
    radii = np.hypot(*positions.T)
    gravity = options.gravity * masses * (radii if options.strong_gravity else 1.0)
    return np.asarray(forces - (gravity / radii)[:, None] * positions)


def engine_forces(network: Network, positions: Array, options: ForceAtlas2Options) -> Array:
    graph = graph_of(
        network,
        edge_weight_influence=options.edge_weight_influence,
        dissuade_hubs=options.dissuade_hubs,
    )
    return total_forces(graph, positions, options, alone)


def relative_error(found: Array, expected: Array) -> Array:
    return np.asarray(np.hypot(*(found - expected).T) / np.hypot(*expected.T))


FORCES = [
    EXACT,
    replace(EXACT, linlog=False),
    replace(EXACT, scaling=7.0),
    replace(EXACT, gravity=5.0),
    replace(EXACT, gravity=0.5, strong_gravity=True),
    replace(EXACT, edge_weight_influence=0.0),
    replace(EXACT, edge_weight_influence=2.0),
    replace(EXACT, dissuade_hubs=True),
    replace(EXACT, dissuade_hubs=True, linlog=False, edge_weight_influence=0.5),
]


@pytest.mark.parametrize("options", FORCES, ids=str)
def test_forces_are_those_of_the_paper(options: ForceAtlas2Options) -> None:
    network, positions = random_network(400, 1500, seed=1), random_positions(400, seed=1)
    expected = direct_forces(network, positions, options)
    assert engine_forces(network, positions, options) == pytest.approx(
        expected, abs=2e-5 * np.abs(expected).max()
    )


def test_close_nodes_far_from_the_centre_lose_no_precision() -> None:
    """At 1e6 from the origin single precision tells places 0.06 apart; these are 1e-3 apart."""
    network = random_network(40, 60, seed=2)
    positions = 1e-3 * random_positions(40, seed=2) + 1e6
    expected = direct_forces(network, positions, EXACT)
    assert relative_error(engine_forces(network, positions, EXACT), expected).max() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(("theta", "median", "largest"), [(0.5, 3e-4, 0.02), (1.2, 5e-3, 0.2)])
def test_theta_keeps_the_error_of_repulsion_far_below_its_bound(
    theta: float, median: float, largest: float
) -> None:
    network, positions = random_network(3000, 1, seed=3), random_positions(3000, seed=3)
    positions[1500:] *= 0.05  # a dense clump within a loose one
    options = replace(EXACT, gravity=0.0, theta=theta)
    expected = direct_forces(network, positions, options)
    errors = np.hypot(*(engine_forces(network, positions, options) - expected).T)
    shares = errors / np.median(np.hypot(*expected.T))
    assert np.median(shares) < median
    assert shares.max() < largest


def bound_of_error(network: Network, positions: Array, options: ForceAtlas2Options) -> Array:
    """How far Barnes-Hut forces may be from the direct ones at each node.

    Seen from a distance d, the points of a cell that are within r of its centre of mass push as
    if they were there, but for a share of q^2 / (1 - q) of their mass / d, where q = r / d is at
    most theta / 2: the series of the push in r / d has no first-order term. And mass / d is at
    most 1 + q times the sum of the points' pushes.
    """
    ends = np.concatenate([network.sources, network.targets])
    masses = 1.0 + np.bincount(ends, minlength=network.node_count)
    distances = squareform(pdist(positions))
    np.fill_diagonal(distances, np.inf)
    pushes = options.scaling * masses * (masses / distances).sum(axis=1)
    q = options.theta / 2
    return np.asarray(q**2 * (1 + q) / (1 - q) * pushes)


@pytest.mark.parametrize("theta", [0.2, 0.7, 1.2])
@pytest.mark.parametrize("options", FORCES, ids=str)
def test_theta_bounds_the_error_of_the_forces(options: ForceAtlas2Options, theta: float) -> None:
    network, positions = random_network(1500, 4000, seed=3), random_positions(1500, seed=3)
    positions[700:] *= 0.05  # a dense clump within a loose one
    rough = replace(options, theta=theta)
    expected = direct_forces(network, positions, options)
    errors = np.hypot(*(engine_forces(network, positions, rough) - expected).T)
    rounding = 2e-5 * np.abs(expected).max()
    assert (errors <= bound_of_error(network, positions, rough) + rounding).all()
    assert errors.max() > 10 * rounding or theta < 0.7


points = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 200), st.just(2)),
    elements=st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 1e-9]),
)


@given(points, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_quadtree_holds_every_point_once(positions: Array, seed: int) -> None:
    masses = np.random.default_rng(seed).uniform(1, 10, len(positions))
    tree = build_quadtree(positions, masses)
    assert sorted(tree.order.tolist()) == list(range(len(positions)))
    assert np.array_equal(tree.x, positions[tree.order, 0])
    leaves = np.flatnonzero(tree.is_leaf)
    assert tree.first[leaves].tolist() == [0, *tree.last[leaves][:-1].tolist()]
    assert tree.last[leaves[-1]] == len(positions)


@given(points, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_quadtree_sums_up_its_cells(positions: Array, seed: int) -> None:
    masses = np.random.default_rng(seed).uniform(1, 10, len(positions))
    tree = build_quadtree(positions, masses)
    for cell in range(len(tree.first)):
        rows = tree.order[tree.first[cell] : tree.last[cell]]
        assert tree.cell_mass[cell] == pytest.approx(masses[rows].sum())
        centre = np.average(positions[rows], axis=0, weights=masses[rows])
        assert [tree.cell_x[cell], tree.cell_y[cell]] == pytest.approx(centre, rel=1e-9, abs=1e-6)
        farthest = np.hypot(*(positions[rows] - centre).T).max()
        assert tree.extent[cell] >= 2 * farthest - 1e-6
        assert tree.is_leaf[cell] == (len(rows) <= LEAF_SIZE)


@pytest.mark.parametrize("places", [1, 2, 50])
def test_quadtree_of_points_at_few_places(places: int) -> None:
    positions = random_positions(places, seed=0)[np.arange(5000) % places]
    tree = build_quadtree(positions, np.ones(5000))
    leaves = np.flatnonzero(tree.is_leaf)
    assert (tree.last[leaves] - tree.first[leaves]).max() <= LEAF_SIZE
    assert sorted(tree.order.tolist()) == list(range(5000))


@given(points)
@settings(deadline=None)
def test_skipping_a_cell_leads_past_its_inside(positions: Array) -> None:
    tree = build_quadtree(positions, np.ones(len(positions)))
    for cell, after in enumerate(tree.after.tolist()):
        assert cell < after <= len(tree.first)
        assert (tree.last[cell:after] <= tree.last[cell]).all()
        if after < len(tree.first):
            assert tree.first[after] >= tree.last[cell]


@pytest.mark.parametrize("linlog", [True, False])
@pytest.mark.parametrize("strong_gravity", [True, False])
def test_a_start_at_balanced_scale_neither_grows_nor_shrinks(
    linlog: bool, strong_gravity: bool
) -> None:
    network, positions = random_network(300, 900, seed=4), random_positions(300, seed=4)
    options = replace(EXACT, linlog=linlog, strong_gravity=strong_gravity)
    graph = graph_of(network, edge_weight_influence=1.0, dissuade_hubs=False)
    scaled = positions * balanced_scale(
        positions,
        graph,
        scaling=options.scaling,
        linlog=linlog,
        gravity=options.gravity,
        strong_gravity=strong_gravity,
    )
    outwards = (engine_forces(network, scaled, options) * scaled).sum(axis=1)
    assert abs(outwards.sum()) < 1e-4 * np.abs(outwards).sum()


def test_size_and_place_of_the_start_do_not_matter() -> None:
    network, start = random_network(100, 300, seed=5), random_positions(100, seed=5)
    layout = ForceAtlas2Layout(ForceAtlas2Options(iterations=20))
    one = layout.place(network, start=start, seed=0, progress=no_progress)
    other = layout.place(network, start=start * 1e-3 + 77.0, seed=0, progress=no_progress)
    assert other == pytest.approx(one, rel=1e-3, abs=1e-3 * np.abs(one).max())


def agreement(placed: Array, group: NDArray[np.int64]) -> float:
    """Mean share of a node's ten nearest that are of its group."""
    distances = squareform(pdist(placed))
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :10]
    return float((group[nearest] == group[:, None]).mean())


def test_connected_nodes_come_together() -> None:
    graph = nx.planted_partition_graph(4, 50, p_in=0.3, p_out=0.01, seed=6)
    network, group = Network.from_networkx(graph), np.repeat(np.arange(4), 50)
    placed = ForceAtlas2Layout(ForceAtlas2Options()).place(
        network, start=random_positions(200, seed=6), seed=0, progress=no_progress
    )
    assert agreement(placed, group) > 0.9


def with_package(network: Network, start: Array, options: ForceAtlas2Options) -> Array:
    """The layout of the package fa2 in the same settings, all pairs of nodes computed."""
    from fa2 import ForceAtlas2

    # The package multiplies strong gravity by the scaling, which Gephi first divides it by.
    strength = options.gravity / (options.scaling if options.strong_gravity else 1.0)
    engine = ForceAtlas2(
        linLogMode=options.linlog,
        scalingRatio=options.scaling,
        gravity=strength,
        strongGravityMode=options.strong_gravity,
        edgeWeightInfluence=options.edge_weight_influence,
        outboundAttractionDistribution=options.dissuade_hubs,
        barnesHutOptimize=False,
        verbose=False,
    )
    weights = csr_matrix(network.adjacency(), dtype=np.float64)
    placed = engine.forceatlas2(weights, pos=start, iterations=options.iterations)
    return np.array(placed, dtype=np.float64)


def engine_layout(network: Network, start: Array, options: ForceAtlas2Options) -> Array:
    graph = graph_of(
        network,
        edge_weight_influence=options.edge_weight_influence,
        dissuade_hubs=options.dissuade_hubs,
    )
    return simulate(graph, start, options, no_progress)


@pytest.mark.extras("fa2")
@pytest.mark.parametrize("linlog", [True, False])
@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"edge_weight_influence": 0.0},
        {"edge_weight_influence": 0.5},
        {"strong_gravity": True, "gravity": 0.02},
        {"dissuade_hubs": True},
    ],
    ids=str,
)
def test_layouts_are_those_of_the_package_fa2(linlog: bool, chosen: dict[str, float]) -> None:
    """Step by step at first; later rounding drives nodes apart, but the maps stay of one form."""
    graph = nx.planted_partition_graph(4, 50, p_in=0.3, p_out=0.01, seed=13)
    random = np.random.default_rng(13)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(random.uniform(0.5, 1.5))
    network, group = Network.from_networkx(graph), np.repeat(np.arange(4), 50)
    start = random_positions(200, seed=13)
    gephi = ForceAtlas2Options(
        iterations=5, linlog=linlog, scaling=2.0, gravity=1.0, theta=0.0, convergence=0.0
    )
    options = replace(gephi, **chosen)  # type: ignore[arg-type]
    ours, theirs = (work(network, start, options) for work in (engine_layout, with_package))
    radius = np.hypot(*theirs.T).mean()
    assert np.hypot(*(ours - theirs).T).max() < 0.01 * radius
    longer = replace(options, iterations=300)
    ours, theirs = (work(network, start, longer) for work in (engine_layout, with_package))
    assert np.hypot(*ours.T).mean() == pytest.approx(np.hypot(*theirs.T).mean(), rel=0.02)
    assert agreement(ours, group) == pytest.approx(agreement(theirs, group), abs=0.02)
    # Pressed into a ball, more of the form is left to chance.
    alike = 0.85 if options.strong_gravity else 0.98
    assert np.corrcoef(pdist(ours), pdist(theirs))[0, 1] > alike


@pytest.mark.parametrize(
    ("asked", "nodes", "cores", "most"),
    [(0, 100, 1, 1), (0, NODES_PER_THREAD, 1, 1), (0, 10**9, 1, 10**9), (3, 100, 3, 3)],
)
def test_threads_are_those_asked_for_or_as_many_as_help(
    asked: int, nodes: int, cores: int, most: int
) -> None:
    assert cores <= threads_for(asked, nodes) <= most


def test_no_more_threads_are_taken_than_there_are_cores() -> None:
    assert threads_for(0, 10**9) == processors()


def digest(threads: int) -> str:
    """Of a layout of 3,000 nodes."""
    layout = ForceAtlas2Layout(ForceAtlas2Options(iterations=30, threads=threads))
    placed = layout.place(
        random_network(3000, 9000, seed=7),
        start=random_positions(3000, seed=7),
        seed=0,
        progress=no_progress,
    )
    return hashlib.sha256(placed.tobytes()).hexdigest()


@pytest.mark.slow
def test_positions_are_the_same_with_any_number_of_threads_and_in_another_process() -> None:
    here = digest(threads=1)
    assert digest(threads=2) == here
    assert digest(threads=5) == here
    code = f"import runpy; print(runpy.run_path({__file__!r})['digest'](2))"
    there = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert there.stdout.strip() == here


def test_stops_at_rest() -> None:
    network, start = random_network(50, 100, seed=8), random_positions(50, seed=8)
    told: list[tuple[int, int]] = []
    options = ForceAtlas2Options(iterations=5000, embeddedness_influence=0.0)

    def progress(done: int, total: int, failed: int = 0) -> None:
        told.append((done, total))

    placed = ForceAtlas2Layout(options).place(network, start=start, seed=0, progress=progress)
    done, total = told[-1]
    assert done < total == 5000
    graph = graph_of(network, edge_weight_influence=1.0, dissuade_hubs=False)
    further = simulate(graph, placed, replace(options, iterations=200), no_progress)
    radius = np.hypot(*placed.T).mean()
    assert np.hypot(*(further - placed).T).mean() < 0.1 * radius


def test_never_stops_early_without_convergence() -> None:
    told: list[int] = []

    def progress(done: int, total: int, failed: int = 0) -> None:
        told.append(done)

    layout = ForceAtlas2Layout(ForceAtlas2Options(iterations=300, convergence=0.0))
    layout.place(
        random_network(10, 20, seed=9),
        start=random_positions(10, seed=9),
        seed=0,
        progress=progress,
    )
    assert told[-1] == 300
    assert len(told) <= 100


@pytest.mark.parametrize("weight", [1e-30, 1e30])
def test_extreme_weights_give_finite_positions(weight: float) -> None:
    network = Network(
        nodes=pl.DataFrame({"id": ["a", "b"], "kind": [IMAGE] * 2, "label": ["a", "b"]}),
        sources=np.array([0], np.int32),
        targets=np.array([1], np.int32),
        weights=np.array([weight], np.float32),
    )
    layout = ForceAtlas2Layout(ForceAtlas2Options(edge_weight_influence=3.0, gravity=0.0))
    placed = layout.place(
        network, start=np.array([[0.0, 0.0], [1.0, 0.0]]), seed=0, progress=no_progress
    )
    assert np.isfinite(placed).all()


@pytest.mark.slow
def test_kernels_compile_ahead_of_time() -> None:
    """Afterwards a layout finds every kernel it calls compiled for the types it calls it with."""
    code = """
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
ForceAtlas2Layout(ForceAtlas2Options()).prepare()
from tagatlas_layouts.forceatlas2 import embeddedness, forces, quadtree, speed
kernels = [
    embeddedness._fill,
    forces.add_repulsion, forces.add_attraction_and_gravity,
    quadtree._morton_codes, quadtree._in_order, quadtree._divide, quadtree._sum_up,
    speed.swing_and_traction, speed.move,
]
before = [list(kernel.signatures) for kernel in kernels]
assert all(len(signatures) == 1 for signatures in before), before
import runpy
runpy.run_path(TEST)["digest"](2)
assert [list(kernel.signatures) for kernel in kernels] == before
"""
    subprocess.run([sys.executable, "-c", f"TEST = {__file__!r}{code}"], check=True)


class TestForceAtlas2(LayoutContract):
    @pytest.fixture
    def spec(self) -> LayoutSpec:
        (spec,) = tagatlas_layouts()
        return spec
