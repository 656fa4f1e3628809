"""Names, numbers and outside texts, formatted for one-line messages."""

from tagatlas.masking import as_shown, without_queries
from tagatlas.wording import one_line
from tagatlas_fetching.plain import encodable
from tagatlas_tables.wording import count, shown, shown_columns, suggestion

__all__ = ["as_shown", "count", "encodable", "one_line", "shown"]
__all__ += ["shown_columns", "suggestion", "without_queries"]
