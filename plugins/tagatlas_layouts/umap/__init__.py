"""Layout plugin ``umap``: images by the likeness of their tags, for comparison.

L. McInnes, J. Healy, J. Melville: UMAP: Uniform Manifold Approximation and Projection for
Dimension Reduction, 2018 (arXiv 1802.03426). The package ``umap-learn`` comes with the extra
``tagatlas[umap]``, and is imported only when the layout runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import LayoutSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Layout


@dataclass(frozen=True)
class UmapOptions:
    """Options of the layout; names and values are the package's."""

    n_neighbors: Annotated[
        int, Meta(ge=2, description="Neighbours that count: few for detail, many for the whole.")
    ] = 15
    min_dist: Annotated[
        float, Meta(ge=0, le=1, description="Least distance: lower is denser groups.")
    ] = 0.1


@hookimpl
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce ``umap``."""
    return [
        LayoutSpec(
            name="umap",
            summary="UMAP of the images' tags, slower than the default; tags among their images.",
            extra="tagatlas[umap]",
            options=UmapOptions,
            factory=_layout,
        )
    ]


def _layout(options: UmapOptions) -> Layout:
    from tagatlas_layouts.umap.layout import UmapLayout

    return UmapLayout(options)
