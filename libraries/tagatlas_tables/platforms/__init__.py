"""Paths of pictures and further fields in the posts of each platform: data, not code.

Paths are written in the language of :mod:`tagatlas_tables.paths`.
"""

from tagatlas_tables.platforms.captured import CAPTURED
from tagatlas_tables.platforms.platform import Platform
from tagatlas_tables.platforms.served import SERVED

__all__ = ["PLATFORMS", "Platform"]

PLATFORMS = (*CAPTURED, *SERVED)
"""In order: the first that fits counts."""
