"""Where nodes lie on a map, and how large images are drawn there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
from tagatlas.maps.sample import laid_out, place_others
from tagatlas.maps.shown import choose_shown
from tagatlas.network import IMAGE, Network

Points = NDArray[np.float64]

GAP = 0.08
"""Room left around each image, as a share of the median side of an image."""


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
        shown: which images are drawn as pictures, shape (images,).
    """

    network: Network
    ties: Network
    facts: pl.DataFrame
    positions: Points
    boxes: Points
    shown: NDArray[np.bool_]

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
    positions = _positions(network, tags, layout, options, old_positions, progress)
    ties = network
    if not network.is_kind(IMAGE).any():
        ties = tie_images(network, images, tags)
        positions = amid_tags(ties, positions)
        network = replace(network, nodes=ties.nodes)
    is_image = network.is_kind(IMAGE)
    facts = (
        network.nodes.filter(is_image)
        .select("id")
        .join(images, on="id", how="left", maintain_order="left")
    )
    shown = choose_shown(positions[is_image], np.zeros(facts.height), options.pictures)
    boxes = _boxes(ties, facts, positions[is_image], shown, options)
    drawn = np.flatnonzero(is_image)[shown]
    before = positions[drawn]
    after = remove_overlaps(before, boxes[shown] + GAP * float(np.median(boxes[shown])))
    carried = np.ones(network.node_count, dtype=np.bool_)
    carried[drawn] = False
    positions[carried] = follow(before, after, positions[carried])
    positions[drawn] = after
    return Places(network, ties, facts, positions, boxes, shown)


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


def _boxes(
    ties: Network,
    facts: pl.DataFrame,
    positions: Points,
    shown: NDArray[np.bool_],
    options: MapOptions,
) -> Points:
    """Sizes of the images: those shown fill the map, and so do all together where none is left out.

    An image that is not shown has the size that it would have among all.
    """
    quantity = _quantity(ties, facts, ties.is_kind(IMAGE), options.size_by)
    aspect = (facts["width"] / facts["height"]).to_numpy()
    boxes = image_boxes(quantity, aspect, positions, options.fill)
    if not shown.all():
        boxes[shown] = image_boxes(quantity[shown], aspect[shown], positions[shown], options.fill)
    return boxes


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
