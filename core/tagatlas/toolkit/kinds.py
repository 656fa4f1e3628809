"""The kinds of plugins, by which :class:`tagatlas.Plugins` finds and makes them."""

from tagatlas.plugins.kinds import (
    GRAPH_BUILDERS,
    IMAGE_STORES,
    LAYOUTS,
    RECOVERIES,
    RENDERERS,
    SOURCES,
    TAGGERS,
)

__all__ = [
    "GRAPH_BUILDERS",
    "IMAGE_STORES",
    "LAYOUTS",
    "RECOVERIES",
    "RENDERERS",
    "SOURCES",
    "TAGGERS",
]
