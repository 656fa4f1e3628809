"""Contract of a clusterer: it finds out which images belong together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.contracts.description import ClustererDescription

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from tagatlas.contracts.progress import Progress
    from tagatlas.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class ClusterInput:
    """The n images of a map, and all that they may be clustered by. Read-only.

    Attributes:
        ids: of the images, rising, String, length n.
        scores: of their tags, in (0, 1], float64, shape (n, t), columns of each row in order:
            every tag that the backend gave, weak and general ones too; an image may have none.
        tags: labels of the columns, rising.
        embeddings: of the images as the backend gave them, float16, shape (n, d), a row of zeros
            for an image without one; None where the backend stores none.
        network: that is laid out, with every image among its nodes, in an order of its own (see
            :attr:`nodes`). Where the graph builder's has no images, its nodes and the images,
            with the links that tie these to it.
        sample: how many images may be worked on one by one. What takes longer than in proportion
            to their number clusters at most so many, and puts each other one to those like it.
    """

    ids: pl.Series
    scores: csr_array
    tags: Sequence[str]
    embeddings: NDArray[np.float16] | None
    network: Network
    sample: int

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def nodes(self) -> NDArray[np.int64]:
        """The row of each image in ``network.nodes``, shape (n,)."""
        rows = self.network.nodes.with_row_index("row").select("id", "row")
        of_image = self.ids.to_frame("id").join(rows, on="id", how="left", maintain_order="left")
        return of_image["row"].cast(int).to_numpy()


@dataclass(frozen=True, eq=False, kw_only=True)
class Clusters:
    """Clusters of n images, k of them, and the s sub-clusters that these divide into.

    Numbers say nothing: a map numbers clusters by their images, the largest first.

    Attributes:
        labels: cluster of each image, whole numbers from 0, shape (n,); -1 for images that are in
            none. A map shows these together, as one more cluster of stability 0.
        stability: of each cluster, in [0, 1], shape (k,): how surely it would be found again;
            ``describe`` says what that is. None if this is not known.
        agreement: how far several runs agree on the clusters: the mean adjusted Rand index of two
            of them, at most 1. None if there was one run.
        sub_labels: sub-cluster of each image, likewise; -1 for images in none. The images of one
            sub-cluster are in one cluster. None if clusters are not divided.
        sub_stability: of each sub-cluster, shape (s,), likewise.
    """

    labels: NDArray[np.integer]
    stability: NDArray[np.float64] | None = None
    agreement: float | None = None
    sub_labels: NDArray[np.integer] | None = None
    sub_stability: NDArray[np.float64] | None = None


class Clusterer(ABC):
    """Finds out which images belong together."""

    def describe(self) -> ClustererDescription:
        """What pages and methods sections say of how it finds clusters, beside name and options.

        It is kept with each map that is made. It is asked also where nothing has to be clustered:
        what is slow to import, :meth:`prepare` and :meth:`cluster` import.
        """
        return ClustererDescription()

    def prepare(self) -> None:  # noqa: B027 - most clusterers have nothing to prepare
        """Do now what would make the first :meth:`cluster` slow, such as compiling or loading.

        The engine calls it in a thread of its own, beside the steps that come before.
        """

    @abstractmethod
    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """Find clusters. They are found before anything is placed, and named by their tags.

        Args:
            images: n images, at least one.
            seed: of everything random. The same arguments give the same clusters.
            progress: called with the pieces of work done and those there will be at most.

        Returns:
            A cluster for each image, or none; in the order of ``images.ids``.

        Raises:
            UsageError: it needs what these images have not, such as embeddings.
            OptionError: an option does not fit these images.
        """
