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
from tagatlas_mapping.cluster.likely import nearest_images
from tagatlas_mapping.cluster.scores import row_of_entry
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors
from tagatlas_mapping.maps.options import MapOptions

NEIGHBOURS = 10
"""Number of images that an image is linked with, as the most like it."""

WITHIN = 2.0
"""How much more links within a cluster count when images change places."""

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

    def closer(self, chosen: NDArray[np.bool_]) -> csr_array:
        """Links by which images change places, of m of the n images among themselves.

        Args:
            chosen: mask of these images, shape (n,).

        Returns:
            Symmetric weights, shape (m, m), nothing on the diagonal: the mean similarity of two
            images over both, where it counts as 0 for one that has ten more like it; times
            :data:`WITHIN` if they are of one cluster.
        """
        similar, clusters = self._similar(chosen), self.clusters[chosen]
        links = csr_array(similar + similar.T)
        rows = row_of_entry(links)
        links.data *= np.where(clusters[rows] == clusters[links.indices], WITHIN / 2, 0.5)
        return links

    def added(self, chosen: NDArray[np.bool_], weight: float) -> csr_array:
        """Links that are added to a network, of m of the n images among themselves.

        Each image is linked with the ten most like it, weighted by similarity.

        Args:
            chosen: mask of these images, shape (n,).
            weight: of all links together.

        Returns:
            Symmetric weights, shape (m, m), nothing on the diagonal.
        """
        similar = self._similar(chosen)
        links = csr_array(similar.maximum(similar.T))
        links.data *= 2 * weight / max(float(links.data.sum()), _LEAST)
        return links

    def _similar(self, chosen: NDArray[np.bool_]) -> csr_array:
        """Similarity of chosen images to the ten most like each, in its row; above 0."""
        if chosen.all():
            return self._all_similar
        return _similar(self.vectors.take(np.flatnonzero(chosen)))

    @cached_property
    def _all_similar(self) -> csr_array:
        return _similar(self.vectors)


def likeness_of(network: Network, compared: ClusterInput, clusters: NDArray[np.int32]) -> Likeness:
    """What the images of a network have in common.

    Args:
        network: with n images.
        compared: those images.
        clusters: of the images, in the order of the nodes, shape (n,).
    """
    vectors = image_vectors(compared.scores, compared.embeddings)
    ids = network.nodes.filter(network.is_kind(IMAGE)).select("id")
    if ids["id"].equals(compared.ids):  # a copy can be gigabytes
        return Likeness(vectors, clusters)
    rows = compared.ids.to_frame("id").with_row_index("row")
    order = ids.join(rows, on="id", how="left", maintain_order="left")["row"]
    return Likeness(vectors.take(order.cast(pl.Int64).to_numpy()), clusters)


def _similar(vectors: Vectors) -> csr_array:
    count = len(vectors)
    if count < 2:
        return csr_array((count, count))
    found, similarities = nearest_images(vectors, min(NEIGHBOURS, count - 1))
    made = found >= 0
    weights = np.maximum(similarities[made], _LEAST).astype(np.float64)
    return csr_array((weights, (np.nonzero(made)[0], found[made])), shape=(count, count))


def takes_likeness(network: Network) -> bool:
    """Whether links of likeness are added to a network: all its links join an image and a tag.

    Other networks say themselves what brings images together.
    """
    is_image, is_tag = network.is_kind(IMAGE), network.is_kind(TAG)
    between = is_image[network.sources] != is_image[network.targets]
    return bool(between.any() and between.all() and (is_image | is_tag).all())


def describe_likeness(
    described: NetworkDescription,
    network: Network,
    options: MapOptions,
    *,
    made_again: bool,
) -> tuple[NetworkDescription, float]:
    """The description of a network that is drawn by likeness too, and the share that this has.

    Args:
        described: by the graph builder. Where nodes are not tags but, say, values of a column,
            the network is drawn as it is.
        network: that it built.
        options: of the map.
        made_again: whether nodes that were on the map before stay about there.

    Returns:
        The description, with sentences on the links of likeness if there are any, and the share
        to draw the map with: 0 if values take the place of tags, else ``options.likeness``, by
        which walls are sorted also where the network takes no such links.
    """
    if options.likeness == 0 or not takes_likeness(network):
        return described, options.likeness
    if described.node != "tag":
        return described, 0.0
    said = (
        f"{described.text} To be laid out, each image was also linked with the {NEIGHBOURS} images"
        f" most like it, by the likeness that clusters are found by; these links had"
        f" {options.likeness:.0%} of the weight of all."
    )
    if options.arrangement == "free":
        change = "made images more like the ten around them, each halfway to its cluster's mean"
        if made_again:
            change = (
                "brought them to where they were on the earlier map, and those alike closer, of"
                " one cluster above all"
            )
        said += (
            " Once they did not cover each other any more, images that lay astray from their"
            " cluster were put beside those of it that they are most like, images changed places"
            f" where that {change}, and a distance was kept between images of different clusters."
        )
    by = f"{described.placed_by} and their likeness" if described.placed_by else ""
    return replace(described, placed_by=by, text=said.strip()), options.likeness


def with_likeness(
    network: Network, likeness: Likeness, chosen: NDArray[np.bool_], share: float
) -> Network:
    """Add links between images to a network.

    Args:
        network: that :func:`takes_likeness`.
        likeness: of its images, or of more.
        chosen: mask of those of the network, in the order of the nodes.
        share: of the weight of all links that the new ones have together, in [0, 1).

    Returns:
        The network with further links; the same if the share is 0 or no two images are alike.
    """
    weight = float(network.weights.sum(dtype=np.float64)) * share / (1 - share)
    upper = triu(likeness.added(chosen, weight), format="coo")
    weights = upper.data.astype(np.float32)
    is_heavy = weights > 0
    rows = np.flatnonzero(network.is_kind(IMAGE)).astype(np.int32)
    return replace(
        network,
        sources=np.concatenate([network.sources, rows[upper.coords[0][is_heavy]]]),
        targets=np.concatenate([network.targets, rows[upper.coords[1][is_heavy]]]),
        weights=np.concatenate([network.weights, weights[is_heavy]]),
    )
