"""The plugin ``embedding-atlas``: the images' table for Apple's Embedding Atlas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class EmbeddingAtlasOptions:
    """Options of the table for Embedding Atlas."""

    picture_side: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="Longer side, in pixels, of the pictures in the table; 0 leaves them out.",
        ),
    ] = 128


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the table."""
    return [
        RendererSpec(
            name="embedding-atlas",
            summary="embedding-atlas.parquet and its labels, for Apple's Embedding Atlas.",
            files={
                "embedding-atlas.parquet": "the images, for Embedding Atlas",
                "embedding-atlas-labels.parquet": "the names of their clusters, for the same",
            },
            options=EmbeddingAtlasOptions,
            factory="tagatlas_exports.embedding_atlas.renderer:EmbeddingAtlasRenderer",
            default=False,
        )
    ]
