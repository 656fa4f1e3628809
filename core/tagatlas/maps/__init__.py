"""Maps: a network of one backend with positions, sizes, clusters and names."""

from tagatlas.maps.data import MapData
from tagatlas.maps.map import Map, MapFile, Provenance, SourceFacts

__all__ = ["Map", "MapData", "MapFile", "Provenance", "SourceFacts"]
