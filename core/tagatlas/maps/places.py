"""Where nodes lie on a map, and how large images are drawn there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import Layout, Progress
from tagatlas.errors import OptionError, PluginError
from tagatlas.layout import (
    continue_start,
    follow,
    hang_on_wall,
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

CELL_MARGIN = 0.1
"""Share of the sides of a wall's cells that outlines leave out."""


@dataclass(frozen=True, eq=False)
class Places:
    """The nodes of a map at their places, before they are clustered.

    Attributes:
        network: all nodes of the map, with the links of the network as it was built.
        ties: links between images and tags, by rows of the same nodes: those of the network, or,
            where that has no images, those that put them amid their tags.
        facts: of the images, in the order of the nodes: ``id``, ``width``, ``height``,
            ``records``, ``frequency``.
        positions: of the nodes, shape (n, 2).
        boxes: drawn width and height of the images, shape (images, 2).
        rooms: width and height of what the outline of an image's cluster encloses, which on a
            wall is most of its cell, and otherwise the image; shape (images, 2).
        margin: between a room and the outline.
    """

    network: Network
    ties: Network
    facts: pl.DataFrame
    positions: Points
    boxes: Points
    rooms: Points
    margin: float

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
    old_positions: Mapping[str, tuple[float, float]],
    progress: Progress,
) -> Places:
    """Lay a network out, and make room for the images.

    The arguments and errors are those of :func:`tagatlas.maps.build.draw_map`.
    """
    has_images = bool(network.is_kind(IMAGE).any())
    ties = network if has_images else tie_images(network, images, tags)
    is_image = ties.is_kind(IMAGE)
    facts = (
        ties.nodes.filter(is_image)
        .select("id")
        .join(images, on="id", how="left", maintain_order="left")
    )
    quantity = _quantity(ties, facts, options.size_by)
    positions = _lay_out(network, layout, options.seed, old_positions, progress)
    if not has_images:
        positions = amid_tags(ties, positions)
    laid_out = positions[is_image]
    aspect = (facts["width"] / facts["height"]).to_numpy()
    if options.arrangement == "grid":
        arranged, boxes, cell = hang_on_wall(laid_out, aspect)
        rooms = np.tile(cell * (1 - CELL_MARGIN), (len(boxes), 1))
        margin = CELL_MARGIN * float(cell.min()) / 2
    else:
        boxes = rooms = image_boxes(quantity, aspect, laid_out, options.fill)
        side = float(np.median(boxes))
        arranged = remove_overlaps(laid_out, boxes + GAP * side)
        margin = MARGIN * side
    positions[~is_image] = follow(laid_out, arranged, positions[~is_image])
    positions[is_image] = arranged
    nodes = replace(network, nodes=ties.nodes)
    return Places(nodes, ties, facts, positions, boxes, rooms, margin)


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
