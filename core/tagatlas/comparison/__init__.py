"""Comparing backends: how far they agree on tags, and on the themes of a collection."""

from tagatlas.comparison.comparison import Comparison, compare_views
from tagatlas.comparison.figures import Figure
from tagatlas.comparison.options import CompareOptions
from tagatlas.comparison.view import Drawn, View

__all__ = ["CompareOptions", "Comparison", "Drawn", "Figure", "View", "compare_views"]
