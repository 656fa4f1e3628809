"""Reads tables: CSV and its relatives, JSON, Parquet, workbooks, in any encoding and delimiter."""

from tagatlas_tables.files import read_table
from tagatlas_tables.table import Table

__all__ = ["Table", "read_table"]
