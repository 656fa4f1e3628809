from __future__ import annotations

from collections import Counter

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
from tagatlas_builders.tags import TagsBuilder, TagsOptions, tagatlas_graph_builders


def build(tagging: Tagging, options: TagsOptions) -> Network:
    return TagsBuilder(options).build(*tables(image_names(6), tagging))


def weights_by_tag(tagging: Tagging, options: TagsOptions) -> Tagging:
    """Weights by tag and image, of the tags that enough images have."""
    weights = selected(tagging, options, images=6)
    weights = idf_weights(weights) if options.idf else weights
    having = Counter(tag for _, tag in weights)
    return {
        (tag, image): weight
        for (image, tag), weight in weights.items()
        if having[tag] >= options.minimum_images
    }


all_options = st.builds(
    TagsOptions,
    threshold=st.sampled_from([0.0, 0.1, 0.3]),
    minimum_share=st.sampled_from([0.0, 0.2, 0.5]),
    maximum_share=st.sampled_from([0.5, 2 / 3, 1.0]),
    idf=st.booleans(),
    stop_tags=st.sampled_from([(), ("a", "Ä")]),
    minimum_images=st.integers(1, 3),
    links_per_node=st.integers(1, 6),
    likeness=st.sampled_from(["cosine", "shared"]),
)


@settings(deadline=None)  # the first call compiles
@given(taggings(st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0.01, 1.0)), all_options)
def test_links_are_those_of_the_reference(tagging: Tagging, options: TagsOptions) -> None:
    expected = likenesses(weights_by_tag(tagging, options), options.likeness)
    if not expected:
        with pytest.raises(EmptyMap):
            build(tagging, options)
        return
    network = build(tagging, options)
    assert_best_links(network, expected, options.links_per_node)
    assert not network.directed
    labels = network.nodes["label"].to_list()
    assert labels == sorted(labels)
    assert network.nodes["id"].to_list() == [f"tag:{label}" for label in labels]
    assert set(network.nodes["kind"]) == {"tag"}


def test_with_scores_of_1_the_shared_scores_count_the_images_that_have_both() -> None:
    tagging = {(image, "a"): 1.0 for image in ("i0", "i1", "i2")}
    tagging |= {(image, "b"): 1.0 for image in ("i1", "i2", "i3")}
    assert build(tagging, TagsOptions(likeness="shared")).weights.tolist() == [2.0]


def test_tags_of_a_single_image_are_left_out_unless_asked_for() -> None:
    tagging = {(image, tag): 1.0 for image in ("i0", "i1") for tag in "ab"}
    tagging |= {("i2", "c"): 1.0, ("i2", "d"): 1.0}
    assert build(tagging, TagsOptions()).nodes["label"].to_list() == ["a", "b"]
    every = build(tagging, TagsOptions(minimum_images=1))
    assert every.nodes["label"].to_list() == ["a", "b", "c", "d"]


def test_tags_on_too_few_images_are_an_empty_map_that_says_so() -> None:
    with pytest.raises(EmptyMap, match="of 2 tags none is on 2 images or more"):
        build({("i0", "a"): 1.0, ("i0", "b"): 1.0}, TagsOptions())


def test_the_backbone_is_taken_of_the_links() -> None:
    tagging = {(image, tag): 1.0 for image in image_names(5) for tag in "ab"}
    tagging |= {("i0", tag): 0.1 for tag in "cdef"} | {("i5", tag): 0.1 for tag in "cdef"}
    options = TagsOptions(likeness="shared", backbone=0.01)
    assert build(tagging, options).nodes["label"].to_list() == ["a", "b"]


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec
