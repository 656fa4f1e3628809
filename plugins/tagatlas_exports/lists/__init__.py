"""The plugin ``lists``: one list of images per cluster, and the images themselves if asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ListsOptions:
    """Options of the lists."""

    copy_images: Annotated[
        bool, Meta(description="Also copy each cluster's images into a folder of its own.")
    ] = False


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the lists."""
    return [
        RendererSpec(
            name="lists",
            summary="clusters/: one CSV of images per cluster; with --copy-images the images too.",
            files={"clusters/": "a table of the images of each cluster"},
            options=ListsOptions,
            factory="tagatlas_exports.lists.renderer:ListsRenderer",
            default=False,
        )
    ]
