"""Names, numbers and texts from outside, as messages of one line have them."""

from tagatlas.wording import one_line
from tagatlas_fetching.plain import encodable
from tagatlas_tables.wording import count, shown, shown_columns, suggestion

__all__ = ["count", "encodable", "one_line", "shown", "shown_columns", "suggestion"]
