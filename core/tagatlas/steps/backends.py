"""The backends that have tagged a collection, with their results and maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.atlas import Atlas
from tagatlas.catalog import Backend, StoredMap
from tagatlas.errors import EmptyMap
from tagatlas.steps.changes import annotated_changes
from tagatlas.steps.map import choose_mapping, map_collection
from tagatlas.steps.opened import select

__all__ = [
    "Backend",
    "BackendResults",
    "StoredMap",
    "backend_embeddings",
    "backend_maps",
    "backend_results",
    "latest_kept",
    "map_backend",
    "used_backends",
]


@dataclass(frozen=True, eq=False)
class BackendResults:
    """A backend's results for the n images of a collection, which are ordered by id.

    Attributes:
        tags: ``image``, ``tag`` (String), ``score`` (Float64, in [0, 1]); ordered by image,
            falling score, tag. To be read while the atlas is open; lazy, since there can be more
            than fit into memory.
        statuses: the :class:`~tagatlas.TagStatus` of each image, ``pending`` if it was not sent
            to the backend; String, n values.
        counts: number of images by status, with every status.
        calls: that cost money: ``dollars``, ``seconds`` (Float64, null if no answer came).
        images_per_second: its speed; None if too little was measured.
        reasons, model_versions: number of images by why it failed, and by model; most first.
    """

    tags: pl.LazyFrame
    statuses: pl.Series
    counts: Mapping[str, int]
    calls: pl.DataFrame
    images_per_second: float | None
    reasons: Mapping[str, int]
    model_versions: Mapping[str, int]


def used_backends(atlas: Atlas) -> list[Backend]:
    """The backends with tags, by name, each tagger's in the order of first use."""
    return atlas.catalog.tagging.backends()


def backend_results(atlas: Atlas, backend: Backend) -> BackendResults:
    """A backend's results for the images of the collection.

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
        reasons=tagging.reasons(backend.id),
        model_versions=tagging.model_versions(backend.id),
    )


def backend_embeddings(
    atlas: Atlas, backend: Backend, images: pl.Series
) -> NDArray[np.float16] | None:
    """A backend's embeddings of images.

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
    """The maps of a backend's tags, the newest first, without those with clusters changed by hand.

    Args:
        atlas: to read from.
        backend: one of :func:`used_backends`.
    """
    maps = atlas.catalog.maps
    loaded = (maps.load(name) for name in maps.loadable(backend.id))
    return [each for each in loaded if each is not None and not _is_changed(each)]


def map_backend(atlas: Atlas, backend: Backend) -> StoredMap | None:
    """Make a map of a backend's tags with the settings of the atlas; None if it gave no tags.

    Its name is the tagger's, with the backend's number if that is not the tagger's latest or if
    the name is taken. Its clusters are not changed by hand.

    Args:
        atlas: open for writing.
        backend: one of :func:`used_backends`.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: a setting or plugin is not available.
        UsageError: see :func:`tagatlas.map`.
    """
    options, plugins = choose_mapping(atlas, select(atlas, {}, "map"))
    name = backend.name
    if not backend.is_latest or name in atlas.catalog.maps.names():
        name = f"{name}-{backend.number}"
    if annotated_changes(atlas, name)[0]:
        name = f"{name}-unchanged"
    try:
        map_collection(atlas, name, backend, plugins, replace(options, cluster_changes=()))
    except EmptyMap:
        return None
    return atlas.catalog.maps.load(name)


def _is_changed(stored: StoredMap) -> bool:
    return stored.making is not None and stored.making.changed is not None


@contextmanager
def latest_kept(atlas: Atlas) -> Iterator[None]:
    """After the block, those backends count as used last that did before it."""
    tagging = atlas.catalog.tagging
    before = [each for each in tagging.backends() if each.is_latest]
    last = tagging.last_used()
    try:
        yield
    finally:
        for each in sorted(before, key=lambda backend: backend == last):
            tagging.use(each.name, each.fingerprint)
