"""Names, numbers and texts from outside, as messages of one line have them."""

from tagatlas.fetching.plain import encodable
from tagatlas.tables.wording import count, shown, shown_columns, suggestion

__all__ = ["count", "encodable", "one_line", "shown", "shown_columns", "suggestion"]

_LONGEST = 500


def one_line(text: str) -> str:
    """A text from a service as one line of at most 500 characters."""
    return " ".join(text.split())[:_LONGEST]
