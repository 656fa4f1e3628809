"""The plugin ``methods``: a methods section for a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce ``methods``."""
    return [
        RendererSpec(
            name="methods",
            summary="methods.md: what was done, with its numbers, as prose for a paper.",
            files={"methods.md": "what was done, ready for a paper"},
            order=40,
            factory="tagatlas_exports.methods.renderer:MethodsRenderer",
        )
    ]
