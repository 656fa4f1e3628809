"""Likeness of images as links, by which the images of a map are laid out and put in place.

Tags that pass a threshold say little of an image, and two images with none in common may be much
alike. So images are also linked with those most like them, by the similarity that clusters are
found with: images of one cluster then lie together. The network itself does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from tagatlas.contracts import ClusterInput, NetworkDescription
from tagatlas.network import IMAGE, TAG, Network
from tagatlas_mapping.cluster.neighbours import similar_images
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors
from tagatlas_mapping.maps.options import MapOptions

NEIGHBOURS = 10
"""Number of images that an image is linked with, as the most like it."""

WITHIN = 2.0
"""Weight of a link within a cluster, as a multiple of that of one between clusters."""

_LEAST = 1e-3
"""Weight of a link between images that are not alike, before scaling: links weigh above 0."""


@dataclass(frozen=True, eq=False)
class Likeness:
    """What the n images of a map have in common.

    Attributes:
        vectors: of the images, in the order of the nodes.
        clusters: of the images, likewise, shape (n,).
    """

    vectors: Vectors
    clusters: NDArray[np.int32]

    def links(self, chosen: NDArray[np.bool_]) -> csr_array:
        """Links of some images, m of the n, with those most like them among themselves.

        Args:
            chosen: mask of these images, shape (n,).

        Returns:
            Symmetric weights, shape (m, m), nothing on the diagonal: the similarity of two images
            of which each is among the ten most like the other, half of it where one is, and
            :data:`WITHIN` times as much if they are of one cluster.
        """
        if chosen.all():
            return self._all_links
        return _links(self.vectors.take(np.flatnonzero(chosen)), self.clusters[chosen])

    @cached_property
    def _all_links(self) -> csr_array:
        return _links(self.vectors, self.clusters)


def likeness_of(network: Network, compared: ClusterInput, clusters: NDArray[np.int32]) -> Likeness:
    """What the images of a network have in common.

    Args:
        network: with n images.
        compared: those images.
        clusters: of the images, in the order of the nodes, shape (n,).
    """
    vectors = image_vectors(compared.scores, compared.embeddings)
    rows = compared.ids.to_frame("id").with_row_index("row")
    ids = network.nodes.filter(network.is_kind(IMAGE)).select("id")
    order = ids.join(rows, on="id", how="left", maintain_order="left")["row"]
    return Likeness(vectors.take(order.cast(pl.Int64).to_numpy()), clusters)


def _links(vectors: Vectors, clusters: NDArray[np.int32]) -> csr_array:
    count = len(vectors)
    if count < 2:
        return csr_array((count, count))
    found, similarities = similar_images(vectors, min(NEIGHBOURS, count - 1))
    made = found >= 0
    starts, ends = np.nonzero(made)[0], found[made]
    weights = np.maximum(similarities[made], _LEAST) / 2
    weights *= np.where(clusters[starts] == clusters[ends], WITHIN, 1.0)
    directed = csr_array((weights, (starts, ends)), shape=(count, count))
    return csr_array(directed + directed.T)


def takes_likeness(network: Network) -> bool:
    """Whether links of likeness are added to a network: all its links join an image and a tag.

    Other networks say themselves what brings images together.
    """
    is_image, is_tag = network.is_kind(IMAGE), network.is_kind(TAG)
    between = is_image[network.sources] != is_image[network.targets]
    return bool(between.any() and between.all() and (is_image | is_tag).all())


def describe_likeness(
    described: NetworkDescription, network: Network, options: MapOptions
) -> tuple[NetworkDescription, float]:
    """The description of a network that is drawn by likeness too, and the share that this has.

    Args:
        described: by the graph builder. Where nodes are not tags but, say, values of a column,
            the network is drawn as it is.
        network: that it built.
        options: of the map.

    Returns:
        The description with sentences on the links of likeness, and ``options.likeness``; or the
        same description and 0, if there are none.
    """
    if options.likeness == 0 or described.node != "tag" or not takes_likeness(network):
        return described, 0.0
    said = (
        f"{described.text} To be laid out, each image was also linked with the {NEIGHBOURS} images"
        f" most like it, by the likeness that clusters are found by; these links had"
        f" {options.likeness:.0%} of the weight of all. Links within a cluster counted"
        f" {WITHIN:g} times as much as links between clusters, so clusters lie closer together than"
        f" by likeness alone."
    )
    if options.arrangement == "free":
        said += (
            " Once they did not cover each other any more, images changed places where that brought"
            " linked images closer, and a distance was kept between images of different clusters."
        )
    by = f"{described.placed_by} and their likeness" if described.placed_by else ""
    return replace(described, placed_by=by, text=said.strip()), options.likeness


def with_likeness(network: Network, links: csr_array, share: float) -> Network:
    """Add links between images to a network.

    Args:
        network: that :func:`takes_likeness`.
        links: of its images, in the order of the nodes, as from :meth:`Likeness.links`.
        share: of the weight of all links that the new ones have together, in [0, 1).

    Returns:
        The network with further links; the same if the share is 0 or no two images are alike.
    """
    total = network.weights.sum(dtype=np.float64) * share / (1 - share)
    upper = triu(links, format="coo")
    weights = (upper.data * (total / max(upper.data.sum(), _LEAST))).astype(np.float32)
    is_heavy = weights > 0
    rows = np.flatnonzero(network.is_kind(IMAGE)).astype(np.int32)
    return replace(
        network,
        sources=np.concatenate([network.sources, rows[upper.coords[0][is_heavy]]]),
        targets=np.concatenate([network.targets, rows[upper.coords[1][is_heavy]]]),
        weights=np.concatenate([network.weights, weights[is_heavy]]),
    )
