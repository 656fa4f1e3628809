"""Cells of CSV files that a spreadsheet program takes for text, never for a formula."""

from tagatlas_rendering.cells import cell_text, cell_texts, safe_cell, safe_cells

__all__ = ["cell_text", "cell_texts", "safe_cell", "safe_cells"]
