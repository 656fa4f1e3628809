"""Annotations of an open atlas, read and written by several windows at once.

Import the name from here; it is not in ``tagatlas.toolkit``.
"""

from tagatlas.steps.annotations import AnnotationFeed

__all__ = ["AnnotationFeed"]
