"""Where the posts of each platform keep what a map needs: data, not code.

Paths are written in the language of :mod:`tagatlas.tables.paths`.
"""

from tagatlas.tables.platforms.captured import CAPTURED
from tagatlas.tables.platforms.platform import Platform
from tagatlas.tables.platforms.served import SERVED

__all__ = ["PLATFORMS", "Platform"]

PLATFORMS = (*CAPTURED, *SERVED)
"""The first that fits is taken."""
