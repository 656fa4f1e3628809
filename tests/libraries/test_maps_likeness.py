from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from map_plugins import LEIDEN
from numpy.typing import NDArray
from planted import planted_collection

from tagatlas.contracts import (
    ClusterInput,
    Layout,
    MapData,
    NetworkDescription,
    Progress,
    no_progress,
)
from tagatlas.network import IMAGE, Network
from tagatlas.toolkit import ProjectionSelection
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_builders.images import ImagesBuilder
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.likeness import (
    WITHIN,
    describe_likeness,
    likeness_of,
    takes_likeness,
    with_likeness,
)
from tagatlas_mapping.maps.options import MapOptions

IMAGES, TOPICS = 90, 3
COLLECTION, TAGS, OF_IMAGE = planted_collection(IMAGES, TOPICS)
NETWORK = BipartiteBuilder(BipartiteOptions()).build(COLLECTION, TAGS.lazy())
CLUSTERS = OF_IMAGE.astype(np.int32)
ALL = np.ones(IMAGES, dtype=np.bool_)


class Kept(Layout):
    """Leaves nodes where they start, and keeps the network it was given."""

    def __init__(self) -> None:
        self.network = NETWORK

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        self.network = network
        return start


def compared(*, reverse: bool = False) -> ClusterInput:
    images = COLLECTION.reverse() if reverse else COLLECTION
    scores, tags = score_matrix(images, TAGS.lazy())
    return ClusterInput(
        ids=images["id"], scores=scores, tags=tags, embeddings=None, network=NETWORK, sample=1000
    )


def drawn(options: MapOptions, layout: Layout) -> MapData:
    sizes = COLLECTION.with_columns(pixel_width=pl.lit(4), pixel_height=pl.lit(3))
    return draw_map(
        NETWORK,
        sizes,
        TAGS.lazy(),
        layout,
        LEIDEN,
        options,
        old_positions=None,
        progress=no_progress,
    )


def test_images_alike_are_linked_and_change_places_by_cluster() -> None:
    apart = likeness_of(NETWORK, compared(), np.arange(IMAGES, dtype=np.int32)).closer(ALL)
    together = likeness_of(NETWORK, compared(), np.zeros(IMAGES, dtype=np.int32)).closer(ALL)
    assert together.toarray() == pytest.approx(WITHIN * apart.toarray())
    assert (apart.toarray() == apart.toarray().T).all()
    first, second = apart.tocoo().coords
    assert (first != second).all()
    assert (OF_IMAGE[first] == OF_IMAGE[second]).mean() > 0.9
    assert np.diff(apart.indptr).min() >= 10


def test_links_follow_the_order_of_the_nodes() -> None:
    links = likeness_of(NETWORK, compared(), CLUSTERS).closer(ALL)
    again = likeness_of(NETWORK, compared(reverse=True), CLUSTERS).closer(ALL)
    assert again.toarray() == pytest.approx(links.toarray(), rel=1e-4)


def test_links_of_some_are_among_these() -> None:
    some = np.arange(IMAGES) % 3 > 0
    likeness = likeness_of(NETWORK, compared(), CLUSTERS)
    assert likeness.added(some, 1.0).shape == (some.sum(), some.sum())
    assert np.diff(likeness.closer(some).indptr).min() >= 10


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_links_of_likeness_have_their_share_of_the_weight(share: float) -> None:
    one_cluster = likeness_of(NETWORK, compared(), np.zeros(IMAGES, dtype=np.int32))
    joint = with_likeness(NETWORK, one_cluster, ALL, share)
    is_image = joint.is_kind(IMAGE)
    added = is_image[joint.sources] & is_image[joint.targets]
    assert joint.weights[added].sum() / joint.weights.sum() == pytest.approx(share, rel=1e-4)
    assert (joint.weights[~added] == NETWORK.weights).all()
    pairs = np.sort(np.column_stack([joint.sources[added], joint.targets[added]]), axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)


def test_the_layout_knows_the_links_and_the_map_does_not() -> None:
    layout, alone = Kept(), Kept()
    drawing = drawn(MapOptions(), layout)
    assert layout.network.edge_count > NETWORK.edge_count
    assert (drawing.sources == NETWORK.sources).all()
    assert (drawing.weights == NETWORK.weights).all()
    drawn(MapOptions(likeness=0), alone)
    assert alone.network is NETWORK


def test_images_come_to_lie_with_their_cluster() -> None:
    nodes = drawn(MapOptions(likeness=0.7), Kept()).nodes.filter(kind=IMAGE)
    places, clusters = nodes.select("x", "y").to_numpy(), nodes["cluster"].to_numpy()
    distances = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    near = distances.argsort(axis=1)[:, 1:6]
    assert (clusters[near] == clusters[:, None]).mean() > 0.9


def test_networks_that_do_not_join_images_and_tags_are_drawn_as_they_are() -> None:
    images = ImagesBuilder(ProjectionSelection()).build(COLLECTION, TAGS.lazy())
    said = NetworkDescription(placed_by="what they share")
    assert not takes_likeness(images)
    assert describe_likeness(said, images, MapOptions(), made_again=False) == (
        said,
        MapOptions().likeness,
    )
    values = replace(said, node="value")
    assert describe_likeness(values, NETWORK, MapOptions(), made_again=False) == (values, 0.0)
    assert describe_likeness(said, NETWORK, MapOptions(likeness=0), made_again=False) == (said, 0.0)


def test_the_description_says_what_was_added() -> None:
    said = NetworkDescription(placed_by="the tags they share", text="Tags are tags.")
    described, share = describe_likeness(said, NETWORK, MapOptions(likeness=0.7), made_again=False)
    assert share == 0.7
    assert described.placed_by == "the tags they share and their likeness"
    assert described.text.startswith("Tags are tags. To be laid out, each image was also linked")
    assert "70% of the weight" in described.text
    assert "changed places" in described.text
    again, _ = describe_likeness(said, NETWORK, MapOptions(), made_again=True)
    assert "where they were on the earlier map" in again.text
    wall, _ = describe_likeness(said, NETWORK, MapOptions(arrangement="grid"), made_again=False)
    assert "changed places" not in wall.text
