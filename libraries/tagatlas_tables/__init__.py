"""Tables in files: CSV and its relatives, JSON, Parquet, whatever their encoding and delimiter."""

from tagatlas_tables.files import read_table
from tagatlas_tables.table import Table

__all__ = ["Table", "read_table"]
