"""The backends that have tagged a collection: what each gave, and the maps of its tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.atlas import Atlas
from tagatlas.catalog import Backend, StoredMap
from tagatlas.errors import EmptyMap
from tagatlas.steps.map import choose_mapping, map_collection
from tagatlas.steps.opened import select

__all__ = [
    "Backend",
    "BackendResults",
    "StoredMap",
    "backend_embeddings",
    "backend_maps",
    "backend_results",
    "map_backend",
    "used_backends",
]


@dataclass(frozen=True, eq=False)
class BackendResults:
    """What a backend gave for the n images of a collection, which are ordered by id.

    Attributes:
        tags: ``image``, ``tag`` (String), ``score`` (Float64, in [0, 1]); ordered by image,
            falling score, tag. To be read while the atlas is open; lazy, since there can be more
            than fit into memory.
        statuses: the :class:`~tagatlas.TagStatus` of each image, ``pending`` where it was not
            asked about; String, n values.
        counts: number of images by status; every status is there.
        calls: that cost money: ``dollars``, ``seconds`` (Float64, null where no answer came).
        images_per_second: how fast it answered; None where too little was measured.
    """

    tags: pl.LazyFrame
    statuses: pl.Series
    counts: Mapping[str, int]
    calls: pl.DataFrame
    images_per_second: float | None


def used_backends(atlas: Atlas) -> list[Backend]:
    """The backends with tags, by name, each tagger's in the order of their first use."""
    return atlas.catalog.tagging.backends()


def backend_results(atlas: Atlas, backend: Backend) -> BackendResults:
    """What a backend gave for the images of the collection.

    Args:
        atlas: to read from.
        backend: one of :func:`used_backends`.
    """
    tagging = atlas.catalog.tagging
    return BackendResults(
        tags=tagging.tags(backend.id),
        statuses=tagging.statuses(backend.id)["status"],
        counts=tagging.counts(backend.id),
        calls=tagging.calls(backend.id),
        images_per_second=tagging.images_per_second(backend.id),
    )


def backend_embeddings(
    atlas: Atlas, backend: Backend, images: pl.Series
) -> NDArray[np.float16] | None:
    """What a backend gave beside the tags, to tell how alike images are.

    Args:
        atlas: to read from.
        backend: one of :func:`used_backends`.
        images: ids of n images, each once.

    Returns:
        Shape (n, d), in the order of ``images``, a row of zeros where an image has none; None if
        the backend stores none.
    """
    return atlas.catalog.tagging.embeddings(backend.id, images)


def backend_maps(atlas: Atlas, backend: Backend) -> list[StoredMap]:
    """The maps of a backend's tags, the one made last at the front.

    Args:
        atlas: to read from.
        backend: one of :func:`used_backends`.
    """
    maps = atlas.catalog.maps
    loaded = (maps.load(name) for name in maps.loadable(backend.id))
    return [stored for stored in loaded if stored is not None]


def map_backend(atlas: Atlas, backend: Backend) -> StoredMap | None:
    """Make a map of a backend's tags with the settings of the atlas; None if it gave no tags.

    It is called as the tagger is, with the number of its settings where these are not the last
    ones, or where there is such a map.

    Args:
        atlas: open for writing.
        backend: one of :func:`used_backends`.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: the settings cannot be met.
        UsageError: see :func:`tagatlas.map`.
    """
    options, plugins = choose_mapping(atlas, select(atlas, {}, "map"))
    name = backend.name
    if not backend.is_latest or name in atlas.catalog.maps.names():
        name = f"{name}-{backend.number}"
    try:
        map_collection(atlas, name, backend, plugins, options)
    except EmptyMap:
        return None
    return atlas.catalog.maps.load(name)
