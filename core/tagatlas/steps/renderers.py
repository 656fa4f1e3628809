"""The installed renderers, and the files they can write."""

from __future__ import annotations

from tagatlas.contracts import MapFile, RendererSpec
from tagatlas.plugins import RENDERERS, Plugins


def renderers_in_order(plugins: Plugins) -> list[RendererSpec]:
    """All installed renderers, in the order of lists."""
    specs = [entry.spec for entry in plugins.of_kind(RENDERERS).values()]
    return sorted(specs, key=lambda spec: (spec.order, spec.name))


def map_files(plugins: Plugins) -> list[MapFile]:
    """The files of a map that they announce."""
    return [
        MapFile(path, what, spec.name)
        for spec in renderers_in_order(plugins)
        for path, what in spec.files.items()
    ]
