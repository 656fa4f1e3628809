"""A comparison as files: a page to read and show, charts, tables, and a document for programs."""

from tagatlas_compare.comparison.report.writing import write_comparison

__all__ = ["write_comparison"]
