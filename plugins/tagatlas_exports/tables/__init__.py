"""The plugin ``tables``: tags, clusters and images as CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class TablesOptions:
    """Options of the tables."""

    minimum_confidence: Annotated[
        float,
        Meta(ge=0, le=1, description="Leave out of tags.csv what a backend was less sure of."),
    ] = 0.1


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the tables."""
    return [
        RendererSpec(
            name="tables",
            summary="CSV: tags (as dd-image-tagging writes them), clusters, images, duplicates.",
            files={
                "clusters.csv": "names, tags, sizes and typical images of the clusters",
                "subclusters.csv": "the same of what they divide into",
                "images.csv": "every image with its cluster and place",
                "tags.csv": "every tag with its score, as dd-image-tagging writes it",
                "duplicates.csv": "copies of one image, with the addresses that lead to them",
                "images.parquet": "every image with its cluster and place, where they are many",
                "tags.parquet": "every tag with its score, where they are many",
                "duplicates.parquet": "copies of one image, where they are many",
            },
            order=50,
            options=TablesOptions,
            factory="tagatlas_exports.tables.renderer:TablesRenderer",
        )
    ]
