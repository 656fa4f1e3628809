"""The computed data of a map, as built, stored in the catalog and drawn by renderers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, kw_only=True)
class MapData:
    """The computed data of a map: its nodes, edges, clusters and outlines.

    The catalog has a column for each field, but one table for the arrays, which are of the edges.

    Attributes:
        nodes: one row a node, in the order of the network, and after them the images of a network
            of tags alone:

            - ``id``, ``kind``, ``label`` (String) as in :class:`~tagatlas.Network`;
            - ``x``, ``y`` (Float64): centre, in map units; y grows upwards;
            - ``width``, ``height`` (Float64): drawn size in map units; an image keeps its
              aspect ratio, a tag is square;
            - ``cluster`` (Int32): row in ``clusters``;
            - ``subcluster`` (Int32): of an image, row in ``subclusters``; null for a tag and for
              an image in none;
            - ``typicality`` (Float64): of an image, how typical it is of its cluster, in [0, 1];
              0 for a tag;
            - ``frequency`` (Int64), ``records`` (Int64): of an image, summed over the records
              that lead to it; 0 for a tag;
            - ``out_degree``, ``in_degree`` (Int64): in the network; both are the number of all
              links where it is undirected, and 0 for the images of a network of tags alone;
            - ``shown`` (Boolean): whether an image is drawn as a picture, or shows only as
              density; true for a tag.

        sources, targets, weights: the edges, as in :class:`~tagatlas.Network`.
        directed: as in the network.
        clusters: one row a cluster, the one with most images first: ``cluster`` (Int32, equal
            to the row), ``name`` (String, unique: a researcher's, else the automatic one),
            ``automatic_name`` (String, unique), ``plain_name`` (String, unique: the name
            without annotations; added when a map is loaded), ``tags`` (List[String],
            the distinctive ones, most distinctive first), ``images``, ``records``,
            ``frequency`` (Int64), ``share`` (Float64, of the map's images, in [0, 1]),
            ``stability`` (Float64, in [0, 1], how reliably it is found again; null if the
            clusterer does not say), ``typical`` (List[String], ids of its typical images, the
            most typical first), ``x``, ``y`` (Float64, best place of the name); and, absent from
            maps of an older tagatlas, ``colour`` (Int32, its number in the palette) and
            ``remainder`` (Boolean: whether it is the images in no cluster, see :attr:`remainder`).
        subclusters: parts of clusters, one row each, by cluster, the one with most
            images first: ``subcluster`` (Int32, equal to the row), ``cluster`` (Int32), and from
            ``name`` to ``typical`` the columns of ``clusters``. A cluster that does not divide
            well has none, and an image of a divided one can be in none.
        stability: how well several runs of the clusterer agree on the clusters: the mean adjusted
            Rand index of two of them, at most 1; None if it does not say.
        outlines: the rings around each cluster's images, by cluster; a ring is a closed
            polygon, shape (k, 2), its first point not repeated.
    """

    nodes: pl.DataFrame
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    directed: bool
    clusters: pl.DataFrame
    subclusters: pl.DataFrame
    stability: float | None = None
    outlines: Mapping[int, Sequence[NDArray[np.float64]]]

    @property
    def images(self) -> pl.DataFrame:
        """The rows of ``nodes`` that are images."""
        is_image = self.nodes["kind"] == "image"
        first, count = is_image.arg_max() or 0, int(is_image.sum())
        if is_image[first : first + count].all():  # nothing is copied where they lie together
            return self.nodes[first : first + count]
        return self.nodes.filter(is_image)

    @property
    def remainder(self) -> int | None:
        """The row of ``clusters`` whose images are in no cluster; None if there is none."""
        if "remainder" not in self.clusters.columns:
            return None
        return self.clusters["remainder"].index_of(element=True)

    @property
    def cluster_count(self) -> int:
        """The number of clusters, without the remainder."""
        return self.clusters.height - (self.remainder is not None)

    @property
    def in_none(self) -> int:
        """The number of images that are in no cluster."""
        return 0 if self.remainder is None else int(self.clusters["images"][self.remainder])
