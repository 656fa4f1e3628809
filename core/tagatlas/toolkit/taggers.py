"""Using a tagger outside of :func:`tagatlas.tag`: prepared, and closed at the end.

Import the names from here; they are not in ``tagatlas.toolkit``.
"""

from tagatlas_tagging.using import closing, prepare

__all__ = ["closing", "prepare"]
