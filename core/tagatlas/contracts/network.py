"""Contract of a graph builder: it turns tags and further image data into a network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx
    import polars as pl
    from PIL.Image import Image

    from tagatlas.contracts.description import NetworkDescription
    from tagatlas.contracts.store import ImageStore
    from tagatlas.network import Network

READABLE = frozenset({"embedding", "records", "thumbnail"})
"""Names allowed in :attr:`GraphBuilder.reads`."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """An image's thumbnail, read when opened. Threads may share it.

    Attributes:
        id: of the image.
        store: the image store.
    """

    id: str
    store: ImageStore

    def open(self) -> Image:
        """Read and decode it, to an RGB Pillow image whose longer side is at most 256 pixels.

        Raises:
            ImageNotStored: it is missing or damaged.
        """
        from tagatlas.contracts.tagger import ImageInput
        from tagatlas.errors import ImageNotStored
        from tagatlas.statuses import Variant

        data = self.store.get(self.id, Variant.THUMBNAIL)
        try:
            return ImageInput(self.id, data).open()
        except OSError as error:
            raise ImageNotStored(f"the thumbnail of {self.id} is damaged") from error


class GraphBuilder(ABC):
    """Turns tags into a network. Pure: the same tables give the same network."""

    reads: frozenset[str] = frozenset()
    """Further columns of ``images`` that it needs; an instance may override it.

    - ``embedding`` (Array[Float32, d]): of the image, as the backend gave it; null if missing.
      If the backend stores none at all, the builder is not called.
    - ``records`` (List[Struct]): the image's records in the order they were added, each with
      ``frequency`` (Int64) and ``columns`` (String, a JSON object of the kept columns, which
      :func:`tagatlas.columns.read_columns` reads).
    - ``thumbnail`` (Object): a :class:`Thumbnail`, whose ``open()`` gives the picture. Nothing is
      read before that, so that only the pictures that the builder keeps are in memory.
    """

    def describe(self) -> NetworkDescription:
        """Description of its networks for posters, pages and methods sections.

        It is stored with each map. By default they name the builder only.
        """
        from tagatlas.contracts.description import NetworkDescription

        return NetworkDescription()

    @abstractmethod
    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network | nx.Graph:
        """Build the network.

        Args:
            images: one row an image, ordered by ``id``: ``id`` (String, the SHA-256),
                ``label`` (String, a readable name), ``frequency`` (Int64, occurrences summed
                over the image's records), and the columns that it ``reads``.
            tags: one row a tag of an image, ordered by image, then falling score, then tag:
                ``image`` (String, an id of ``images``), ``tag`` (String), ``score`` (Float64,
                in [0, 1]). Lazy, since they may not fit into memory: select first, then
                ``collect(engine="streaming")``.

        Returns:
            A :class:`~tagatlas.Network`, or a ``networkx.Graph`` whose nodes carry
            ``kind`` (``"image"`` or ``"tag"``) and whose edges may carry ``weight``.
            Image nodes have the image's id as their id. Images without an edge are left out;
            if no image has one, the map places each image among the nodes that it is tied to:
            see :meth:`ties`.

        Raises:
            EmptyMap: no edge is left.
            OptionError: an option does not fit these tables, such as a missing column.
        """

    def ties(
        self,
        network: Network,
        images: pl.DataFrame,  # noqa: ARG002 - for those that override it
        tags: pl.LazyFrame,
    ) -> pl.DataFrame:
        """Tie images to the nodes of a network that has no images; called for no other.

        By default an image is tied to the nodes labelled with its tags, weighted by score.

        Args:
            network: that :meth:`build` made of the same tables.
            images: as in :meth:`build`.
            tags: as in :meth:`build`.

        Returns:
            One row a tie, each pair once, in any order: ``image`` (String, an id of ``images``),
            ``node`` (String, an id of the network), ``weight`` (above 0). Rows with unknown
            images or nodes are ignored.
        """
        import polars as pl

        nodes = network.nodes.select(pl.col("id").alias("node"), pl.col("label").alias("tag"))
        weighted = pl.col("score").alias("weight")
        tied = tags.join(nodes.lazy(), on="tag").select("image", "node", weighted)
        return tied.collect(engine="streaming")
