"""Step five: a map to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.contracts import Progress, Renderer, no_progress
from tagatlas.errors import UsageError
from tagatlas.maps import Map, Provenance
from tagatlas.maps.duplicates import join_records, join_tags
from tagatlas.pipeline.versions import versions
from tagatlas.plugins import Chosen


def load_map(atlas: Atlas, name: str | None = None) -> Map:
    """A map of the atlas, with all that renderers draw from.

    Args:
        atlas: to read from.
        name: of the map; None for the one made last.

    Raises:
        UsageError: there is no such map, and the text lists those there are; or it is one of an
            older tagatlas.
    """
    names = atlas.catalog.maps.names()
    if name is None and names:
        name = names[0]
    stored = None if name is None else atlas.catalog.maps.load(name)
    backend = None if name is None else atlas.catalog.maps.backend(name)
    if stored is None and name in names:
        raise UsageError(
            f"the map {name} was made by an older tagatlas: make it anew with tagatlas map"
        )
    if stored is None or backend is None:
        there = f"there are: {', '.join(names)}" if names else "make one with tagatlas map"
        raise UsageError(f"{atlas.folder} has no map {name or ''}; {there}".replace("  ", " "))
    mapped = stored.nodes.filter(stored.nodes["kind"] == "image")["id"]
    tags = atlas.catalog.tags.of(backend.id)
    joined = stored.settings.get("map.duplicates") == "join"
    representatives = atlas.catalog.addresses.representatives() if joined else None
    records = join_records(atlas.catalog.records.of_images(), representatives)
    tags = tags if representatives is None else join_tags(tags, representatives)
    provenance = Provenance(
        sources=atlas.catalog.records.sources(),
        addresses=atlas.catalog.addresses.counts(),
        fetched_between=atlas.catalog.addresses.fetched_between(),
        images=atlas.catalog.addresses.image_count(),
        taggings=atlas.catalog.answers.counts(backend.id),
        tagger=backend.name,
        fingerprint=backend.fingerprint,
        settings=stored.settings,
        versions=versions(),
        copied=len(atlas.catalog.answers.copied(backend.id)),
        ways=atlas.catalog.addresses.ways(),
    )
    return Map(
        name=stored.name,
        collection=atlas.folder.resolve().name.removesuffix(".atlas"),
        nodes=stored.nodes,
        sources=stored.sources,
        targets=stored.targets,
        weights=stored.weights,
        directed=stored.directed,
        clusters=stored.clusters,
        subclusters=stored.subclusters,
        stability=stored.stability,
        outlines=stored.outlines,
        tags=tags.filter(pl.col("image").is_in(mapped.implode())),
        records=records.filter(records["image"].is_in(mapped.implode())),
        provenance=provenance,
        store=atlas.store,
    )


def render_map(
    map_: Map,
    renderers: Sequence[Chosen[Renderer]],
    folder: Path,
    *,
    progress: Progress = no_progress,
) -> list[Path]:
    """Write a map's files.

    Args:
        map_: what to draw.
        renderers: what to write, in this order: a page may show what came before it.
        folder: where to; it exists.
        progress: told of renderers done.

    Returns:
        The files written, in the order they were.

    Raises:
        UsageError: no renderer was given.
        StorageError: a file could not be written.
    """
    if not renderers:
        raise UsageError("nothing to render: name a renderer, tagatlas plugins lists them")
    files: list[Path] = []
    for done, renderer in enumerate(renderers):
        progress(done, len(renderers))
        files.extend(renderer.make().render(map_, folder))
    progress(len(renderers), len(renderers))
    return files
