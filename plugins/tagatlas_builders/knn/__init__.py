"""Graph builder plugin ``knn``: images linked to those with the most similar embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas_builders.knn.options import KnnOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import GraphBuilder

__all__ = ["KnnOptions"]


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``knn``."""
    return [
        GraphBuilderSpec(
            name="knn",
            summary="Images; an image is linked to those most like it by the backend's embeddings.",
            options=KnnOptions,
            factory=_builder,
        )
    ]


def _builder(options: KnnOptions) -> GraphBuilder:
    from tagatlas_builders.knn.builder import KnnBuilder

    return KnnBuilder(options)
