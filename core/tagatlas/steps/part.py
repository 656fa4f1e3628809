"""Maps of a part of the collection: which part, and its images."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog import Backend
from tagatlas.errors import UsageError
from tagatlas.steps.hiding import hidden_images
from tagatlas.steps.names import with_names
from tagatlas_mapping.maps.duplicates import (
    LEVELS,
    join_images,
    join_records,
    join_tags,
    represented,
)
from tagatlas_mapping.maps.given_name import GivenName
from tagatlas_mapping.maps.hidden import LEFT_OUT
from tagatlas_mapping.maps.inputs import labelled
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.part import (
    SETTING,
    Part,
    cluster_now,
    common_images,
    part_of,
    recorded_images,
    tagged_images,
)
from tagatlas_mapping.maps.shown import Shown


def choose_shown(
    atlas: Atlas, name: str, backend: Backend, options: MapOptions, given: Part | None
) -> Shown:
    """The images that a map is to show, with their tags.

    Args:
        atlas: with the images.
        name: of the map.
        backend: with the tags.
        options: of the map.
        given: the part of the collection; None for that of the map of that name.

    Raises:
        UsageError: see :func:`choose_part` and :func:`images_of_part`.
    """
    part = choose_part(atlas, name, given, backend)
    level = LEVELS.get(options.duplicates)
    images = labelled(atlas.catalog.addresses.images())
    tags, own = atlas.catalog.tagging.tags(backend.id), None
    if level is not None:
        own = atlas.representatives(level)
        images, tags = join_images(images, own), join_tags(tags, own)
    hidden = hidden_images(atlas, level) if options.hidden == LEFT_OUT else frozenset[str]()
    statuses = atlas.catalog.tagging.statuses(backend.id)
    shown = Shown(images, tags, statuses, own, hidden, part)
    if part is None:
        return shown.restricted()
    ids, cluster = images_of_part(atlas, name, part, tags, own)
    return replace(shown, ids=ids, cluster=cluster).restricted()


def choose_part(atlas: Atlas, name: str, given: Part | None, backend: Backend) -> Part | None:
    """The part that a map is to show, None for all: the one given, or what it shows now.

    Raises:
        UsageError: the map of that name shows the whole collection; the part is of a cluster of no
            other map; or of one that shows a part of this map.
    """
    settings, names = atlas.catalog.maps.settings(name), atlas.map_names()
    if given is None:
        return part_of(settings)
    if SETTING not in settings and name in names:
        raise UsageError(
            f"the map {name} shows the whole collection: give that of a part another name (--map)"
        )
    if given.within_cluster and not given.of_map:
        others = [each for each in (backend.name, *names) if each in names and each != name]
        if not others:
            raise UsageError("there is no map with clusters yet: make one with tagatlas map")
        given = replace(given, of_map=others[0])
    if name in _maps_around(atlas, given.of_map):
        raise UsageError(
            f"the map {given.of_map} shows a part of a cluster of {name}, which thus cannot show a"
            f" part of {given.of_map}: give the new map another name (--map)"
        )
    return given


def _maps_around(atlas: Atlas, name: str) -> list[str]:
    """The maps of whose clusters a map shows a part, the nearest first; each once."""
    around: list[str] = []
    part = part_of(atlas.catalog.maps.settings(name)) if name else None
    while part is not None and part.of_map and part.of_map not in around:
        around.append(part.of_map)
        part = part_of(atlas.catalog.maps.settings(part.of_map))
    return around


def images_of_part(
    atlas: Atlas, name: str, part: Part, tags: pl.LazyFrame, own: pl.DataFrame | None
) -> tuple[pl.Series, GivenName | None]:
    """Ids of the images of a part as its conditions and the maps are now, and its cluster.

    Args:
        atlas: with the images.
        name: of the map of the part.
        part: which part.
        tags: of the map's backend, near duplicates joined as on the map.
        own: representatives of near duplicates on the map; None where they are kept apart.

    Raises:
        UsageError: it names a map, a cluster, a tag or a column that does not exist.
    """
    found: list[pl.Series] = []
    cluster: GivenName | None = None
    if part.within_cluster:
        stored = None if part.of_map == name else atlas.catalog.maps.load(part.of_map)
        if stored is None:
            there = ", ".join(each for each in atlas.map_names() if each != name) or "none"
            raise UsageError(f"there is no other map {part.of_map}, as --of-map says: {there}")
        data, _ = with_names(atlas, stored)
        same = atlas.catalog.maps.settings(name).get(SETTING) == part.setting
        known = (atlas.catalog.names.of(_place(name)) if same else None) or ()
        cluster, images = cluster_now(part, next(iter(known), None), data)
        level = LEVELS.get(str(stored.settings.get("map.duplicates")))
        theirs = None if level is None else atlas.representatives(level)
        found.append(represented(images, theirs, own))
    if part.with_tag:
        found.append(tagged_images(part, tags))
    if part.where:
        records = join_records(atlas.catalog.records.of_images(), own)
        found.append(recorded_images(part, records))
    return common_images(found), cluster


def ids_of_part(
    atlas: Atlas, name: str, part: Part | None, tags: pl.LazyFrame, own: pl.DataFrame | None
) -> pl.Series | None:
    """Ids of the images of the part that a map shows; None if it shows all, none if it is lost."""
    if part is None:
        return None
    with suppress(UsageError):  # what it names is there no more
        return images_of_part(atlas, name, part, tags, own)[0]
    return pl.Series(dtype=pl.String)


def keep_cluster(atlas: Atlas, name: str, cluster: GivenName | None) -> None:
    """Store the cluster that the images of a map are in, to find it again."""
    if cluster is not None:
        atlas.catalog.names.keep(_place(name), [cluster])


def _place(name: str) -> str:
    """Where the cluster of a map's part is stored among names: no path, as others have."""
    return f"map {name}"
