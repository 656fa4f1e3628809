"""Contract of a layout: it gives the nodes of a network positions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.contracts.description import LayoutDescription
    from tagatlas.contracts.progress import Progress
    from tagatlas.network import Network


class Layout(ABC):
    """Gives the nodes of a network positions in the plane."""

    def describe(self) -> LayoutDescription:
        """What a methods section says of how it places nodes, beside its name and its options.

        It is kept with each map that is made. It is asked also where nothing has to be placed:
        what is slow to import, :meth:`prepare` and :meth:`place` import.
        """
        from tagatlas.contracts.description import LayoutDescription

        return LayoutDescription()

    def prepare(self) -> None:  # noqa: B027 - most layouts have nothing to prepare
        """Do now what would make the first :meth:`place` slow, such as compiling or loading.

        The engine calls it in a thread of its own, beside the steps that come before.
        """

    @abstractmethod
    def place(
        self,
        network: Network,
        *,
        start: NDArray[np.float64],
        seed: int,
        progress: Progress,
    ) -> NDArray[np.float64]:
        """Place the nodes.

        Args:
            network: n nodes, at least one.
            start: where to start from, shape (n, 2), all finite: a spectral start for a new
                map, the old positions for one that grew. A layout may scale it, or ignore it.
            seed: of everything random. The same arguments give the same positions to the bit.
            progress: called with the steps done and the steps there will be at most.

        Returns:
            Positions, shape (n, 2), all finite, in the network's node order, any unit;
            y grows upwards.
        """
