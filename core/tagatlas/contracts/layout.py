"""Contract of a layout: it places the nodes of a network."""

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
    """Places the nodes of a network in the plane."""

    def describe(self) -> LayoutDescription:
        """Description of the method for methods sections, besides name and options.

        It is stored with each map. It is also called when nothing has to be placed, so slow
        imports belong in :meth:`prepare` and :meth:`place`.
        """
        from tagatlas.contracts.description import LayoutDescription

        return LayoutDescription()

    def prepare(self) -> None:  # noqa: B027 - most layouts have nothing to prepare
        """Do ahead what would slow down the first :meth:`place`, such as compiling or loading.

        Called in a separate thread, during the preceding steps.
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
            start: initial positions, shape (n, 2), all finite: a spectral layout for a new
                map, the old positions for one that grew. A layout may scale or ignore them.
            seed: of all random choices. The same arguments give bit-identical positions.
            progress: called with the steps done and their expected maximum.

        Returns:
            Positions, shape (n, 2), all finite, in the network's node order, any unit;
            y grows upwards.
        """
