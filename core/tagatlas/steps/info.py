"""Content of an atlas: sources, addresses, images, backends, maps, and sizes on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tagatlas.atlas import Atlas
from tagatlas.catalog.maps import HIDDEN
from tagatlas.errors import AtlasDamaged, UsageError
from tagatlas.masking import as_shown, masked
from tagatlas.options import make_options, option_values
from tagatlas.step_options import STEPS, step_owners
from tagatlas.steps.hiding import hidden_images
from tagatlas.steps.opened import AtlasLike, opened, select
from tagatlas_fetching.fates import by_status
from tagatlas_mapping.maps.hidden import LEFT_OUT
from tagatlas_mapping.maps.part import part_of


@dataclass(frozen=True)
class SourceInfo:
    """A source, with the number by which it can be removed or replaced."""

    number: int
    location: str
    recognised: str
    records: int
    added_at: str


@dataclass(frozen=True)
class StatusInfo:
    """Number of addresses with one status and reason."""

    status: str
    reason: str
    addresses: int


@dataclass(frozen=True)
class BackendInfo:
    """A backend that tagged.

    Attributes:
        name: as comparisons call it.
        fingerprint: of everything that changes its answers, after the names it gives them.
        images: number of images by tag status.
        dollars: US dollars spent on its tagger in all; None if it costs nothing.
        model_versions: number of images by the version of the model that answered, empty text
            where none is known; empty if the backend names none.
    """

    name: str
    fingerprint: str
    images: Mapping[str, int]
    dollars: float | None
    model_versions: Mapping[str, int]


@dataclass(frozen=True)
class MapInfo:
    """A map.

    Attributes:
        name: the map's name.
        backend: name of the backend whose tags it shows.
        builder: graph builder; empty where it is to be made again.
        images, clusters: number of them.
        made_at: ISO 8601, UTC.
        state: ``current``; ``older`` than records, images or tags that it should show; or
            ``to be made again``, after a removal or since an older tagatlas made it.
        rendered: whether its files exist.
        part: which part of the collection it shows, in words; empty for all of it.
    """

    name: str
    backend: str
    builder: str
    images: int
    clusters: int
    made_at: str
    state: str
    rendered: bool
    part: str = ""


@dataclass(frozen=True)
class SettingInfo:
    """A setting that is not its default.

    Attributes:
        name: in ``atlas.toml``, with its table.
        value: masked if it is a secret.
        origin: a variable, or ``atlas.toml``.
    """

    name: str
    value: bool | int | float | str | None
    origin: str


@dataclass(frozen=True)
class AtlasInfo:
    """Content of an atlas. Passwords in addresses are masked.

    Attributes:
        sources: in the order they were added.
        addresses: total number of addresses.
        statuses: by status, the most frequent reasons first.
        images: number of distinct images.
        near: number of these that are near duplicates of another, which represents them.
        hidden: number of images that are not shown, with the copies of their pictures.
        unused: number of images that no record leads to any more.
        backends: by name.
        maps: the newest first.
        settings: those that differ from their defaults, by step and plugin.
        bytes: on disk, by part of the atlas's folder, the largest first.
    """

    sources: list[SourceInfo]
    addresses: int
    statuses: list[StatusInfo]
    images: int
    near: int
    hidden: int
    unused: int
    backends: list[BackendInfo]
    maps: list[MapInfo]
    settings: list[SettingInfo]
    bytes: dict[str, int]


def info(atlas: AtlasLike) -> AtlasInfo:
    """Summarise the content of an atlas; nothing is changed.

    Args:
        atlas: open, or the folder of one.
    """
    with opened(atlas, write=False) as its_atlas:
        return _describe(its_atlas)


def _describe(atlas: Atlas) -> AtlasInfo:
    catalog = atlas.catalog
    groups, statuses = atlas.representatives(), by_status(catalog.addresses.fates())
    hidden = hidden_images(atlas)
    numbers = {source.location: source.number for source in catalog.records.known()}
    return AtlasInfo(
        sources=[
            SourceInfo(
                numbers[each.location],
                masked(each.location),
                masked(each.recognised),
                each.records,
                each.added_at,
            )
            for each in catalog.records.sources()
        ],
        addresses=int(statuses["addresses"].sum()),
        statuses=[
            StatusInfo(status, masked(reason), count)
            for status, reason, count in statuses.select(
                "status", "reason", "addresses"
            ).iter_rows()
        ],
        images=groups.height,
        near=groups.filter(pl.col("image") != pl.col("representative")).height,
        hidden=len(hidden),
        unused=len(catalog.removals.unused().images),
        backends=_backends(atlas),
        maps=[_map(atlas, name, hidden) for name in catalog.maps.names()],
        settings=_settings(atlas),
        bytes=_sizes(atlas.folder),
    )


def _settings(atlas: Atlas) -> list[SettingInfo]:
    selection = select(atlas, {}, *STEPS)
    found = []
    for owner in step_owners(atlas.plugins):
        variables = selection.variables(owner)
        values, called = selection.values(owner), selection.called(owner)
        chosen = option_values(make_options(owner.options, values, owner.table, called))
        defaults = option_values(make_options(owner.options, {}, owner.table))
        found += [
            SettingInfo(
                f"{owner.table}.{name}",
                masked(value) if isinstance(value, str) else value,
                variables.get(name, atlas.settings.path.name),
            )
            for name, value in chosen.items()
            if value != defaults[name]
        ]
    for source in atlas.settings.sources():
        for owner in step_owners(atlas.plugins, "add"):
            own = atlas.settings.options_of(
                owner.table, [option.name for option in owner.fields], source
            )
            chosen = option_values(make_options(owner.options, own, owner.table))
            found += [
                SettingInfo(
                    f"{owner.table}.{name}",
                    masked(value) if isinstance(value, str) else value,
                    f"{atlas.settings.path.name}, for {source}",
                )
                for name, value in chosen.items()
                if name in own
            ]
    return found


def _backends(atlas: Atlas) -> list[BackendInfo]:
    found, tagging = [], atlas.catalog.tagging
    for backend in tagging.backends():
        spent = tagging.spent(backend.name)
        counts = tagging.counts(backend.id)
        found.append(
            BackendInfo(
                name=backend.label,
                fingerprint=masked(backend.description),
                images={status: count for status, count in counts.items() if count},
                dollars=spent.dollars if spent.calls else None,
                model_versions=tagging.model_versions(backend.id),
            )
        )
    return found


def _map(atlas: Atlas, name: str, hidden: frozenset[str]) -> MapInfo:
    backend = atlas.catalog.tagging.shown_on(name)
    made_at, is_newest = atlas.catalog.maps.age(name)
    try:
        stored = atlas.catalog.maps.load(name)
        state = "to be made again" if stored is None else "current" if is_newest else "older"
        part = None if stored is None else part_of(stored.settings)
    except (AtlasDamaged, UsageError):
        stored, state, part = None, "damaged: to be made again", None
    if stored is not None and stored.settings.get(HIDDEN) == LEFT_OUT:
        state = state if hidden.isdisjoint(stored.data.images["id"]) else "older"
    return MapInfo(
        name=name,
        backend="" if backend is None else backend.name,
        builder="" if stored is None else str(stored.settings.get("map.builder", "")),
        images=0 if stored is None else stored.data.images.height,
        clusters=0 if stored is None else stored.data.cluster_count,
        made_at=made_at,
        state=state,
        rendered=any((atlas.folder / "maps" / name).glob("*")),
        part="" if part is None else as_shown(part.words),
    )


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {
        entry.name: sum(path.stat().st_size for path in _files(entry)) for entry in folder.iterdir()
    }
    ordered = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    return {name: size for name, size in ordered if size}


def _files(entry: Path) -> list[Path]:
    return [path for path in (entry.rglob("*") if entry.is_dir() else [entry]) if path.is_file()]
