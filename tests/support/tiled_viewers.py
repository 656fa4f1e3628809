"""The same map as two viewers: read as a whole, and in tiles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from themed_map import themed_map
from viewer_files import with_columns

from tagatlas_web import WebOptions
from tagatlas_web.page.renderer import WebRenderer

IMAGES = 300
TILE = 64
"""Images in a tile."""


def write_both(folder: Path) -> tuple[Path, Path]:
    """Write both; returns their folders, the one that is read as a whole first."""
    map_ = themed_map(IMAGES)
    records = with_columns(
        map_.records, lambda location: {"year": str(1990 + sum(map(ord, location)) % 9)}
    )
    map_ = replace(map_, records=records)
    for name in ("whole", "tiled"):
        (folder / name).mkdir()
    whole = WebRenderer(WebOptions()).render(map_, folder / "whole")
    tiled = WebRenderer(WebOptions(), tiled_from=IMAGES, tile=TILE).render(map_, folder / "tiled")
    return whole[0].parent, tiled[0].parent
