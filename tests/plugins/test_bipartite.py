from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import GraphBuilderSpec
from tagatlas.errors import EmptyMap
from tagatlas.network import IMAGE, TAG, Network
from tagatlas.testing import GraphBuilderContract
from tagatlas_bipartite import BipartiteOptions, tagatlas_graph_builders
from tagatlas_bipartite.builder import BipartiteBuilder

Tagging = dict[tuple[str, str], float]
"""Scores by image and tag."""


def build(tagging: Tagging, options: BipartiteOptions, images: int | None = None) -> Network:
    names = sorted({image for image, _ in tagging}) if images is None else image_names(images)
    return BipartiteBuilder(options).build(*tables(names, tagging))


def image_names(count: int) -> list[str]:
    return [f"i{number}" for number in range(count)]


def tables(images: list[str], tagging: Tagging) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = sorted((image, -score, tag) for (image, tag), score in tagging.items())
    return (
        pl.DataFrame(
            {"id": images, "label": [f"{image}.jpg" for image in images], "frequency": 1},
            schema={"id": pl.String, "label": pl.String, "frequency": pl.Int64},
        ),
        pl.DataFrame(
            [(image, tag, -score) for image, score, tag in rows],
            schema={"image": pl.String, "tag": pl.String, "score": pl.Float64},
            orient="row",
        ),
    )


def links_of(network: Network) -> Tagging:
    ids, labels = network.nodes["id"].to_list(), network.nodes["label"].to_list()
    ends = zip(network.sources.tolist(), network.targets.tolist(), strict=True)
    return {
        (ids[source], labels[target]): weight
        for (source, target), weight in zip(ends, network.weights.tolist(), strict=True)
    }


def reference(tagging: Tagging, options: BipartiteOptions, images: int) -> Tagging:
    """What the options say, in plain words and loops."""
    links = {
        (image, tag): score
        for (image, tag), score in tagging.items()
        if tag not in options.stop_tags and score >= options.threshold and np.float32(score) > 0
    }
    having = Counter(tag for _, tag in links)
    links = {
        (image, tag): score
        for (image, tag), score in links.items()
        if options.minimum_share <= having[tag] / images <= options.maximum_share
    }
    if options.links_per_image is not None:
        of_image: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for (image, tag), score in links.items():
            of_image[image].append((-score, tag))
        links = {
            (image, tag): -negative
            for image, found in of_image.items()
            for negative, tag in sorted(found)[: options.links_per_image]
        }
    if options.idf:
        linked = len({image for image, _ in links})
        having = Counter(tag for _, tag in links)
        links = {
            (image, tag): score * (1 + math.log((1 + linked) / (1 + having[tag])))
            for (image, tag), score in links.items()
        }
    return links


taggings = st.dictionaries(
    st.tuples(st.sampled_from(image_names(6)), st.sampled_from(["a", "b", "c", "d", "Ä", "tag:a"])),
    st.sampled_from([0.0, 1e-50, 0.1, 0.25, 0.5, 1.0]) | st.floats(0.0, 1.0),
)
all_options = st.builds(
    BipartiteOptions,
    threshold=st.sampled_from([0.0, 0.1, 0.3, 1.0]),
    links_per_image=st.none() | st.integers(1, 4),
    minimum_share=st.sampled_from([0.0, 0.2, 1 / 3, 0.5]),
    maximum_share=st.sampled_from([0.2, 0.5, 2 / 3, 1.0]),
    idf=st.booleans(),
    stop_tags=st.sampled_from([(), ("a",), ("a", "Ä", "no such tag")]),
)


@given(taggings, all_options)
def test_links_are_those_of_the_reference(tagging: Tagging, options: BipartiteOptions) -> None:
    expected = reference(tagging, options, images=6)
    if not expected:
        with pytest.raises(EmptyMap):
            build(tagging, options, images=6)
        return
    assert links_of(build(tagging, options, images=6)) == pytest.approx(expected, rel=1e-6)


@given(taggings.filter(lambda tagging: any(score > 1e-30 for score in tagging.values())))
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


def test_images_without_any_tag_are_said_to_have_none() -> None:
    with pytest.raises(EmptyMap, match="none of the 2 images has a tag"):
        build({}, BipartiteOptions(), images=2)


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec
