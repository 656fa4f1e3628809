"""Graph builder plugin ``columns``: networks of the values in the input's own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas_builders.columns.options import ColumnsOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import GraphBuilder

__all__ = ["ColumnsOptions"]


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``columns``."""
    return [
        GraphBuilderSpec(
            name="columns",
            summary="Values of the input's columns, such as hashtags, users, domains.",
            options=ColumnsOptions,
            factory=_builder,
        )
    ]


def _builder(options: ColumnsOptions) -> GraphBuilder:
    from tagatlas_builders.columns.builder import ColumnsBuilder

    return ColumnsBuilder(options)
