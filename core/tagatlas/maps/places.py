"""Where nodes lie on a map, and how large images are drawn there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import Layout, Progress
from tagatlas.errors import OptionError, PluginError
from tagatlas.layout import continue_start, follow, landscape, spectral_start
from tagatlas.maps.amid import amid_ties, tie_images
from tagatlas.maps.options import MapOptions
from tagatlas.maps.room import Points, Room, make_room
from tagatlas.maps.sample import laid_out, place_others
from tagatlas.network import IMAGE, Network


@dataclass(frozen=True, eq=False)
class Places:
    """The nodes of a map at their places, before they are clustered.

    Attributes:
        network: all nodes of the map, with the links of the network as it was built.
        ties: links between images and tags, by rows of the same nodes: those of the network, or,
            where that has no images, those that put them amid its nodes.
        facts: of the images, in the order of the nodes: ``id``, ``width``, ``height``,
            ``records``, ``frequency``.
        positions: of the nodes, shape (n, 2).
        room: how the images are drawn.
    """

    network: Network
    ties: Network
    facts: pl.DataFrame
    positions: Points
    room: Room

    @property
    def is_image(self) -> NDArray[np.bool_]:
        """Which nodes are images, shape (n,)."""
        return self.network.is_kind(IMAGE)


def place_nodes(
    network: Network,
    images: pl.DataFrame,
    tags: pl.DataFrame,
    layout: Layout,
    options: MapOptions,
    *,
    ties: pl.DataFrame | None,
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Places:
    """Lay a network out, and make room for the images.

    The arguments and errors are those of :func:`tagatlas.maps.build.draw_map`.
    """
    tied = network if ties is None else tie_images(network, images, ties)
    is_image = tied.is_kind(IMAGE)
    facts = (
        tied.nodes.filter(is_image)
        .select("id")
        .join(images, on="id", how="left", maintain_order="left")
    )
    quantity = _quantity(tied, facts, options.size_by)
    positions = _positions(network, tags, layout, options, old_positions, progress)
    if ties is not None:
        positions = amid_ties(tied, positions)
    aspect = (facts["width"] / facts["height"]).to_numpy()
    room = make_room(positions[is_image], quantity, aspect, options)
    drawn = np.flatnonzero(is_image)[room.shown]
    carried = np.ones(len(positions), dtype=np.bool_)
    carried[drawn] = False
    positions[carried] = follow(positions[drawn], room.positions, positions[carried])
    positions[drawn] = room.positions
    return Places(replace(network, nodes=tied.nodes), tied, facts, positions, room)


def _positions(
    network: Network,
    tags: pl.DataFrame,
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
    if places.shape != (network.node_count, 2) or not np.isfinite(places).all():
        name = type(layout).__name__
        raise PluginError(f"{name} did not give each node a place: tell its author")
    if old_positions:
        return places
    guides = network.is_kind(IMAGE)
    return landscape(places, guides if guides.any() else ~guides)


def _quantity(ties: Network, facts: pl.DataFrame, size_by: str) -> Points:
    """What the area of each image stands for."""
    is_image = ties.is_kind(IMAGE)
    if size_by == "frequency":
        return facts["frequency"].to_numpy().astype(float)
    if size_by == "out-degree":
        return ties.out_degrees()[is_image].astype(float)
    if size_by == "in-degree":
        reached = ties.in_degrees()[is_image]
        if not reached.any():
            raise OptionError(
                "--size-by (map): no link of this network leads to an image;"
                " choose --size-by out-degree, or --builder images"
            )
        return reached.astype(float)
    return np.ones(facts.height)
