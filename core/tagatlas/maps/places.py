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
from tagatlas.maps.amid import amid_ties, tie_images
from tagatlas.maps.options import MapOptions
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
            where that has no images, those that put them amid its nodes.
        facts: of the images, in the order of the nodes: ``id``, ``width``, ``height``,
            ``records``, ``frequency``.
        positions: of the nodes, shape (n, 2).
        boxes: drawn width and height of the images, shape (images, 2).
    """

    network: Network
    ties: Network
    facts: pl.DataFrame
    positions: Points
    boxes: Points

    @property
    def is_image(self) -> NDArray[np.bool_]:
        """Which nodes are images, shape (n,)."""
        return self.network.is_kind(IMAGE)


def place_nodes(
    network: Network,
    images: pl.DataFrame,
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
    positions = _lay_out(network, layout, options.seed, old_positions, progress)
    tied = network
    if ties is not None:
        tied = tie_images(network, images, ties)
        positions = amid_ties(tied, positions)
        network = replace(network, nodes=tied.nodes)
    is_image = network.is_kind(IMAGE)
    facts = (
        network.nodes.filter(is_image)
        .select("id")
        .join(images, on="id", how="left", maintain_order="left")
    )
    boxes = image_boxes(
        _quantity(tied, facts, is_image, options.size_by),
        (facts["width"] / facts["height"]).to_numpy(),
        positions[is_image],
        options.fill,
    )
    apart = remove_overlaps(positions[is_image], boxes + GAP * float(np.median(boxes)))
    positions[~is_image] = follow(positions[is_image], apart, positions[~is_image])
    positions[is_image] = apart
    return Places(network, tied, facts, positions, boxes)


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
