"""Processors that this process is given: by its affinity, its container, or Ray."""

from tagatlas_processors import processors

__all__ = ["processors"]
