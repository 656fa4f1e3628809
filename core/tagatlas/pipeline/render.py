"""Step five: a map to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tagatlas.contracts import Progress, Renderer, no_progress
from tagatlas.errors import UsageError
from tagatlas.maps import Map
from tagatlas.plugins import Chosen


def render_map(
    map_: Map,
    renderers: Sequence[Chosen[Renderer]],
    folder: Path,
    *,
    progress: Progress = no_progress,
) -> list[Path]:
    """Write a map's files.

    Args:
        map_: what to draw.
        renderers: what to write, in this order: a page may show what came before it.
        folder: where to; it exists.
        progress: told of renderers done.

    Returns:
        The files written, in the order they were.

    Raises:
        UsageError: no renderer was given.
        StorageError: a file could not be written.
    """
    if not renderers:
        raise UsageError("nothing to render: name a renderer, tagatlas plugins lists them")
    files: list[Path] = []
    for done, renderer in enumerate(renderers):
        progress(done, len(renderers))
        files.extend(renderer.make().render(map_, folder))
    progress(len(renderers), len(renderers))
    return files
