"""Loading a stored map, with all data that renderers need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog import Backend, StoredMap
from tagatlas.catalog.maps import HIDDEN, Making
from tagatlas.contracts import ClustererDescription, Maker, Map, MapData, Provenance
from tagatlas.errors import UsageError
from tagatlas.masking import as_shown, without_queries
from tagatlas.steps.hiding import hidden_images
from tagatlas.steps.making import recalled_making
from tagatlas.steps.names import with_names
from tagatlas.steps.opened import AtlasLike
from tagatlas.steps.part import ids_of_part
from tagatlas.steps.renderers import map_files
from tagatlas.steps.staying import stay_open
from tagatlas.steps.widget import make_widget
from tagatlas_mapping.maps.duplicates import LEVELS, join_records, join_tags
from tagatlas_mapping.maps.hidden import LEFT_OUT, without_typical
from tagatlas_mapping.maps.left_out import count_left_out
from tagatlas_mapping.maps.part import part_of
from tagatlas_rendering.stores import HidingStore
from tagatlas_tables.shown import cells_without_queries

_QUERY_OF_ADDRESS = r"(?is)^(\s*https?:[^?]*|[^?]*:[\\/]{2}[^?]*|\s*[\\/]{2}[^?]*)\?.*$"
"""Matches an address alone, with blanks or without, that has a query."""


def load_map(atlas: AtlasLike, name: str | None = None, *, without_queries: bool = False) -> Map:
    """Load a map of the atlas, with all data that renderers need.

    Addresses in it are as shown: without user names and passwords.

    Args:
        atlas: open, or the folder of one, which then stays open as long as the map is used.
        name: of the map; None for the newest.
        without_queries: whether the queries of all addresses are cut off, too.

    Raises:
        AtlasError: there is no atlas in the folder.
        UsageError: the map does not exist, and the message lists those that do; or it has to be
            made again: an older tagatlas made it, or an image of it was removed.
    """
    if not isinstance(atlas, Atlas):
        atlas = stay_open(atlas)
    names = atlas.catalog.maps.names()
    if name is None and names:
        name = names[0]
    stored = None if name is None else atlas.catalog.maps.load(name)
    backend = None if name is None else atlas.catalog.tagging.shown_on(name)
    if stored is None and name in names:
        raise UsageError(
            f"the map {name} was made by an older tagatlas, or an image of it was removed since: "
            "make it again with tagatlas map"
        )
    if stored is None or backend is None:
        there = f"there are: {', '.join(names)}" if names else "make one with tagatlas map"
        wanted = f"map {name}" if name else "map"
        raise UsageError(f"{atlas.folder} has no {wanted}; {there}")
    named, annotations = with_names(atlas, stored)
    mapped = stored.data.images["id"].implode()
    level = LEVELS.get(str(stored.settings.get("map.duplicates")))
    representatives = None if level is None else atlas.representatives(level)
    records = join_records(atlas.catalog.records.of_images(), representatives)
    if without_queries:
        records = cells_without_queries(records, "columns").with_columns(
            pl.col("location").str.replace(_QUERY_OF_ADDRESS, "${1}")
        )
    hidden = hidden_images(atlas, level)
    named = without_typical(named, hidden)
    backends = {each.label: each for each in atlas.catalog.tagging.backends()}

    def joined_tags(tagger: Backend) -> pl.LazyFrame:
        tags = atlas.catalog.tagging.tags(tagger.id)
        return tags if representatives is None else join_tags(tags, representatives)

    def shown(tags: pl.LazyFrame) -> pl.LazyFrame:
        tags = tags.filter(pl.col("image").is_in(mapped))
        cut = pl.col("tag").map_batches(_cut, return_dtype=pl.String)
        return tags.with_columns(cut) if without_queries else tags

    making = recalled_making(atlas, stored.making, stored.settings)
    part, all_tags = part_of(stored.settings), joined_tags(backend)
    left_out = count_left_out(
        atlas.catalog.tagging.statuses(stored.backend),
        stored.data.images["id"],
        making.builder.description,
        all_tags,
        representatives,
        hidden if stored.settings.get(HIDDEN) == LEFT_OUT else (),
        ids_of_part(atlas, stored.name, part, all_tags, representatives),
    )

    return Map(
        name=stored.name,
        collection=atlas.folder.resolve().name.removesuffix(".atlas"),
        **vars(_without_queries(named) if without_queries else named),
        tags=shown(all_tags),
        records=records.filter(records["image"].is_in(mapped)),
        provenance=_provenance(
            atlas,
            backend,
            stored,
            making,
            left_out,
            shown=_shorter if without_queries else as_shown,
        ),
        store=HidingStore(atlas.store, hidden) if hidden else atlas.store,
        hidden=hidden,
        near_duplicates=atlas.representatives,
        part="" if part is None else (_shorter if without_queries else as_shown)(part.words),
        files=map_files(atlas.plugins),
        make_widget=partial(make_widget, atlas.plugins),
        annotations=annotations,
        tagged_by=backend.label,
        other_tags=_TagsWhenAsked(
            {name: other for name, other in backends.items() if other != backend},
            lambda tagger: shown(joined_tags(tagger)),
        ),
        other_maps={
            other: partial(load_map, atlas, other, without_queries=without_queries)
            for other in atlas.catalog.maps.loadable()
            if other != name
        },
    )


class _TagsWhenAsked(Mapping[str, pl.LazyFrame]):
    """Tables of tags by backend, each read on demand, since most renderers need none."""

    def __init__(
        self, backends: Mapping[str, Backend], tags_of: Callable[[Backend], pl.LazyFrame]
    ) -> None:
        self._backends = backends
        self._tags_of = tags_of

    def __getitem__(self, name: str) -> pl.LazyFrame:
        return self._tags_of(self._backends[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._backends)

    def __len__(self) -> int:
        return len(self._backends)


def _shorter(text: str) -> str:
    return without_queries(as_shown(text))


def _cut(texts: pl.Series) -> pl.Series:
    return cells_without_queries(texts.to_frame("text"), "text")["text"]


def _without_queries(data: MapData) -> MapData:
    """A map without queries in its texts, of which tags may be addresses."""
    names = ("name", "automatic_name", "plain_name")
    cut = cells_without_queries(data.nodes.select("id", "label"), "id", "label")
    return replace(
        data,
        nodes=data.nodes.with_columns(cut["label"], _distinct(cut["id"])),
        clusters=_shortened(data.clusters, *names),
        subclusters=_shortened(data.subclusters, *names),
    )


def _distinct(ids: pl.Series) -> pl.Series:
    """Ids, with a number behind those that are the same once they are cut."""
    seen = pl.int_range(1, pl.len() + 1).over("id")
    numbered = pl.when(seen == 1).then("id").otherwise(pl.format("{}#{}", "id", seen))
    return ids.to_frame("id").select(numbered)["id"]


def _shortened(clusters: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Clusters without queries in their names and tags."""
    tags = [[without_queries(tag) for tag in tags] for tags in clusters["tags"]]
    return cells_without_queries(clusters, *names).with_columns(
        tags=pl.Series(tags, dtype=clusters["tags"].dtype)
    )


def _provenance(
    atlas: Atlas,
    backend: Backend,
    stored: StoredMap,
    making: Making,
    left_out: Mapping[str, int],
    *,
    shown: Callable[[str], str],
) -> Provenance:
    sources = [
        replace(each, location=shown(each.location), recognised=shown(each.recognised))
        for each in atlas.catalog.records.sources()
    ]
    settings = {
        name: shown(value) if isinstance(value, str) else value
        for name, value in stored.settings.items()
    }
    return Provenance(
        sources=sources,
        addresses=atlas.catalog.addresses.counts(),
        fetched_between=atlas.catalog.addresses.fetched_between(),
        images=atlas.catalog.addresses.image_count(),
        taggings=atlas.catalog.tagging.counts(backend.id),
        tagger=backend.name,
        fingerprint=shown(backend.fingerprint),
        notes={
            name: shown(said) if isinstance(said, str) else said
            for name, said in backend.notes.items()
        },
        settings=settings,
        versions=making.versions,
        model_versions=atlas.catalog.tagging.model_versions(backend.id),
        copied=len(atlas.catalog.tagging.copied(backend.id)),
        ways=atlas.catalog.addresses.ways(),
        placeholders=atlas.catalog.placeholders.counts(),
        left_out=left_out,
        builder=making.builder,
        layout=making.layout,
        clusterer=making.clusterer or Maker(description=ClustererDescription()),
        changed=making.changed,
    )
