from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from map_plugins import LEIDEN
from numpy.typing import NDArray
from planted import planted_collection

from tagatlas.contracts import GraphBuilder, Layout, MapData, Progress, no_progress
from tagatlas.errors import OptionError
from tagatlas.network import Network
from tagatlas.steps.network import build_network
from tagatlas.toolkit import ProjectionSelection
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_builders.images import ImagesBuilder
from tagatlas_builders.tags import TagsBuilder, TagsOptions
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.options import MapOptions

BIPARTITE = BipartiteBuilder(BipartiteOptions())
IMAGES = ImagesBuilder(ProjectionSelection())
TAGS = TagsBuilder(TagsOptions(maximum_share=0.9))


class StartLayout(Layout):
    """Leaves nodes where they start."""

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        return start


class NoLayout(Layout):
    """Must not be reached."""

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        raise AssertionError("laid out what cannot be drawn")


class ScatteringLayout(Layout):
    """Puts nodes anywhere."""

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        return np.random.default_rng(seed).normal(size=start.shape)


def drawn(
    builder: GraphBuilder,
    options: MapOptions,
    layout: Layout | None = None,
    *,
    reverse: bool = False,
    old_positions: pl.DataFrame | None = None,
) -> MapData:
    """A map of 60 images in three topics; with ``reverse``, links lead from tags to images."""
    images, tags, _ = planted_collection(60, 3)
    network, ties = build_network(builder, images, tags.lazy())
    if reverse:
        network = replace(network, sources=network.targets, targets=network.sources)
    sizes = images.with_columns(
        pixel_width=pl.int_range(60) * 10 + 200,
        pixel_height=pl.lit(400),
        frequency=pl.int_range(60) + 1,
    )
    return draw_map(
        network,
        sizes,
        tags.lazy(),
        layout or StartLayout(),
        LEIDEN,
        options,
        ties=ties,
        old_positions=old_positions,
        progress=no_progress,
    )


def areas(drawing: MapData) -> pl.Series:
    images = drawing.nodes.filter(kind="image")
    return images["width"] * images["height"]


@pytest.mark.parametrize("builder", [BIPARTITE, IMAGES, TAGS], ids=lambda each: type(each).__name__)
def test_on_a_wall_images_are_in_cells_and_tags_among_them(builder: GraphBuilder) -> None:
    free, wall = (
        drawn(builder, MapOptions(arrangement=arrangement)).nodes
        for arrangement in ("free", "grid")
    )
    images = wall.filter(kind="image")
    corners = images.select("x", "y").to_numpy()
    for axis in corners.T:
        places = np.unique(axis.round(6))
        assert len(places) < 15
        assert np.diff(places) == pytest.approx(places[1] - places[0], rel=1e-3)
    assert len(np.unique(corners.round(6), axis=0)) == 60
    tags = wall.filter(kind="tag").select("x", "y").to_numpy()
    reach = np.ptp(corners, axis=0)
    assert (np.abs(tags - corners.mean(axis=0)) < reach).all()
    # Only places and sizes of the two maps differ.
    assert free.drop("x", "y", "width", "height").equals(wall.drop("x", "y", "width", "height"))


def test_outlines_on_a_wall_hold_the_cells_of_their_own_cluster_only() -> None:
    drawing = drawn(BIPARTITE, MapOptions(arrangement="grid"))
    shapes = {
        cluster: [np.abs(area(ring)) for ring in rings]
        for cluster, rings in drawing.outlines.items()
    }
    images = drawing.nodes.filter(kind="image")
    corners = images.select("x", "y").to_numpy()
    columns, rows = (np.diff(np.unique(axis.round(6)))[0] for axis in corners.T)
    counts = dict(drawing.clusters.select("cluster", "images").iter_rows())
    for cluster, found in shapes.items():
        assert 0.75 * counts[cluster] < sum(found) / (columns * rows) < 1.05 * counts[cluster]


def steps(images: pl.DataFrame) -> NDArray[np.float64]:
    """Distances of images on a wall from each other, in cells; shape (n, n)."""
    corners = images.select("x", "y").to_numpy()
    sides = [np.diff(np.unique(axis.round(6)))[0] for axis in corners.T]
    return np.asarray(np.abs((corners[:, None] - corners) / sides).max(axis=2))


@pytest.mark.parametrize("builder", [BIPARTITE, IMAGES], ids=lambda each: type(each).__name__)
def test_clusters_are_together_on_a_wall_wherever_the_layout_put_images(
    builder: GraphBuilder,
) -> None:
    shares = {}
    for likeness in (0.0, 0.7):
        options = MapOptions(arrangement="grid", likeness=likeness)
        images = drawn(builder, options, ScatteringLayout()).nodes.filter(kind="image")
        apart, cluster = steps(images), images["cluster"].to_numpy()
        touching = (apart > 0.5) & (apart < 1.5)
        shares[likeness] = (cluster[:, None] == cluster)[touching].mean()
    assert shares[0.7] > 0.7
    assert shares[0.0] < 0.65


def test_images_stay_about_where_they_hang_though_the_layout_changes() -> None:
    options = MapOptions(arrangement="grid")
    first = drawn(BIPARTITE, options).nodes
    gone = first.filter(kind="image")["id"][::10]  # as if these were new
    old = first.select("id", "x", "y").filter(~pl.col("id").is_in(gone.implode()))
    second = drawn(BIPARTITE, options, ScatteringLayout(), old_positions=old).nodes
    before, after = (
        steps(nodes.filter(pl.col("id").is_in(old["id"].implode()), kind="image"))
        for nodes in (first, second)
    )
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.7
    assert second.drop("x", "y", "width", "height").equals(first.drop("x", "y", "width", "height"))


def area(ring: NDArray[np.float64]) -> float:
    """The shoelace formula."""
    x, y = ring.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def test_images_are_as_large_as_links_reach_them() -> None:
    few_links = BipartiteBuilder(BipartiteOptions(threshold=0.3))
    drawing = drawn(few_links, MapOptions(size_by="in-degree"), reverse=True)
    images = drawing.nodes.filter(kind="image")
    assert images["in_degree"].n_unique() > 1
    shares = areas(drawing) / images["in_degree"]
    assert shares.to_numpy() == pytest.approx(shares[0])


def test_in_an_undirected_network_in_degree_is_the_number_of_links() -> None:
    by_in, by_out = (
        drawn(IMAGES, MapOptions(size_by=size_by)) for size_by in ("in-degree", "out-degree")
    )
    assert by_in.nodes.equals(by_out.nodes)


@pytest.mark.parametrize("builder", [BIPARTITE, TAGS], ids=lambda each: type(each).__name__)
def test_where_no_link_leads_to_an_image_in_degree_is_refused_at_once(
    builder: GraphBuilder,
) -> None:
    with pytest.raises(OptionError, match="choose --size-by out-degree, or --builder images"):
        drawn(builder, MapOptions(size_by="in-degree"), NoLayout())


def test_frequency_and_constant_sizes() -> None:
    frequencies = drawn(IMAGES, MapOptions())
    images = frequencies.nodes.filter(kind="image")
    shares = (areas(frequencies) / images["frequency"]).to_numpy()
    # The rarest are held up to a quarter of the median's size.
    assert shares[8:] == pytest.approx(shares[-1])
    constant = areas(drawn(IMAGES, MapOptions(size_by="constant"))).to_numpy()
    assert constant == pytest.approx(constant[0])
