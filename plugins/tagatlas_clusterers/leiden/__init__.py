"""Clusterer plugin ``leiden``: communities of similar images, found by the Leiden algorithm.

Each image is linked to those most similar by all its tags, and by its embedding if it has one.
The clusters are the communities of this network that many runs of the algorithm agree on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import ClustererSpec, hookimpl
from tagatlas_clusterers.leiden.options import LeidenOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LeidenOptions"]


@hookimpl
def tagatlas_clusterers() -> Iterable[ClustererSpec]:
    """Announce ``leiden``."""
    return [
        ClustererSpec(
            name="leiden",
            summary="Communities of images that are alike, by the Leiden algorithm.",
            packages=("graspologic-native",),
            options=LeidenOptions,
            factory="tagatlas_clusterers.leiden.clusterer:LeidenClusterer",
        )
    ]
