"""The suite of layouts."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tagatlas.contracts import Layout, LayoutDescription, LayoutSpec, loaded
from tagatlas.network import Network
from tagatlas.network.network import IMAGE
from tagatlas_guards import guarded
from tagatlas_testing.samples import sample_network
from tagatlas_testing.specs import RecordedProgress, SpecContract, check_progress, check_texts


def _network(nodes: int, edges: list[tuple[int, int, float]]) -> Network:
    names = [f"n{row}" for row in range(nodes)]
    schema = {"id": pl.String, "kind": pl.String, "label": pl.String}
    return Network(
        nodes=pl.DataFrame({"id": names, "kind": [IMAGE] * nodes, "label": names}, schema=schema),
        sources=np.array([edge[0] for edge in edges], dtype=np.int32),
        targets=np.array([edge[1] for edge in edges], dtype=np.int32),
        weights=np.array([edge[2] for edge in edges], dtype=np.float32),
    )


def _spread(network: Network) -> NDArray[np.float64]:
    return np.random.default_rng(7).standard_normal((network.node_count, 2))


def _coincident(network: Network) -> NDArray[np.float64]:
    return np.zeros((network.node_count, 2))


def _far(network: Network) -> NDArray[np.float64]:
    return 1e9 + 1e6 * _spread(network)


@dataclass(frozen=True)
class Case:
    """A network and its initial positions."""

    network: Network
    start: Callable[[Network], NDArray[np.float64]] = _spread


CASES = {
    "sample": Case(sample_network()),
    "one node": Case(_network(1, [])),
    "two nodes": Case(_network(2, [(0, 1, 1.0)])),
    "edgeless pair": Case(_network(2, [])),
    "edgeless pair on one point": Case(_network(2, []), _coincident),
    "components": Case(_network(7, [(0, 1, 1.0), (1, 2, 1.0), (3, 4, 1.0), (4, 5, 1.0)])),
    "star": Case(_network(40, [(0, row, 1.0) for row in range(1, 40)])),
    "coincident starts": Case(sample_network(), _coincident),
    "far starts": Case(sample_network(), _far),
    "heavy weights": Case(_network(4, [(0, 1, 1e6), (1, 2, 1e-6), (2, 3, 1e6)])),
}
"""Networks that every layout must place; treat as read-only."""


class LayoutContract(SpecContract):
    """Rules of a :class:`~tagatlas.Layout`. Override ``spec``."""

    @pytest.fixture
    def spec(self) -> LayoutSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your layout's spec")

    @pytest.fixture
    def layout(self, spec: LayoutSpec, options: object) -> Layout:
        """The layout under test."""
        return guarded(loaded(spec.factory)(options), spec.name)

    def test_factory_makes_a_layout(self, layout: Layout) -> None:
        """The factory, called with the options, makes a ``Layout``."""
        assert isinstance(layout, Layout)

    def test_describes_itself(self, spec: LayoutSpec, options: object, layout: Layout) -> None:
        """``describe`` gives whole sentences on one line and citations, always the same."""
        described = layout.describe()
        assert isinstance(described, LayoutDescription)
        check_texts([described.text], described.citations)
        assert not described.text or described.text.endswith(".")
        assert loaded(spec.factory)(options).describe() == described

    @pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
    def test_every_node_gets_a_finite_position(self, layout: Layout, case: Case) -> None:
        """Positions are float64 of shape (n, 2) and finite, for all kinds of networks."""
        positions = place(layout, case)
        assert positions.shape == (case.network.node_count, 2)
        assert positions.dtype == np.float64
        assert np.isfinite(positions).all()

    @pytest.mark.parametrize("name", ["sample", "two nodes", "components"])
    def test_nodes_are_spread_out(self, layout: Layout, name: str) -> None:
        """Not all nodes are placed on one point."""
        assert np.ptp(place(layout, CASES[name]), axis=0).max() > 0.0

    @pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
    def test_is_deterministic_to_the_bit(
        self, spec: LayoutSpec, options: object, layout: Layout, case: Case
    ) -> None:
        """The same arguments give the same bits, regardless of the global random state."""
        first = place(layout, case).tobytes()
        state, numpy_state = random.getstate(), np.random.get_state()
        try:
            for seed, again in enumerate((layout, loaded(spec.factory)(options))):
                random.seed(seed)
                np.random.seed(seed)
                assert place(again, case).tobytes() == first
        finally:
            random.setstate(state)
            np.random.set_state(numpy_state)

    def test_arguments_are_left_alone(self, layout: Layout) -> None:
        """Placing does not modify the start or the network."""
        network = sample_network()
        start = _spread(network)
        layout.place(network, start=start, seed=0, progress=RecordedProgress())
        assert np.array_equal(start, _spread(network))
        untouched = sample_network()
        assert network.nodes.equals(untouched.nodes)
        assert np.array_equal(network.sources, untouched.sources)
        assert np.array_equal(network.targets, untouched.targets)
        assert np.array_equal(network.weights, untouched.weights)

    def test_progress_is_told(self, layout: Layout) -> None:
        """Progress is called at least once; ``done`` never falls and never passes ``total``."""
        progress = RecordedProgress()
        network = sample_network()
        layout.place(network, start=_spread(network), seed=0, progress=progress)
        assert progress.calls, "a layout tells at least once that it is done"
        check_progress(progress)


def place(layout: Layout, case: Case) -> NDArray[np.float64]:
    """The layout's positions for a case, with seed 0."""
    network = case.network
    return layout.place(network, start=case.start(network), seed=0, progress=RecordedProgress())
