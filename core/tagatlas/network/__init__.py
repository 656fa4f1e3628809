"""Networks: nodes and weighted edges as arrays, ``networkx`` at the edge."""

from tagatlas.network.network import IMAGE, TAG, Network

__all__ = ["IMAGE", "TAG", "Network"]
