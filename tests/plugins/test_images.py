from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taggings import (
    Tagging,
    assert_best_links,
    idf_weights,
    image_names,
    likenesses,
    selected,
    tables,
    taggings,
)

from tagatlas.contracts import GraphBuilderSpec
from tagatlas.errors import EmptyMap
from tagatlas.network import Network
from tagatlas.testing import GraphBuilderContract
from tagatlas.toolkit import ProjectionSelection
from tagatlas_builders.images import ImagesBuilder, tagatlas_graph_builders


def build(tagging: Tagging, options: ProjectionSelection) -> Network:
    return ImagesBuilder(options).build(*tables(image_names(6), tagging))


all_options = st.builds(
    ProjectionSelection,
    threshold=st.sampled_from([0.0, 0.1, 0.3]),
    minimum_share=st.sampled_from([0.0, 0.2, 0.5]),
    maximum_share=st.sampled_from([0.5, 2 / 3, 1.0]),
    idf=st.booleans(),
    stop_tags=st.sampled_from([(), ("a", "Ä")]),
    links_per_node=st.integers(1, 6),
    likeness=st.sampled_from(["cosine", "shared"]),
)


@settings(deadline=None)  # the first call compiles
@given(taggings(st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0.01, 1.0)), all_options)
def test_links_are_those_of_the_reference(tagging: Tagging, options: ProjectionSelection) -> None:
    weights = selected(tagging, options, images=6)
    weights = idf_weights(weights) if options.idf else weights
    expected = likenesses(weights, options.likeness)
    if not expected:
        with pytest.raises(EmptyMap):
            build(tagging, options)
        return
    network = build(tagging, options)
    assert_best_links(network, expected, options.links_per_node)
    assert not network.directed
    ids = network.nodes["id"].to_list()
    assert ids == sorted(ids)
    assert network.nodes["label"].to_list() == [f"{image}.jpg" for image in ids]
    assert set(network.nodes["kind"]) == {"image"}


def test_the_backbone_is_taken_of_the_links() -> None:
    tagging = {(image, "a"): 0.1 for image in image_names(6)}
    tagging |= {("i0", "b"): 1.0, ("i1", "b"): 1.0}
    options = ProjectionSelection(likeness="shared", backbone=0.01)
    assert build(tagging, options).nodes["id"].to_list() == ["i0", "i1"]


def test_images_that_share_nothing_are_an_empty_map() -> None:
    with pytest.raises(EmptyMap, match=r"no two nodes \(of 6\) share anything"):
        build({("i0", "a"): 1.0, ("i1", "b"): 1.0}, ProjectionSelection())


def test_links_stay_few_where_all_images_share_a_tag() -> None:
    images = 5_000
    names = image_names(images)
    tagging = {(name, "everywhere"): 0.5 for name in names}
    tagging |= {(name, f"t{row % 50}"): 1.0 for row, name in enumerate(names)}
    network = ImagesBuilder(ProjectionSelection(links_per_node=5)).build(
        *tables(sorted(names), tagging)
    )
    assert network.edge_count <= 5 * images
    assert network.nodes.height == images
    labels = pl.Series([int(label[1:-4]) % 50 for label in network.nodes["label"]])
    assert labels.gather(network.sources).equals(labels.gather(network.targets))


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec
