"""Versions of the software that affects results."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

SHAPING = ("tagatlas", "numba", "numpy", "pillow", "polars", "scipy", "shapely")
"""Distributions whose version may change the ids, positions or outlines of any map."""

OF_PLUGINS = ("graspologic-native", "onnxruntime")
"""Those of tagatlas's dependencies that only some of its plugins compute with."""

_version = cache(version)  # it parses all of a distribution's metadata


def versions(
    packages: Iterable[str] = OF_PLUGINS, further: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Python's version and those of the installed distributions that shape maps.

    Args:
        packages: other distributions to include, where they are installed, such as those that
            the plugins of a map compute with.
        further: versions of other distributions by name, such as those of plugins; they come
            last. Empty names or versions are left out.
    """
    found = {"python": platform.python_version()}
    own, *others = SHAPING
    for name in dict.fromkeys([own, *sorted({*others, *packages})]):
        try:
            found[name] = _version(name)
        except PackageNotFoundError:
            continue
    more = {name: each for name, each in (further or {}).items() if name and each}
    return found | {name: more[name] for name in sorted(more.keys() - found.keys())}
