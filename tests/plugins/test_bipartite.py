from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taggings import Tagging, idf_weights, image_names, selected, tables, taggings

from tagatlas.contracts import GraphBuilderSpec
from tagatlas.errors import EmptyMap
from tagatlas.network import IMAGE, TAG, Network
from tagatlas.testing import GraphBuilderContract
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions, tagatlas_graph_builders


def build(tagging: Tagging, options: BipartiteOptions, images: int | None = None) -> Network:
    names = sorted({image for image, _ in tagging}) if images is None else image_names(images)
    return BipartiteBuilder(options).build(*tables(names, tagging))


def links_of(network: Network) -> Tagging:
    ids, labels = network.nodes["id"].to_list(), network.nodes["label"].to_list()
    ends = zip(network.sources.tolist(), network.targets.tolist(), strict=True)
    return {
        (ids[source], labels[target]): weight
        for (source, target), weight in zip(ends, network.weights.tolist(), strict=True)
    }


def reference(tagging: Tagging, options: BipartiteOptions, images: int) -> Tagging:
    """What the options say, in plain words and loops."""
    links = selected(tagging, options, images)
    if options.links_per_image is not None:
        of_image: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for (image, tag), score in links.items():
            of_image[image].append((-score, tag))
        links = {
            (image, tag): -negative
            for image, found in of_image.items()
            for negative, tag in sorted(found)[: options.links_per_image]
        }
    return idf_weights(links) if options.idf else links


any_tagging = taggings(st.sampled_from([0.0, 1e-50, 0.1, 0.25, 0.5, 1.0]) | st.floats(0.0, 1.0))
all_options = st.builds(
    BipartiteOptions,
    threshold=st.sampled_from([0.0, 0.1, 0.3, 1.0]),
    links_per_image=st.none() | st.integers(1, 4),
    minimum_share=st.sampled_from([0.0, 0.2, 1 / 3, 0.5]),
    maximum_share=st.sampled_from([0.2, 0.5, 2 / 3, 1.0]),
    idf=st.booleans(),
    stop_tags=st.sampled_from([(), ("a",), ("a", "Ä", "no such tag")]),
)


@given(any_tagging, all_options)
def test_links_are_those_of_the_reference(tagging: Tagging, options: BipartiteOptions) -> None:
    expected = reference(tagging, options, images=6)
    if not expected:
        with pytest.raises(EmptyMap):
            build(tagging, options, images=6)
        return
    assert links_of(build(tagging, options, images=6)) == pytest.approx(expected, rel=1e-6)


@given(any_tagging.filter(lambda tagging: any(score > 1e-30 for score in tagging.values())))
def test_nodes_are_linked_images_then_tags_by_label(tagging: Tagging) -> None:
    network = build(tagging, BipartiteOptions(threshold=0), images=6)
    images, tags = (network.nodes.filter(pl.col("kind") == kind) for kind in (IMAGE, TAG))
    assert network.nodes.equals(pl.concat([images, tags]))
    linked = links_of(network)
    assert images["id"].to_list() == sorted({image for image, _ in linked})
    assert tags["label"].to_list() == sorted({tag for _, tag in linked})
    assert tags["id"].to_list() == [f"tag:{label}" for label in tags["label"]]
    ends = list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    assert ends == sorted(ends)


def test_best_tags_win_and_label_decides_among_equals() -> None:
    tagging = {("i0", "c"): 0.9, ("i0", "b"): 0.5, ("i0", "a"): 0.5, ("i0", "d"): 0.4}
    assert set(links_of(build(tagging, BipartiteOptions(links_per_image=2)))) == {
        ("i0", "c"),
        ("i0", "a"),
    }


def test_a_tag_on_too_many_images_takes_up_no_link() -> None:
    tagging = {(f"i{n}", "everywhere"): 1.0 for n in range(4)} | {
        (f"i{n}", f"own {n}"): 0.1 for n in range(4)
    }
    network = build(tagging, BipartiteOptions(links_per_image=1, maximum_share=0.5))
    assert set(links_of(network)) == {(f"i{n}", f"own {n}") for n in range(4)}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (BipartiteOptions(threshold=0.9), "the threshold of 0.9 removed 3"),
        (BipartiteOptions(stop_tags=("a", "b")), "the stop tags removed 3"),
        (BipartiteOptions(maximum_share=0.1), "the shares from 0 to 0.1 removed 3"),
        (
            BipartiteOptions(stop_tags=("b",), threshold=0.55, maximum_share=0.1),
            (
                "the stop tags removed 1, the threshold of 0.55 removed 1, "
                "the shares from 0 to 0.1 removed 1"
            ),
        ),
    ],
)
def test_an_empty_map_names_what_removed_the_tags(options: BipartiteOptions, said: str) -> None:
    tagging = {("i0", "a"): 0.5, ("i1", "a"): 0.6, ("i1", "b"): 0.5}
    with pytest.raises(EmptyMap) as caught:
        build(tagging, options)
    assert f"no tag is left of 3 on 2 images: {said};" in str(caught.value)


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_scores_that_are_all_0_are_named_as_the_reason(threshold: float) -> None:
    with pytest.raises(EmptyMap) as caught:
        build({("i0", "a"): 0.0, ("i1", "a"): 0.0}, BipartiteOptions(threshold=threshold))
    assert "no tag is left of 2 on 2 images: the score of all is 0" in str(caught.value)
    assert "threshold" not in str(caught.value)


def test_a_score_of_0_is_not_laid_to_the_threshold() -> None:
    tagging = {("i0", "a"): 0.0, ("i0", "b"): 0.2, ("i1", "a"): 0.0}
    with pytest.raises(EmptyMap) as caught:
        build(tagging, BipartiteOptions(threshold=0.3))
    assert "the threshold of 0.3 removed 1, 2 have the score 0;" in str(caught.value)


def test_images_without_any_tag_are_said_to_have_none() -> None:
    with pytest.raises(EmptyMap, match="of 2 images none has a tag"):
        build({}, BipartiteOptions(), images=2)


def test_the_backbone_keeps_the_links_that_stand_out() -> None:
    tagging = {("i0", tag): 0.1 for tag in "abcd"} | {("i0", "e"): 1.0, ("i1", "e"): 0.1}
    network = build(tagging, BipartiteOptions(backbone=0.05))
    assert links_of(network) == {("i0", "e"): 1.0}
    assert network.nodes["label"].to_list() == ["i0.jpg", "e"]


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec


def test_best_links_of_many_images_are_those_of_each() -> None:
    images = 50_001
    row = np.repeat(np.arange(images), 3)
    scores = np.tile([0.5, 0.9, 0.7], images)
    names = [f"{number:05}" for number in range(images)]
    network = BipartiteBuilder(BipartiteOptions(links_per_image=2)).build(
        pl.DataFrame({"id": names, "label": names, "frequency": [1] * images}),
        pl.LazyFrame(
            {
                "image": np.array(names, dtype=object)[row].tolist(),
                "tag": ["a", "b", "c"] * images,
                "score": scores,
            }
        ),
    )
    assert network.sources.tolist() == np.repeat(np.arange(images), 2).tolist()
    assert network.targets.tolist() == [images, images + 1] * images
    assert network.nodes["label"][-2:].to_list() == ["b", "c"]
    assert (
        network.weights.tolist() == np.tile(np.array([0.9, 0.7], dtype=np.float32), images).tolist()
    )
