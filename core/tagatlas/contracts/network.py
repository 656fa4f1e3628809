"""Contract of a graph builder: it turns tags into a network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx
    import polars as pl

    from tagatlas.network import Network


class GraphBuilder(ABC):
    """Turns tags into a network. Pure: the same tables give the same network."""

    @abstractmethod
    def build(self, images: pl.DataFrame, tags: pl.DataFrame) -> Network | nx.Graph:
        """Build the network.

        Args:
            images: one row an image, ordered by ``id``: ``id`` (String, the SHA-256),
                ``label`` (String, a readable name), ``frequency`` (Int64, occurrences summed
                over the image's records).
            tags: one row a tag of an image, ordered by image, then falling score, then tag:
                ``image`` (String, an id of ``images``), ``tag`` (String), ``score`` (Float64,
                in [0, 1]).

        Returns:
            A :class:`~tagatlas.network.Network`, or a ``networkx.Graph`` whose nodes carry
            ``kind`` (``"image"`` or ``"tag"``) and whose edges may carry ``weight``.
            Image nodes have the image's id as their id. Images without an edge are left out;
            where no image has one, the map puts each image amid its tags, which are found by
            their label.

        Raises:
            EmptyMap: no edge is left.
        """
