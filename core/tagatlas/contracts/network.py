"""Contract of a graph builder: it turns tags, or more of what is known, into a network."""

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
"""What :attr:`GraphBuilder.reads` may name."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """An image's small picture, read when it is opened. Threads may share it.

    Attributes:
        id: of the image.
        store: where it is.
    """

    id: str
    store: ImageStore

    def open(self) -> Image:
        """Read and decode it, to an RGB Pillow image whose longer side is at most 256 pixels.

        Raises:
            ImageNotStored: it is gone or damaged.
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
    """Which further columns of ``images`` it is given; an instance may override it.

    - ``embedding`` (Array[Float32, d]): of the image, as the backend gave it; null where there is
      none. Where the backend stores none at all, the builder is not called.
    - ``records`` (List[Struct]): the image's records in the order they were added, each with
      ``frequency`` (Int64) and ``columns`` (String, a JSON object of the kept columns, which
      :func:`tagatlas.columns.read_columns` reads).
    - ``thumbnail`` (Object): a :class:`Thumbnail`, whose ``open()`` gives the picture. Nothing is
      read before that, so that no more pictures are in memory than the builder keeps.
    """

    def describe(self) -> NetworkDescription:
        """What posters, pages and methods sections say of the networks it builds.

        It is kept with each map that is made. As it stands, they say the builder's name and
        nothing else.
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
                in [0, 1]). Lazy, since there can be more than fit into memory: what is selected
                is selected before ``collect(engine="streaming")``.

        Returns:
            A :class:`~tagatlas.network.Network`, or a ``networkx.Graph`` whose nodes carry
            ``kind`` (``"image"`` or ``"tag"``) and whose edges may carry ``weight``.
            Image nodes have the image's id as their id. Images without an edge are left out;
            where no image has one, the map puts each image amid the nodes that it is tied to:
            see :meth:`ties`.

        Raises:
            EmptyMap: no edge is left.
            OptionError: an option does not fit these tables, such as a column that is not there.
        """

    def ties(
        self,
        network: Network,
        images: pl.DataFrame,  # noqa: ARG002 - for those that override it
        tags: pl.LazyFrame,
    ) -> pl.DataFrame:
        """Tie images to the nodes of a network that has no images; called for no other.

        As it stands, an image is tied to the nodes that its tags are the labels of, by score.

        Args:
            network: that :meth:`build` made of the same tables.
            images: as in :meth:`build`.
            tags: as in :meth:`build`.

        Returns:
            One row a tie, each pair once, in any order: ``image`` (String, an id of ``images``),
            ``node`` (String, an id of the network), ``weight`` (above 0). What names no image or
            no node is ignored.
        """
        import polars as pl

        nodes = network.nodes.select(pl.col("id").alias("node"), pl.col("label").alias("tag"))
        weighted = pl.col("score").alias("weight")
        tied = tags.join(nodes.lazy(), on="tag").select("image", "node", weighted)
        return tied.collect(engine="streaming")
