"""Graph builder plugin ``tags``: tags linked to the tags they occur with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas_builders.tags.options import TagsOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import GraphBuilder

__all__ = ["TagsOptions"]


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``tags``."""
    return [
        GraphBuilderSpec(
            name="tags",
            summary="Tags; a tag is linked to those it occurs with. Images lie amid their tags.",
            options=TagsOptions,
            factory=_builder,
        )
    ]


def _builder(options: TagsOptions) -> GraphBuilder:
    from tagatlas_builders.tags.builder import TagsBuilder

    return TagsBuilder(options)
