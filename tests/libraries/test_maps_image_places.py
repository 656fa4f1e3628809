from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from map_plugins import LEIDEN
from numpy.typing import NDArray
from planted import planted_collection

from tagatlas.contracts import Layout, MapData, Progress, no_progress
from tagatlas.errors import EmptyMap
from tagatlas.network import Network
from tagatlas_builders.tags import TagsBuilder, TagsOptions
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.image_places import place_among_nodes, tie_images
from tagatlas_mapping.maps.options import MapOptions


class StartLayout(Layout):
    """Leaves nodes where they start."""

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        return start


def tag_network(*labels: str) -> Network:
    """Tags, each linked to the next."""
    rows = np.arange(len(labels), dtype=np.int32)
    return Network(
        nodes=pl.DataFrame({"label": labels}).select(
            ("tag:" + pl.col("label")).alias("id"), pl.lit("tag").alias("kind"), "label"
        ),
        sources=rows[:-1],
        targets=rows[1:],
        weights=np.ones(len(labels) - 1, dtype=np.float32),
        directed=False,
    )


IMAGES = pl.DataFrame({"id": ["i0", "i1", "i2"], "label": ["0.jpg", "1.jpg", "2.jpg"]})
TAGS = pl.DataFrame(
    [("i0", "a", 0.5), ("i0", "b", 0.25), ("i1", "z", 1.0), ("i2", "c", 0.1), ("i2", "a", 0.0)],
    schema=["image", "tag", "score"],
    orient="row",
)


TIES = TAGS.select("image", ("tag:" + pl.col("tag")).alias("node"), weight="score")


def test_images_are_tied_to_the_nodes_there_are_and_come_after_them() -> None:
    ties = tie_images(tag_network("a", "b", "c"), IMAGES, TIES)
    assert ties.nodes["id"].to_list() == ["tag:a", "tag:b", "tag:c", "i0", "i2"]
    ends = zip(ties.sources.tolist(), ties.targets.tolist(), ties.weights.tolist(), strict=True)
    assert list(ends) == [(3, 0, 0.5), (3, 1, 0.25), (4, 2, pytest.approx(0.1))]


def test_an_image_lies_among_its_tags_nearer_to_the_surer_ones() -> None:
    ties = tie_images(tag_network("a", "b", "c"), IMAGES, TIES)
    places = np.array([[0.0, 0.0], [10.0, 5.0], [-3.0, 4.0]])
    found = place_among_nodes(ties, places)
    assert np.array_equal(found[:3], places)
    assert found[3:] == pytest.approx(np.array([[2.0, 1.0], [-3.0, 4.0]]))


def test_a_network_whose_tags_no_image_has_is_an_empty_map() -> None:
    with pytest.raises(EmptyMap, match="no image has a tag of the network"):
        tie_images(tag_network("x", "y"), IMAGES, TIES)


def drawn(old: MapData | None = None) -> tuple[Network, MapData, NDArray[np.int64]]:
    """A map of a network of tags; again from its old places, if given."""
    images, tags, topics = planted_collection(60, 3)
    builder = TagsBuilder(TagsOptions(maximum_share=0.9))
    network = builder.build(images, tags.lazy())
    drawing = draw_map(
        network,
        images.with_columns(pixel_width=400, pixel_height=300),
        tags.lazy(),
        StartLayout(),
        LEIDEN,
        MapOptions(),
        ties=builder.ties(network, images, tags.lazy()),
        old_positions=None if old is None else old.nodes.select("id", "x", "y"),
        progress=no_progress,
    )
    return network, drawing, topics


def test_a_network_of_tags_makes_a_map_with_images_in_clusters() -> None:
    network, drawing, topics = drawn()
    nodes = drawing.nodes
    assert nodes["id"][: network.node_count].to_list() == network.nodes["id"].to_list()
    images = nodes.filter(kind="image")
    assert images.height == 60
    assert nodes[network.node_count :].equals(images)
    assert images["out_degree"].sum() == images["in_degree"].sum() == 0
    assert np.isfinite(nodes.select("x", "y").to_numpy()).all()
    assert drawing.clusters["images"].sum() == 60
    # Each topic is a cluster, and its tags are of it.
    assert len(set(zip(topics.tolist(), images["cluster"], strict=True))) == 3
    for topic in range(3):
        own = nodes.filter(pl.col("label").str.starts_with(f"topic {topic}"), kind="tag")
        (cluster,) = set(images.filter(pl.Series(topics == topic))["cluster"])
        assert set(own["cluster"]) == {cluster}


def test_a_map_of_tags_that_is_drawn_again_does_not_turn_or_jump() -> None:
    _, first, _ = drawn()
    _, again, _ = drawn(first)
    before, after = (each.nodes.select("x", "y").to_numpy() for each in (first, again))
    size = float(np.ptp(before, axis=0).max())
    # Images make room for each other again, so that they do not stay to the point.
    assert np.median(np.hypot(*(after - before).T)) < 0.1 * size
