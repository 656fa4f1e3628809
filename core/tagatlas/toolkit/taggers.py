"""A tagger that is used outside of :func:`tagatlas.tag`: prepared, and closed at the end.

Import the names from here; ``tagatlas.toolkit`` has none of them.
"""

from tagatlas_tagging.using import closing, prepare

__all__ = ["closing", "prepare"]
