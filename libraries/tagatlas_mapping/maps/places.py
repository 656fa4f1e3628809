"""Positions of a map's nodes, and sizes of its images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tagatlas.contracts import ClusterInput, Layout, Progress
from tagatlas.network import IMAGE, Network
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors
from tagatlas_mapping.layout import continue_start, follow, landscape, spectral_start
from tagatlas_mapping.maps.clusters import Clustering
from tagatlas_mapping.maps.image_boxes import ImageBoxes, Points, size_and_separate
from tagatlas_mapping.maps.image_places import place_among_nodes
from tagatlas_mapping.maps.likeness import takes_likeness, with_likeness
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
    compared: ClusterInput,
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
        compared: its images, as from :func:`~tagatlas_mapping.maps.clusters.compare_images`.
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
        positions = _positions(network, compared, layout, options, old_positions, progress)
    images = size_and_separate(positions[is_image], members, clustering, options)
    drawn = np.flatnonzero(is_image)[images.shown]
    carried = np.ones(len(positions), dtype=np.bool_)
    carried[drawn] = False
    positions[carried] = follow(positions[drawn], images.positions, positions[carried])
    positions[drawn] = images.positions
    return Places(positions, images)


def _positions(
    network: Network,
    compared: ClusterInput,
    layout: Layout,
    options: MapOptions,
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Points:
    """Lay out the network and its links of likeness; of a large one a sample.

    The images beyond the sample are placed by their likeness to those of it.
    """
    chosen = laid_out(network, options.sample)
    share = options.likeness if takes_likeness(network) else 0.0
    if chosen.all() and share == 0:
        return _lay_out(network, layout, options.seed, old_positions, progress)
    vectors = _vectors(network, compared)
    if chosen.all():
        joint = with_likeness(network, vectors, share)
        return _lay_out(joint, layout, options.seed, old_positions, progress)
    part = network.edge_subgraph(chosen[network.sources] & chosen[network.targets])
    is_placed = network.nodes["id"].is_in(part.nodes["id"].implode()).to_numpy()
    sampled = np.flatnonzero(is_placed[network.is_kind(IMAGE)])
    joint = with_likeness(part, vectors.take(sampled), share)
    positions = np.zeros((network.node_count, 2))
    positions[is_placed] = _lay_out(joint, layout, options.seed, old_positions, progress)
    return place_others(network, is_placed, positions, vectors)


def _vectors(network: Network, compared: ClusterInput) -> Vectors:
    """The vectors of the network's images, in the order of its nodes."""
    vectors = image_vectors(compared.scores, compared.embeddings)
    ids = network.nodes["id"].filter(pl.Series(network.is_kind(IMAGE)))
    rows = ids.to_frame().join(
        compared.ids.to_frame("id").with_row_index("row"), on="id", maintain_order="left"
    )
    return vectors.take(rows["row"].cast(pl.Int64).to_numpy())


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
