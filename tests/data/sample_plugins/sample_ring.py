"""A correct layout of a few lines: a ring, its nodes shaken a little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.contracts import (
    Citation,
    Layout,
    LayoutDescription,
    LayoutSpec,
    NoOptions,
    Progress,
)
from tagatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagatlas.network import Network


class RingLayout(Layout):
    """Places the nodes on a ring."""

    def __init__(self, options: NoOptions) -> None:
        self._options = options

    def describe(self) -> LayoutDescription:
        """A ring has a paper, too."""
        return LayoutDescription(
            text="Nodes stand on a ring.",
            citations=(Citation("Six, 1999", "Six, J. M. (1999). *Circular layouts*."),),
        )

    def place(
        self, network: Network, *, start: NDArray[np.float64], seed: int, progress: Progress
    ) -> NDArray[np.float64]:
        """Place the nodes; the start is ignored."""
        import numpy as np

        count = network.node_count
        noise = np.random.default_rng(seed).normal(0.0, 0.01, (count, 2))
        progress(0, 1)
        angle = 2.0 * np.pi * np.arange(count) / count
        progress(1, 1)
        return np.column_stack([np.cos(angle), np.sin(angle)]) + noise


@hookimpl
def tagatlas_layouts() -> list[LayoutSpec]:
    """Announce the layout."""
    return [LayoutSpec(name="ring", summary="A ring.", factory=RingLayout)]
