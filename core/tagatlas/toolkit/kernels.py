"""Compiled numeric code, for graph builders, layouts and renderers."""

from tagatlas.compiled import kernel

__all__ = ["kernel"]
