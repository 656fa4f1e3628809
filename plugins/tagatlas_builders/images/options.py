"""Options of the graph builder ``images``."""

from __future__ import annotations

from dataclasses import dataclass

from tagatlas.toolkit import ProjectionSelection


@dataclass(frozen=True)
class ImagesOptions(ProjectionSelection):
    """Which tags count, and how many links an image makes."""
