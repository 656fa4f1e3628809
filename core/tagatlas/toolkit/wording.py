"""Names, numbers and texts from outside, as messages of one line have them."""

from tagatlas.fetching.plain import encodable
from tagatlas.tables.wording import count, shown, shown_columns, suggestion
from tagatlas.wording import one_line

__all__ = ["count", "encodable", "one_line", "shown", "shown_columns", "suggestion"]
