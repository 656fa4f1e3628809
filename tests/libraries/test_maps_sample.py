from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from map_plugins import LEIDEN
from numpy.typing import NDArray
from planted import planted_collection
from scipy.sparse import csr_array

from tagatlas.contracts import Layout, MapData, Progress, no_progress
from tagatlas.network import Network
from tagatlas.toolkit import ProjectionSelection
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_builders.images import ImagesBuilder
from tagatlas_mapping.cluster.vectors import image_vectors
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.sample import laid_out, place_others

TOPICS = 4


class TopicsApart(Layout):
    """Puts what belongs to a topic around a corner of its own, and the rest in the middle."""

    laid_out = 0

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        self.laid_out = network.node_count
        corner = {f"topic {topic}": (10 * (topic % 2), 10 * (topic // 2)) for topic in range(4)}
        places = np.full((network.node_count, 2), 5.0)
        labels = network.nodes["label"]
        for source, target in zip(network.sources, network.targets, strict=True):
            if labels[int(target)] in corner:
                places[source] = corner[labels[int(target)]]
        return places + np.random.default_rng(seed).normal(scale=0.1, size=places.shape)


def drawn(images: int, options: MapOptions) -> tuple[MapData, TopicsApart, NDArray[np.int64]]:
    collection, tags, topics = planted_collection(images, TOPICS)
    layout = TopicsApart()
    drawing = draw_map(
        BipartiteBuilder(BipartiteOptions()).build(collection, tags.lazy()),
        collection.with_columns(pixel_width=pl.lit(4), pixel_height=pl.lit(3)),
        tags.lazy(),
        layout,
        LEIDEN,
        options,
        old_positions=None,
        progress=no_progress,
    )
    return drawing, layout, topics


def test_images_beyond_the_sample_lie_with_those_of_their_topic() -> None:
    drawing, layout, topics = drawn(400, MapOptions(sample=60, pictures=1000))
    assert layout.laid_out < 120
    places = drawing.nodes.filter(kind="image").select("x", "y").to_numpy()
    assert len(places) == 400
    middles = np.array([places[topics == topic].mean(axis=0) for topic in range(TOPICS)])
    distances = np.hypot(*(places[:, None] - middles[None]).transpose(2, 0, 1))
    assert (distances.argmin(axis=1) == topics).mean() > 0.95


def test_an_image_stays_out_of_the_sample_when_others_come() -> None:
    few, few_tags, _ = planted_collection(100, TOPICS)
    more, more_tags, _ = planted_collection(60, TOPICS, seed=1)
    builder = BipartiteBuilder(BipartiteOptions())
    collection = pl.concat([few, more]).sort("id")
    tags = pl.concat([few_tags, more_tags]).sort("image", maintain_order=True)
    sampled = [
        set(network.nodes["id"].filter(pl.Series(laid_out(network, 50)))) & set(few["id"])
        for network in (builder.build(few, few_tags.lazy()), builder.build(collection, tags.lazy()))
    ]
    assert len(sampled[0]) == 50
    assert sampled[1] < sampled[0]


def test_a_network_of_images_alone_is_laid_out_whole() -> None:
    collection, tags, _ = planted_collection(80, TOPICS)
    network = ImagesBuilder(ProjectionSelection()).build(collection, tags.lazy())
    assert laid_out(network, 10).all()


def test_a_node_that_is_like_nothing_placed_goes_among_what_it_is_linked_to() -> None:
    nodes = pl.DataFrame(
        {
            "id": ["i0", "i1", "tag:a", "tag:b"],
            "kind": ["image", "image", "tag", "tag"],
            "label": ["0.jpg", "1.jpg", "a", "b"],
        }
    )
    network = Network(
        nodes,
        sources=np.array([0, 0, 1], np.int32),
        targets=np.array([2, 3, 2], np.int32),
        weights=np.ones(3, np.float32),
    )
    vectors = image_vectors(csr_array(np.eye(2)), None)
    positions = np.array([[2.0, 4.0], [0.0, 0.0], [6.0, 8.0], [0.0, 0.0]])
    placed = np.array([True, False, True, False])
    found = place_others(network, placed, positions, vectors)
    assert found[1] == pytest.approx([6.0, 8.0])
    assert found[3] == pytest.approx([2.0, 4.0])
    assert found[[0, 2]].tolist() == positions[[0, 2]].tolist()
