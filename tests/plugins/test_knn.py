from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from taggings import image_names, tables

from tagatlas.contracts import GraphBuilderSpec
from tagatlas.errors import EmptyMap
from tagatlas.network import Network
from tagatlas.testing import GraphBuilderContract
from tagatlas_builders.knn import KnnOptions, tagatlas_graph_builders
from tagatlas_builders.knn.builder import KnnBuilder
from tagatlas_builders.knn.search import nearest_rows

Vectors = list[list[float] | None]

SIZE = 16

# Of length 4 or 1, so that cosines are exact, and many are equal.
signs = st.lists(st.sampled_from([-1.0, 1.0, 1.0]), min_size=SIZE, max_size=SIZE)
axes = st.integers(0, SIZE - 1).map(lambda axis: np.eye(SIZE)[axis].tolist())
vectors = st.lists(st.none() | signs | axes, max_size=9)


def build(embeddings: Vectors, options: KnnOptions) -> Network:
    images, tags = tables(image_names(len(embeddings)), {})
    column = pl.Series("embedding", embeddings, dtype=pl.Array(pl.Float32, SIZE))
    return KnnBuilder(options).build(images.with_columns(column), tags.lazy())


def reference(embeddings: Vectors, options: KnnOptions) -> dict[tuple[int, int], float]:
    """Weights by the numbers of two images."""
    units = {
        number: np.array(vector) / np.linalg.norm(vector)
        for number, vector in enumerate(embeddings)
        if vector is not None
    }
    makes = {}
    for number, unit in units.items():
        cosines = {
            other: float(unit @ theirs) for other, theirs in units.items() if other != number
        }
        best = sorted(cosines, key=lambda other: (-cosines[other], other))[: options.links_per_node]
        makes[number] = {
            other: cosines[other]
            for other in best
            if cosines[other] > 0 and cosines[other] >= options.minimum_cosine
        }
    return {
        (min(number, other), max(number, other)): cosine
        for number, made in makes.items()
        for other, cosine in made.items()
        if not options.mutual or number in makes[other]
    }


@settings(deadline=None)  # the first call compiles
@given(
    vectors,
    st.builds(
        KnnOptions,
        links_per_node=st.integers(1, 6),
        minimum_cosine=st.sampled_from([0.0, 0.25, 0.95]),
        mutual=st.booleans(),
    ),
)
def test_links_are_those_of_the_reference(embeddings: Vectors, options: KnnOptions) -> None:
    expected = reference(embeddings, options)
    if not expected:
        with pytest.raises(EmptyMap, match="with an embedding are linked"):
            build(embeddings, options)
        return
    network = build(embeddings, options)
    ids = network.nodes["id"].to_list()
    ends = zip(network.sources, network.targets, strict=True)
    links = [(int(ids[source][1:]), int(ids[target][1:])) for source, target in ends]
    found = dict(zip(links, network.weights.tolist(), strict=True))
    assert found == expected
    assert links == sorted(links)
    assert ids == sorted(ids)
    assert not network.directed
    assert network.nodes["label"].to_list() == [f"{image}.jpg" for image in ids]


def random_rows(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)


def test_rows_of_several_blocks_are_searched_among_all() -> None:
    rows = random_rows(6000)  # of which 2,796 are compared at a time
    found, products = nearest_rows(rows, 3)
    for row in (0, 2795, 2796, 5999):
        expected = rows @ rows[row]
        expected[row] = 0
        assert found[row].tolist() == np.argsort(-expected, kind="stable")[:3].tolist()
        assert products[row] == pytest.approx(expected[found[row]], rel=1e-5)


def test_approximate_links_of_few_images_are_nearly_the_exact_ones() -> None:
    dice = np.random.default_rng(4)
    themes = dice.normal(size=(12, SIZE))
    rows = np.maximum(themes[dice.integers(12, size=900)] + dice.normal(size=(900, SIZE)), 0)
    rows[0] = -1.0  # nothing is like it
    embeddings: Vectors = [None, *rows.tolist()]
    exact = build(embeddings, KnnOptions(search="exact"))
    found, again = (build(embeddings, KnnOptions(search="approximate")) for _ in range(2))
    assert links_of(build(embeddings, KnnOptions())) == links_of(exact)
    assert links_of(found) == links_of(again)
    shared = links_of(found).keys() & links_of(exact).keys()
    assert len(shared) >= 0.95 * exact.edge_count
    assert found.weights.min() > 0
    assert "i1" not in found.nodes["id"]


def links_of(network: Network) -> dict[tuple[str, str], float]:
    """Weights by the ids of two images."""
    ids = network.nodes["id"].to_list()
    ends = zip(network.sources, network.targets, strict=True)
    links = [(ids[source], ids[target]) for source, target in ends]
    return dict(zip(links, network.weights.tolist(), strict=True))


def test_it_is_said_that_neighbours_are_approximate() -> None:
    said = {
        search: KnnBuilder(KnnOptions(search=search)).describe().text
        for search in ("auto", "exact", "approximate")
    }
    assert "approximate" not in said["exact"]
    assert "Of more than 50,000 images, the nearest are approximate, found by" in said["auto"]
    assert "The nearest are approximate, found by an inverted file" in said["approximate"]


def test_the_backbone_is_taken_of_the_links() -> None:
    axis = np.eye(SIZE)
    rows = np.array([axis[0], axis[0], *(0.2 * axis[0] + axis[other] for other in (1, 2, 3))])
    whole = build(rows.tolist(), KnnOptions(links_per_node=4))
    kept = build(rows.tolist(), KnnOptions(links_per_node=4, backbone=0.1))
    assert whole.node_count == 5
    assert kept.nodes["id"].to_list() == ["i0", "i1"]


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec


class TestContractMutual(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec

    @pytest.fixture
    def options(self) -> object:
        return KnnOptions(mutual=True, links_per_node=3)
