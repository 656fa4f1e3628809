"""The poster, apart from any format: what it shows, where it shows it, and how it looks.

:func:`~tagatlas_posters.engine.composition.compose` settles all of it in pixels; a renderer puts
that into its format, so that every format of one map looks the same.
"""

from tagatlas_posters.engine.options import PosterOptions, VectorOptions

__all__ = ["PosterOptions", "VectorOptions"]
