"""The packages that affect results."""

from tagatlas.versions import versions

__all__ = ["versions"]
