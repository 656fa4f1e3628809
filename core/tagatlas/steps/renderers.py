"""The installed renderers, as they announce what they write."""

from __future__ import annotations

from tagatlas.contracts import MapFile, RendererSpec
from tagatlas.plugins import RENDERERS, Plugins


def renderers_in_order(plugins: Plugins) -> list[RendererSpec]:
    """All of them, in the order to list what they write in."""
    specs = [entry.spec for entry in plugins.of_kind(RENDERERS).values()]
    return sorted(specs, key=lambda spec: (spec.order, spec.name))


def map_files(plugins: Plugins) -> list[MapFile]:
    """The files of a map that they say they write."""
    return [
        MapFile(path, what, spec.name)
        for spec in renderers_in_order(plugins)
        for path, what in spec.files.items()
    ]
