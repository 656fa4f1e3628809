"""The versions that shape a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

SHAPING = (
    "tagatlas",
    "graspologic-native",
    "numba",
    "numpy",
    "onnxruntime",
    "pillow",
    "polars",
    "scipy",
    "shapely",
)
"""Distributions whose version may change ids, tags, clusters or positions."""


def versions() -> dict[str, str]:
    """Python's version and those of the installed distributions of :data:`SHAPING`."""
    found = {"python": platform.python_version()}
    for name in SHAPING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
