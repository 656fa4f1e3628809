"""Layout plugin ``forceatlas2``: the layout that Gephi made common, compiled.

The forces, the speed and their names are those of the paper (PLOS ONE 9(6), 2014) and of Gephi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import LayoutSpec, hookimpl
from tagatlas_layouts.forceatlas2.options import ForceAtlas2Options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Layout

__all__ = ["ForceAtlas2Options"]


@hookimpl
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce ``forceatlas2``."""
    return [
        LayoutSpec(
            name="forceatlas2",
            summary="ForceAtlas2: connected nodes attract, all nodes repel each other.",
            options=ForceAtlas2Options,
            factory=_layout,
        )
    ]


def _layout(options: ForceAtlas2Options) -> Layout:
    from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout

    return ForceAtlas2Layout(options)
