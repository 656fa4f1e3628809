"""Networks: nodes and weighted edges as arrays, convertible from and to ``networkx``."""

from tagatlas.network.network import IMAGE, TAG, Network

__all__ = ["IMAGE", "TAG", "Network"]
