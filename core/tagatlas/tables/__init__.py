"""Tables in files: CSV and its relatives, JSON, Parquet, whatever their encoding and delimiter."""

from tagatlas.tables.files import read_table
from tagatlas.tables.table import Table

__all__ = ["Table", "read_table"]
