"""The kinds of nodes, as the column ``kind`` of :class:`tagatlas.Network` has them."""

from tagatlas.network import IMAGE, TAG

__all__ = ["IMAGE", "TAG"]
