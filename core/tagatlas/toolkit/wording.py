"""Names, numbers and outside texts, formatted for one-line messages."""

from tagatlas.wording import one_line
from tagatlas_fetching.plain import encodable
from tagatlas_tables.wording import count, shown, shown_columns, suggestion

__all__ = ["count", "encodable", "one_line", "shown", "shown_columns", "suggestion"]
