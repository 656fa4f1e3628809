"""Graph builder plugin ``images``: images linked to the images that share their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas_builders.images.options import ImagesOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import GraphBuilder

__all__ = ["ImagesOptions"]


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``images``."""
    return [
        GraphBuilderSpec(
            name="images",
            summary="Images; an image is linked to those that share most of its tags.",
            options=ImagesOptions,
            factory=_builder,
        )
    ]


def _builder(options: ImagesOptions) -> GraphBuilder:
    from tagatlas_builders.images.builder import ImagesBuilder

    return ImagesBuilder(options)
