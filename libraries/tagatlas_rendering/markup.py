"""Text and edges as XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from tagatlas.contracts import Map

ROWS_AT_ONCE = 1 << 16
"""Nodes or edges converted to text at a time, which bounds a streaming writer's memory."""

# Characters that XML 1.0 (section 2.2) cannot hold are dropped; white space other than blanks is
# written as a reference, or parsers would turn it into blanks (section 3.3.3).
_ESCAPES: dict[int, str | None] = {
    **dict.fromkeys(range(0x20)),
    **dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF)),
    ord("\t"): "&#9;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
}


def escape_xml(text: str) -> str:
    """The text as an element's content, or as an attribute's value between double quotes."""
    return text.translate(_ESCAPES)


def edges_as_xml(
    map_: Map, element: str, content: Callable[[slice], pl.Series] | None = None
) -> Iterator[str]:
    """The edges of a map as XML, many at a time, in their order.

    Args:
        map_: with the edges.
        element: template of one edge, with ``{}`` for the source's id, the target's id and the
            weight, in this order; and optionally a fourth for the content.
        content: returns the content of some edges, as XML; None without a fourth ``{}``.
    """
    import polars as pl

    ids = pl.Series([escape_xml(node_id) for node_id in map_.nodes["id"]], dtype=pl.String)
    for start in range(0, len(map_.weights), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        # Polars writes a float32 with as many digits as it has; Python would write 0.1 in full.
        lines = pl.select(
            pl.format(
                element,
                ids.gather(map_.sources[some]),
                ids.gather(map_.targets[some]),
                pl.Series(map_.weights[some]),
                *(() if content is None else (content(some),)),
            )
        )
        yield "".join(lines.to_series())
