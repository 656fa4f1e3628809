"""Tables and lists in files of any format, encoding and delimiter."""

from tagatlas_tables import Table, read_table
from tagatlas_tables.json_folder import is_json_folder
from tagatlas_tables.lines import Lines, read_lines
from tagatlas_tables.table import unique_names

__all__ = ["Lines", "Table", "is_json_folder", "read_lines", "read_table", "unique_names"]
