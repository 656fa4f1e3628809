"""Build of a map from a network: places, sizes, clusters, names, outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import Clusterer, Layout, MapData, Progress
from tagatlas.network import Network
from tagatlas_mapping.cluster import cluster_of_tags, label_place, outlines
from tagatlas_mapping.cluster.neighbours import Search
from tagatlas_mapping.maps.clusters import Clustering, compare_images, find_clusters
from tagatlas_mapping.maps.image_boxes import Points
from tagatlas_mapping.maps.members import Members, find_members
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.places import Places, place_nodes

TAG_SIDE = 0.5
"""Drawn side of a tag of median degree, as a share of the median side of an image."""

CLUSTERING = 0.2
"""Share of the reported progress that is finding clusters."""


def draw_map(
    network: Network,
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    layout: Layout,
    clusterer: Clusterer,
    options: MapOptions,
    *,
    ties: pl.DataFrame | None = None,
    embeddings: NDArray[np.float16] | None = None,
    old_positions: pl.DataFrame | None,
    search: Search | None = None,
    progress: Progress,
) -> MapData:
    """Lay a network out, separate the images, cluster them and name the clusters.

    Where the network has no images, those that are tied to a node of it are put among their nodes
    once these are laid out, and come after them in the map's table of nodes, without links.

    Args:
        network: of images, of tags, or of both.
        images: those of the network or more, ordered by ``id``: ``id``, ``pixel_width``,
            ``pixel_height``, ``records``, ``frequency``.
        tags: all tags of the images: ``image``, ``tag``, ``score``.
        layout: places the nodes.
        clusterer: finds the clusters.
        options: of the map.
        ties: of images to a network that has none, as from
            :meth:`tagatlas.contracts.GraphBuilder.ties`; None for any other network.
        embeddings: of the images, shape (images, d), a row of zeros where an image has none; None
            where the backend stores none.
        old_positions: of nodes that were on the map before: ``id``, ``x``, ``y``; None for
            a new map.
        search: finds the images most like those outside of the sample; None for this process.
        progress: called with thousandths of the clusterer's and the layout's work.

    Raises:
        UsageError: the images lack data that the clusterer needs.
        EmptyMap: the network has no images, and no image is tied to it.
        OptionError: an option of the map or of the clusterer does not fit the images.
    """
    members = find_members(network, images, ties, options.size_by)
    compared = compare_images(members, images, tags, embeddings, options.sample, search)
    found = find_clusters(
        members,
        compared,
        clusterer,
        options,
        progress=_part(progress, 0.0, CLUSTERING),
    )
    places = place_nodes(
        members,
        found,
        compared,
        layout,
        options,
        old_positions=old_positions,
        progress=_part(progress, CLUSTERING, 1.0),
    )
    drawn, of_image = places.images, found.of_image["cluster"].to_numpy()
    rings = outlines(drawn.positions, drawn.enclosed, of_image[drawn.shown], gap=drawn.margin)
    return MapData(
        nodes=_nodes(members, places, found),
        sources=network.sources,
        targets=network.targets,
        weights=network.weights,
        directed=network.directed,
        clusters=found.table.with_columns(_label_places(rings)),
        subclusters=found.subtable,
        stability=found.stability,
        outlines=rings,
    )


def _part(progress: Progress, begin: float, end: float) -> Progress:
    """Progress of a part of the work, reported in thousandths of the whole."""

    def show(done: int, total: int, failed: int = 0) -> None:
        share = begin + (end - begin) * done / max(total, 1)
        progress(round(1000 * share), 1000, failed)

    return show


def _label_places(rings: Mapping[int, Sequence[Points]]) -> list[pl.Series]:
    """Best place of each cluster's name, as columns ``x`` and ``y``."""
    places = np.array([label_place(rings[cluster]) for cluster in sorted(rings)])
    return [pl.Series("x", places[:, 0]), pl.Series("y", places[:, 1])]


def _nodes(members: Members, places: Places, found: Clustering) -> pl.DataFrame:
    """The map's table of nodes."""
    network, facts, is_image = members.network, members.facts, members.is_image
    count = network.node_count
    out_degrees, in_degrees = network.out_degrees(), network.in_degrees()
    drawn = np.empty((count, 2))
    drawn[is_image] = places.images.boxes
    degrees = (in_degrees + out_degrees)[~is_image]
    drawn[~is_image] = _tag_sides(degrees, places.images.boxes)[:, None]
    of_image = found.of_image["cluster"].to_numpy()
    cluster = np.empty(count, dtype=np.int32)
    cluster[is_image] = of_image
    cluster[~is_image] = cluster_of_tags(members.ties, of_image)
    frequency = np.zeros(count, dtype=np.int64)
    frequency[is_image] = facts["frequency"].to_numpy()
    records = np.zeros(count, dtype=np.int64)
    records[is_image] = facts["records"].to_numpy()
    shown = np.ones(count, dtype=np.bool_)
    shown[is_image] = places.images.shown
    subcluster = np.full(count, -1, dtype=np.int32)
    subcluster[is_image] = found.of_image["subcluster"].fill_null(-1).to_numpy()
    typicality = np.zeros(count)
    typicality[is_image] = found.of_image["typicality"].to_numpy()
    in_none = pl.Series(subcluster < 0)
    return network.nodes.select("id", "kind", "label").with_columns(
        pl.Series("x", places.positions[:, 0]),
        pl.Series("y", places.positions[:, 1]),
        pl.Series("width", drawn[:, 0]),
        pl.Series("height", drawn[:, 1]),
        pl.Series("cluster", cluster),
        pl.Series("frequency", frequency),
        pl.Series("records", records),
        pl.Series("out_degree", out_degrees),
        pl.Series("in_degree", in_degrees),
        pl.Series("shown", shown),
        pl.Series("subcluster", subcluster).set(in_none, None),
        pl.Series("typicality", typicality),
    )


def _tag_sides(degrees: NDArray[np.int64], boxes: Points) -> Points:
    """Drawn sides of tags: areas proportional to degrees, within bounds."""
    if len(degrees) == 0:
        return np.empty(0)
    relative = np.sqrt(degrees / max(float(np.median(degrees)), 1.0))
    return TAG_SIDE * float(np.median(boxes)) * np.clip(relative, 0.5, 3.0)
