"""Contract of a clusterer: it partitions images into clusters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    """The n images of a map, and the data to cluster them by. Read-only.

    Attributes:
        ids: of the images, rising, String, length n.
        scores: of their tags, in (0, 1], float64, shape (n, t), columns of each row in order:
            every tag that the backend gave, weak and general ones too; an image may have none.
        tags: labels of the columns, ascending.
        embeddings: of the images as the backend gave them, float16, shape (n, d), a row of zeros
            for an image without one; None if the backend stores none.
        network: the network to be laid out; every image is a node, in any order (see
            :attr:`nodes`). If the graph builder's network has no images, its nodes and the
            images, with the links that tie the images to it.
        sample: the most images for methods slower than linear time: they cluster at most so
            many, and assign each further image to the cluster most like it.
        search: called as ``tagatlas.toolkit.similar_by_shard`` in its place, it finds the same for
            these images, on other machines; None if this process is to search.
    """

    ids: pl.Series
    scores: csr_array
    tags: Sequence[str]
    embeddings: NDArray[np.float16] | None
    network: Network
    sample: int
    search: Callable[..., Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]] | None = None

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

    The numbers are arbitrary: a map renumbers clusters by size, the largest first.

    Attributes:
        labels: cluster of each image, whole numbers from 0, shape (n,); -1 for images that are in
            none. A map shows these together, named "in no cluster", and does not count them as a
            cluster; their stability is 0, or unknown like that of the clusters.
        stability: of each cluster, in [0, 1], shape (k,): how surely it would be found again;
            ``describe`` defines it. None if unknown.
        agreement: of several runs: the mean adjusted Rand index over pairs of runs, at most 1.
            None if there was one run.
        sub_labels: sub-cluster of each image, likewise; -1 for images in none. The images of one
            sub-cluster are in one cluster. None if clusters are not divided.
        sub_stability: of each sub-cluster, shape (s,), likewise.
        names: of clusters that have one of their own, by number; others are named by their tags.
    """

    labels: NDArray[np.integer]
    stability: NDArray[np.float64] | None = None
    agreement: float | None = None
    sub_labels: NDArray[np.integer] | None = None
    sub_stability: NDArray[np.float64] | None = None
    names: Mapping[int, str] = field(default_factory=dict)


class Clusterer(ABC):
    """Partitions images into clusters."""

    def describe(self) -> ClustererDescription:
        """Description of the method for pages and methods sections, besides name and options.

        It is stored with each map. It is also called when nothing has to be clustered, so slow
        imports belong in :meth:`prepare` and :meth:`cluster`.
        """
        return ClustererDescription()

    def prepare(self) -> None:  # noqa: B027 - most clusterers have nothing to prepare
        """Do ahead what would slow down the first :meth:`cluster`, such as compiling or loading.

        Called in a separate thread, during the preceding steps.
        """

    @abstractmethod
    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        """Find clusters, before the layout; they are later named by their tags.

        Args:
            images: n images, at least one.
            seed: of all random choices. The same arguments give the same clusters.
            progress: called with the pieces of work done and their expected maximum.

        Returns:
            A cluster for each image, or none; in the order of ``images.ids``.

        Raises:
            UsageError: the images lack required data, such as embeddings.
            OptionError: an option does not fit these images.
        """
