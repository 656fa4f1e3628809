"""Text and edges as XML, and the head of a page without scripts."""

from tagatlas_rendering.html import page_head
from tagatlas_rendering.markup import ROWS_AT_ONCE, edges_as_xml, escape_xml

__all__ = ["ROWS_AT_ONCE", "edges_as_xml", "escape_xml", "page_head"]
