"""Versions of the software that affects results."""

from __future__ import annotations

import platform
from collections.abc import Mapping
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


def versions(further: Mapping[str, str] | None = None) -> dict[str, str]:
    """Python's version and those of the installed distributions of :data:`SHAPING`.

    Args:
        further: versions of other distributions by name, such as those of plugins; they come
            last. Empty names or versions are left out.
    """
    found = {"python": platform.python_version()}
    for name in SHAPING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    more = {name: each for name, each in (further or {}).items() if name and each}
    return found | {name: more[name] for name in sorted(more.keys() - found.keys())}
