"""From a network to what is drawn: places, sizes, clusters, names, outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.cluster import (
    cluster_images,
    cluster_of_tags,
    cluster_quantities,
    label_place,
    name_clusters,
    outlines,
)
from tagatlas.contracts import Layout, Progress
from tagatlas.errors import PluginError
from tagatlas.layout import (
    continue_start,
    follow,
    image_boxes,
    landscape,
    remove_overlaps,
    spectral_start,
)
from tagatlas.maps.amid import amid_tags, tie_images
from tagatlas.maps.options import MapOptions
from tagatlas.network import IMAGE, Network

Points = NDArray[np.float64]

GAP = 0.08
"""Room left around each image, as a share of the median side of an image."""

MARGIN = 0.2
"""Room between an image and its cluster's outline, as a share of the median side of an image."""

TAG_SIDE = 0.5
"""Drawn side of a tag of median degree, as a share of the median side of an image."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """The drawn part of a map; :class:`tagatlas.maps.Map` describes the fields."""

    nodes: pl.DataFrame
    clusters: pl.DataFrame
    outlines: Mapping[int, Sequence[Points]]


def draw_map(
    network: Network,
    images: pl.DataFrame,
    tags: pl.DataFrame,
    layout: Layout,
    options: MapOptions,
    *,
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Drawing:
    """Lay a network out, make room for the images, cluster them and name the clusters.

    Where the network has no images, those that have a tag of it are put amid their tags once
    these are laid out, and follow its nodes in the map's table of nodes; no link leads to them.

    Args:
        network: of images, of tags, or of both.
        images: at least those of the network, ordered by ``id``: ``id``, ``width``, ``height``,
            ``records``, ``frequency``.
        tags: all tags of the images: ``image``, ``tag``, ``score``.
        layout: places the nodes.
        options: of the map.
        old_positions: of nodes that were on the map before, by id; empty for a new map.
        progress: told of the layout's steps.

    Raises:
        PluginError: the layout gave something else than a finite place for each node.
        EmptyMap: the network has no images, and no image a tag of it.
    """
    places = _lay_out(network, layout, options.seed, old_positions, progress)
    ties = network
    if not network.is_kind(IMAGE).any():
        ties = tie_images(network, images, tags)
        places = amid_tags(ties, places)
        network = replace(network, nodes=ties.nodes)
    is_image = network.is_kind(IMAGE)
    facts = (
        network.nodes.filter(is_image)
        .select("id")
        .join(images, on="id", how="left", maintain_order="left")
    )
    boxes = image_boxes(
        _quantity(ties, facts, is_image, options.size_by),
        (facts["width"] / facts["height"]).to_numpy(),
        places[is_image],
        options.fill,
    )
    side = float(np.median(boxes))
    apart = remove_overlaps(places[is_image], boxes + GAP * side)
    places[~is_image] = follow(places[is_image], apart, places[~is_image])
    places[is_image] = apart

    mapped = images.filter(pl.col("id").is_in(facts["id"].implode()))
    found = cluster_images(
        mapped,
        tags,
        neighbours=options.neighbours,
        resolution=options.resolution,
        seed=options.seed,
    )
    of_image = (
        facts.select("id")
        .join(
            mapped.select("id", pl.Series("cluster", found)),
            on="id",
            how="left",
            maintain_order="left",
        )["cluster"]
        .to_numpy()
    )
    rings = outlines(apart, boxes, of_image, gap=MARGIN * side)
    clusters = (
        name_clusters(mapped, tags, found)
        .join(cluster_quantities(facts, of_image), on="cluster", maintain_order="left")
        .with_columns(_label_places(rings))
    )
    nodes = _nodes(network, facts, places, boxes, of_image, cluster_of_tags(ties, of_image))
    return Drawing(nodes, clusters, rings)


def _lay_out(
    network: Network,
    layout: Layout,
    seed: int,
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Points:
    if old_positions:
        unknown = (np.nan, np.nan)
        old = np.array([old_positions.get(node, unknown) for node in network.nodes["id"]])
        start = continue_start(network, old, seed)
    else:
        start = spectral_start(network, seed)
    places = np.array(layout.place(network, start=start, seed=seed, progress=progress), float)
    if places.shape != (network.node_count, 2) or not np.isfinite(places).all():
        name = type(layout).__name__
        raise PluginError(f"{name} did not give each node a place: tell its author")
    if old_positions:
        return places
    guides = network.is_kind(IMAGE)
    return landscape(places, guides if guides.any() else ~guides)


def _quantity(
    ties: Network, facts: pl.DataFrame, is_image: NDArray[np.bool_], size_by: str
) -> Points:
    """What the area of each image stands for."""
    if size_by == "frequency":
        return facts["frequency"].to_numpy().astype(float)
    if size_by == "out-degree":
        return ties.out_degrees()[is_image].astype(float)
    return np.ones(facts.height)


def _label_places(rings: Mapping[int, Sequence[Points]]) -> list[pl.Series]:
    """Where each cluster's name is best placed, as columns ``x`` and ``y``."""
    places = np.array([label_place(rings[cluster]) for cluster in sorted(rings)])
    return [pl.Series("x", places[:, 0]), pl.Series("y", places[:, 1])]


def _nodes(
    network: Network,
    facts: pl.DataFrame,
    places: Points,
    boxes: Points,
    of_image: NDArray[np.int32],
    of_tag: NDArray[np.int32],
) -> pl.DataFrame:
    """The map's table of nodes."""
    is_image = network.is_kind(IMAGE)
    count = network.node_count
    out_degrees, in_degrees = network.out_degrees(), network.in_degrees()
    drawn = np.empty((count, 2))
    drawn[is_image] = boxes
    drawn[~is_image] = _tag_sides(in_degrees[~is_image] + out_degrees[~is_image], boxes)[:, None]
    cluster = np.empty(count, dtype=np.int32)
    cluster[is_image] = of_image
    cluster[~is_image] = of_tag
    frequency = np.zeros(count, dtype=np.int64)
    frequency[is_image] = facts["frequency"].to_numpy()
    records = np.zeros(count, dtype=np.int64)
    records[is_image] = facts["records"].to_numpy()
    return network.nodes.select("id", "kind", "label").with_columns(
        pl.Series("x", places[:, 0]),
        pl.Series("y", places[:, 1]),
        pl.Series("width", drawn[:, 0]),
        pl.Series("height", drawn[:, 1]),
        pl.Series("cluster", cluster),
        pl.Series("frequency", frequency),
        pl.Series("records", records),
        pl.Series("out_degree", out_degrees),
        pl.Series("in_degree", in_degrees),
    )


def _tag_sides(degrees: NDArray[np.int64], boxes: Points) -> Points:
    """Drawn sides of tags: areas in proportion to degrees, within bounds."""
    if len(degrees) == 0:
        return np.empty(0)
    relative = np.sqrt(degrees / max(float(np.median(degrees)), 1.0))
    return TAG_SIDE * float(np.median(boxes)) * np.clip(relative, 0.5, 3.0)
