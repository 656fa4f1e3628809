"""The packages that shape a result."""

from tagatlas.versions import versions

__all__ = ["versions"]
