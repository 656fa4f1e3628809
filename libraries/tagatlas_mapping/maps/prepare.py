"""Work that can be done before a map is drawn."""

from __future__ import annotations

import tagatlas_mapping.cluster
import tagatlas_mapping.layout
from tagatlas.contracts import Clusterer, Layout


def prepare_drawing(layout: Layout, clusterer: Clusterer) -> None:
    """Do the one-time work of the first :func:`tagatlas_mapping.maps.build.draw_map`.

    Compiles all kernels, which takes seconds once per installed version. Safe to run in a
    thread, beside fetching and tagging.

    Args:
        layout: that will place the nodes.
        clusterer: that will find the clusters.
    """
    layout.prepare()
    clusterer.prepare()
    tagatlas_mapping.layout.compile_kernels()
    tagatlas_mapping.cluster.compile_kernels()
