"""The poster, independent of its format: contents, placement and look.

:func:`~tagatlas_posters.engine.composition.compose` computes all of it in pixels; a renderer writes
that in its format, so that a map looks the same in all formats.
"""

from tagatlas_posters.engine.options import PosterOptions, VectorOptions

__all__ = ["PosterOptions", "VectorOptions"]
