"""Positions of a map's nodes, and sizes of its images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tagatlas.contracts import Layout, Progress
from tagatlas.network import IMAGE, Network
from tagatlas_mapping.layout import continue_start, follow, landscape, spectral_start
from tagatlas_mapping.maps.clusters import Clustering
from tagatlas_mapping.maps.image_boxes import ImageBoxes, Points, size_and_separate
from tagatlas_mapping.maps.image_places import place_among_nodes
from tagatlas_mapping.maps.members import Members
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.sample import laid_out, place_others


@dataclass(frozen=True, eq=False)
class Places:
    """Positions of a map's nodes.

    Attributes:
        positions: of the nodes, shape (n, 2).
        images: sizes and places of the images.
    """

    positions: Points
    images: ImageBoxes


def place_nodes(
    members: Members,
    clustering: Clustering,
    tags: pl.LazyFrame,
    layout: Layout,
    options: MapOptions,
    *,
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Places:
    """Lay a network out, then size and separate the images.

    Args:
        members: of the map.
        clustering: of its images.
        tags: of the images.
        layout: places the nodes.
        options: of the map.
        old_positions: of nodes that were on the map before, by id; empty for a new map.
        progress: called with the layout's steps.
    """
    network, is_image = members.network, members.is_image
    if members.are_tied:
        alone = replace(network, nodes=network.nodes.filter(~is_image))
        positions = _lay_out(alone, layout, options.seed, old_positions, progress)
        positions = place_among_nodes(members.ties, positions)
    else:
        positions = _positions(network, tags, layout, options, old_positions, progress)
    images = size_and_separate(positions[is_image], members, clustering, options)
    drawn = np.flatnonzero(is_image)[images.shown]
    carried = np.ones(len(positions), dtype=np.bool_)
    carried[drawn] = False
    positions[carried] = follow(positions[drawn], images.positions, positions[carried])
    positions[drawn] = images.positions
    return Places(positions, images)


def _positions(
    network: Network,
    tags: pl.LazyFrame,
    layout: Layout,
    options: MapOptions,
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Points:
    """Lay out the network; of a large one a sample, and place the others by their tags."""
    chosen = laid_out(network, options.sample)
    if chosen.all():
        return _lay_out(network, layout, options.seed, old_positions, progress)
    part = network.edge_subgraph(chosen[network.sources] & chosen[network.targets])
    is_placed = network.nodes["id"].is_in(part.nodes["id"].implode()).to_numpy()
    positions = np.zeros((network.node_count, 2))
    positions[is_placed] = _lay_out(part, layout, options.seed, old_positions, progress)
    return place_others(network, is_placed, positions, tags)


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
    if old_positions:
        return places
    guides = network.is_kind(IMAGE)
    return landscape(places, guides if guides.any() else ~guides)
