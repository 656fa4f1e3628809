"""Where the posts of each platform keep what a map needs: data, not code.

Paths are written in the language of :mod:`tagatlas_tables.paths`.
"""

from tagatlas_tables.platforms.captured import CAPTURED
from tagatlas_tables.platforms.platform import Platform
from tagatlas_tables.platforms.served import SERVED

__all__ = ["PLATFORMS", "Platform"]

PLATFORMS = (*CAPTURED, *SERVED)
"""The first that fits is taken."""
