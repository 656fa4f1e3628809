"""Annotations of an open atlas, read and written by several windows at once.

Import the name from here; ``tagatlas.toolkit`` has not got it.
"""

from tagatlas.steps.annotations import AnnotationFeed

__all__ = ["AnnotationFeed"]
