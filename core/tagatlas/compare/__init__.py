"""Comparing backends: how far they agree on tags, and on the themes of a collection."""

from tagatlas.compare.comparison import Comparison, compare_views
from tagatlas.compare.figures import Figure
from tagatlas.compare.options import CompareOptions
from tagatlas.compare.view import Drawn, View

__all__ = ["CompareOptions", "Comparison", "Drawn", "Figure", "View", "compare_views"]
