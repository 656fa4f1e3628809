"""The names that researchers give to clusters, from their files or from the copies of these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tagatlas.atlas import Atlas
from tagatlas.catalog import StoredMap
from tagatlas.contracts import MapData
from tagatlas.contracts.annotation import Annotation
from tagatlas.errors import UsageError
from tagatlas_mapping.maps.followed import anchored_drawings
from tagatlas_mapping.maps.given_name import GivenName
from tagatlas_mapping.maps.names import (
    named_by_annotations,
    place_annotations,
    read_names,
    with_images,
)
from tagatlas_trust import Asked


def given_names(
    atlas: Atlas, paths: Sequence[Path], stored: StoredMap | None = None
) -> tuple[list[GivenName], list[str]]:
    """Read the names in some files; nothing is stored.

    If a file that the atlas's settings name is missing, or the user has not accepted that it is
    read, the names last read from it are used.

    Args:
        atlas: with the copies.
        paths: of the files; see :func:`tagatlas_mapping.maps.names.read_names`.
        stored: the map whose numbers clusters have in files that were not read before; None if
            there is none yet.

    Returns:
        The names, and a line for each file that could not be read and each guess made.

    Raises:
        UsageError: a newly given file cannot be read.
    """
    known, asked = remembered(atlas, "cluster_names")
    names: list[GivenName] = []
    notes: list[str] = []
    for path in paths:
        place = str(path.resolve())
        try:
            if place in known:
                atlas.settings.require(asked)
            read = read_names(path)
        except UsageError as error:
            if place not in known:
                raise
            copy = atlas.catalog.names.of(place)
            names += copy or []
            rest = (
                "there is no copy of its names" if copy is None else "its names as last read count"
            )
            notes.append(f"{error}; {rest}")
        else:
            names += _with_images(atlas, place, read.names, stored)
            notes += [f"{path}: {note}" for note in read.notes]
    return names, notes


def keep_names(atlas: Atlas, paths: Sequence[Path], stored: StoredMap | None = None) -> None:
    """Store a copy of the names in some files, as far as they can and may be read.

    Args:
        atlas: to store it in.
        paths: of the files.
        stored: see :func:`given_names`.
    """
    known, asked = remembered(atlas, "cluster_names")
    barred = set() if atlas.settings.trust.accepts(asked) else known
    for path in paths:
        place = str(path.resolve())
        if place in barred:
            continue
        try:
            names = read_names(path).names
        except UsageError:  # which is said where the names are needed
            continue
        atlas.catalog.names.keep(place, _with_images(atlas, place, names, stored))


def _with_images(
    atlas: Atlas, place: str, names: Sequence[GivenName], stored: StoredMap | None
) -> list[GivenName]:
    data = None if stored is None else stored.data
    return with_images(names, atlas.catalog.names.of(place) or (), data)


def dropped(atlas: Atlas, option: str, paths: Sequence[Path]) -> list[str]:
    """A line for each table that a setting of maps named and that is not among those given now."""
    before, _ = remembered(atlas, option)
    flag = f"--{option.replace('_', '-')}"
    gone = sorted(before - {str(path.resolve()) for path in paths})
    return [f"{place} does not count any more: {flag} takes all that shall" for place in gone]


def remembered(atlas: Atlas, option: str) -> tuple[set[str], Asked]:
    """The resolved paths of the files that a setting of maps names, and how it asks for them."""
    value = atlas.settings.values("map").get(option, [])
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    places = {str(Path(str(each)).resolve()) for each in listed}
    return places, Asked.setting("map", option, value)


def anchor_drawings(atlas: Atlas, stored: StoredMap) -> None:
    """Store which images the drawings on a map follow that do not say so yet.

    Args:
        atlas: open for writing.
        stored: the map as it was drawn on, before it is made again.
    """
    there = atlas.catalog.annotations
    for each, content in anchored_drawings(there.on(stored.name), stored.data.images):
        there.put(each.id, each.map, content, base=each.revision)


def with_names(atlas: Atlas, stored: StoredMap) -> tuple[MapData, list[Annotation]]:
    """A map whose clusters have the names of annotations, with the map's annotations."""
    data = stored.data
    annotations = place_annotations(
        atlas.catalog.annotations.on(stored.name), data.clusters, data.subclusters, data.nodes
    )
    return named_by_annotations(data, annotations), annotations
