"""Positions of a map's nodes, and sizes of its images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import ClusterInput, Layout, Progress
from tagatlas.network import IMAGE, Network
from tagatlas_mapping.cluster.neighbours import Search, similar_by_shard
from tagatlas_mapping.layout import continue_start, follow, landscape, spectral_start
from tagatlas_mapping.maps.clusters import Clustering
from tagatlas_mapping.maps.image_boxes import ImageBoxes, Points, size_and_separate
from tagatlas_mapping.maps.image_places import place_among_nodes
from tagatlas_mapping.maps.likeness import (
    Likeness,
    likeness_of,
    takes_likeness,
    with_likeness,
)
from tagatlas_mapping.maps.members import Members
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.sample import laid_out, place_others
from tagatlas_mapping.maps.wall import as_before


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
    old_positions: pl.DataFrame | None,
    progress: Progress,
) -> Places:
    """Lay a network out, then size and separate the images.

    Args:
        members: of the map.
        clustering: of its images.
        compared: its images, as from :func:`~tagatlas_mapping.maps.clusters.compare_images`.
        layout: places the nodes.
        options: of the map.
        old_positions: of nodes that were on the map before: ``id``, ``x``, ``y``; None for
            a new map.
        progress: called with the layout's steps.
    """
    network, is_image = members.network, members.is_image
    is_joint = options.likeness > 0 and takes_likeness(network) and not members.are_tied
    chosen = laid_out(network, options.sample)
    is_sorted = options.likeness > 0 and options.arrangement == "grid"
    likeness = None
    if is_joint or is_sorted or not chosen.all():
        likeness = likeness_of(network, compared, clustering.of_image["cluster"].to_numpy())

    def lay_out(some: Network) -> Points:
        return _lay_out(some, layout, options.seed, old_positions, progress)

    if members.are_tied:
        alone = replace(network, nodes=network.nodes.filter(~is_image))
        positions = place_among_nodes(members.ties, lay_out(alone))
    elif likeness is not None and (is_joint or not chosen.all()):
        share = options.likeness if is_joint else 0.0
        search = compared.search or similar_by_shard
        positions = _with_sample(network, chosen, likeness, share, lay_out, search)
    else:
        positions = lay_out(network)
    before = _before(members.facts["id"], old_positions)
    hung = None
    if options.arrangement == "grid" and before is not None:
        hung = as_before(positions[is_image], before)
    images = size_and_separate(
        positions[is_image] if hung is None else hung,
        members,
        clustering,
        options,
        likeness if is_joint or is_sorted else None,
        stay=hung is not None,
        before=before,
    )
    drawn = np.flatnonzero(is_image)[images.shown]
    carried = np.ones(len(positions), dtype=np.bool_)
    carried[drawn] = False
    among = follow(positions[drawn], images.separated, positions[carried])
    positions[carried] = follow(images.scattered, images.positions, among, guides=1)
    positions[drawn] = images.positions
    return Places(positions, images)


def _before(ids: pl.Series, old_positions: pl.DataFrame | None) -> Points | None:
    """Positions of nodes on an earlier map, NaN for new ones; None if there was none."""
    if old_positions is None or old_positions.is_empty():
        return None
    wanted = ids.alias("id").to_frame()
    found = wanted.join(old_positions, on="id", how="left", maintain_order="left")
    # By rows, as layouts have them: sums over columns round in another order.
    return found.select(pl.col("x", "y").fill_null(np.nan)).to_numpy(order="c")


def _with_sample(
    network: Network,
    chosen: NDArray[np.bool_],
    likeness: Likeness,
    share: float,
    lay_out: Callable[[Network], Points],
    search: Search,
) -> Points:
    """Lay out the chosen nodes with their links of likeness, and place the others by likeness."""
    kept = chosen[network.sources] & chosen[network.targets]
    part = network.edge_subgraph(kept)
    is_placed = np.zeros(network.node_count, dtype=np.bool_)
    is_placed[network.sources[kept]] = is_placed[network.targets[kept]] = True
    if share > 0:
        part = with_likeness(part, likeness, is_placed[network.is_kind(IMAGE)], share)
    positions = np.zeros((network.node_count, 2))
    positions[is_placed] = lay_out(part)
    if is_placed.all():
        return positions
    return place_others(network, is_placed, positions, likeness.vectors, search)


def _lay_out(
    network: Network,
    layout: Layout,
    seed: int,
    old_positions: pl.DataFrame | None,
    progress: Progress,
) -> Points:
    old = _before(network.nodes["id"], old_positions)
    start = spectral_start(network, seed) if old is None else continue_start(network, old, seed)
    places = np.array(layout.place(network, start=start, seed=seed, progress=progress), float)
    if old is not None:
        return places
    guides = network.is_kind(IMAGE)
    return landscape(places, guides if guides.any() else ~guides)
