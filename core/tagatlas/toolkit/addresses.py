"""The addresses in a table's cells, and what they probably lead to."""

from tagatlas_tables.cells import PORTRAIT_NAME
from tagatlas_tables.endings import PICTURE_ENDING
from tagatlas_tables.urls import ColumnLooks, column_looks, urls_in, why_no_url

__all__ = [
    "PICTURE_ENDING",
    "PORTRAIT_NAME",
    "ColumnLooks",
    "column_looks",
    "urls_in",
    "why_no_url",
]
