"""Maps: a network of one backend with positions, sizes, clusters and names."""

from tagatlas.maps.map import Map, Provenance, SourceFacts

__all__ = ["Map", "Provenance", "SourceFacts"]
