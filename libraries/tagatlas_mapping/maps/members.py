"""The nodes of a map: those of its network, and images that are put among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.errors import OptionError
from tagatlas.network import IMAGE, Network
from tagatlas_mapping.maps.image_places import tie_images

_FACTS = ("id", "pixel_width", "pixel_height", "records", "frequency")


@dataclass(frozen=True, eq=False)
class Members:
    """The nodes of a map, before they are placed.

    Attributes:
        network: all nodes of the map, with the links of the network as it was built.
        ties: links between images and other nodes, by rows of the same nodes: those of the
            network, or, if that has no images, their ties to its nodes.
        facts: of the images, in the order of the nodes: ``id``, ``pixel_width``, ``pixel_height``,
            ``records``, ``frequency``.
        quantity: that the area of each image is proportional to, shape (images,).
    """

    network: Network
    ties: Network
    facts: pl.DataFrame
    quantity: NDArray[np.float64]

    @property
    def is_image(self) -> NDArray[np.bool_]:
        """Mask of the nodes that are images, shape (n,)."""
        return self.network.is_kind(IMAGE)

    @cached_property
    def by_id(self) -> NDArray[np.intp]:
        """The rows of ``facts`` by rising ``id``, shape (images,)."""
        return self.facts["id"].arg_sort().to_numpy().astype(np.intp)

    @property
    def are_tied(self) -> bool:
        """Whether the images are not in the network, but tied to its nodes."""
        return self.network is not self.ties


def find_members(
    network: Network, images: pl.DataFrame, ties: pl.DataFrame | None, size_by: str
) -> Members:
    """Collect the nodes of a map and the facts about its images.

    Args:
        network: as it was built.
        images: as in :func:`tagatlas_mapping.maps.build.draw_map`.
        ties: likewise.
        size_by: quantity for the area of an image, as in
            :class:`~tagatlas_mapping.maps.options.MapOptions`.

    Raises:
        EmptyMap: no image is tied to the network.
        OptionError: that quantity is 0 for all images.
    """
    tied = network if ties is None else tie_images(network, images, ties)
    facts = (
        tied.nodes.filter(tied.is_kind(IMAGE))
        .select("id")
        .join(images.select(_FACTS), on="id", how="left", maintain_order="left")
    )
    whole = network if ties is None else replace(network, nodes=tied.nodes)
    return Members(whole, tied, facts, _quantity(tied, facts, size_by))


def _quantity(ties: Network, facts: pl.DataFrame, size_by: str) -> NDArray[np.float64]:
    """The quantity for the area of each image, shape (images,)."""
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
