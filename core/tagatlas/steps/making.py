"""The plugins that make a map: their descriptions, and digests of the code that shapes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import tagatlas
import tagatlas_duplicates
import tagatlas_mapping
from tagatlas.atlas import Atlas
from tagatlas.catalog.maps import Making, SettingValue
from tagatlas.code import files_code, importable_files, plugin_code
from tagatlas.contracts import (
    Clusterer,
    ClustererDescription,
    GraphBuilder,
    Layout,
    LayoutDescription,
    Maker,
    NetworkDescription,
    Spec,
    loaded,
)
from tagatlas.errors import TagatlasError
from tagatlas.options import option_fields
from tagatlas.plugins import (
    CLUSTERERS,
    GRAPH_BUILDERS,
    LAYOUTS,
    TAGGERS,
    Kind,
    PluginChoice,
    plugin_owner,
)
from tagatlas.versions import versions

SHAPING = ("network", "columns.py", "compiled.py", "steps/map.py", "steps/network.py")
"""Packages and modules of core that shape maps, besides two libraries."""

ProductT = TypeVar("ProductT")
DescriptionT = TypeVar("DescriptionT")
DescriptionT_co = TypeVar("DescriptionT_co", covariant=True)


class Describing(Protocol[DescriptionT_co]):
    """A plugin's product that describes itself."""

    def describe(self) -> DescriptionT_co:
        """Its description of itself."""


@dataclass(frozen=True)
class MapPlugins:
    """The plugins that make a map, with their options.

    Attributes:
        builder: of the network.
        layout: that places the nodes.
        clusterer: that finds the clusters.
    """

    builder: PluginChoice[GraphBuilder]
    layout: PluginChoice[Layout]
    clusterer: PluginChoice[Clusterer]

    def __iter__(self) -> Iterator[PluginChoice[object]]:
        """The plugins in the order in which they work."""
        yield from (self.builder, self.layout, self.clusterer)

    def make_now(self) -> None:
        """Make the plugins' products, so that errors come before any work.

        Raises:
            MissingDependency, PluginError: see :meth:`PluginChoice.make`.
        """
        for each in self:
            each.make_now()


def making_of(atlas: Atlas, tagger: str, plugins: MapPlugins) -> Making:
    """The plugins that make a map, with their descriptions.

    Args:
        atlas: with these plugins.
        tagger: whose tags are mapped.
        plugins: that make it.

    Raises:
        PluginError: one of them cannot describe itself.
    """
    taggers = atlas.plugins.of_kind(TAGGERS)
    specs, used = [each.spec for each in plugins], [each.plugin for each in plugins]
    if tagger in taggers:
        specs.append(taggers[tagger].spec)
        used.append(taggers[tagger].plugin)
    builder, layout, clusterer = plugins.builder, plugins.layout, plugins.clusterer
    return Making(
        builder=_maker(builder, builder.product.describe()),
        layout=_maker(layout, layout.product.describe()),
        clusterer=_maker(clusterer, clusterer.product.describe()),
        versions=versions(
            [package for spec in specs for package in spec.packages],
            {plugin.distribution: plugin.version for plugin in used},
        ),
    )


def recalled_making(
    atlas: Atlas, making: Making | None, settings: Mapping[str, SettingValue]
) -> Making:
    """The plugins that made a map; descriptions not stored with it are those of today's plugins.

    Args:
        atlas: with the installed plugins.
        making: as far as it is stored.
        settings: that the map was made with.
    """
    if making is None:
        making = Making(
            builder=_recalled(atlas, GRAPH_BUILDERS, settings, NetworkDescription),
            layout=_recalled(atlas, LAYOUTS, settings, LayoutDescription),
            versions=versions(),
        )
    if making.clusterer is None:
        clusterer = _recalled(atlas, CLUSTERERS, settings, ClustererDescription)
        making = replace(making, clusterer=clusterer)
    return making


def shaping_code(plugins: MapPlugins) -> list[str]:
    """Digests of the code that shapes a map: if one changes, the map is made again."""
    code = [plugin_code(each.product, loaded(each.spec.factory)) for each in plugins]
    installed = [f"{each.plugin.distribution} {each.plugin.version}" for each in plugins]
    return [_own_code(), *code, *installed]


@cache
def _own_code() -> str:
    own = Path(tagatlas.__file__).parent
    files = {
        f"{part}/{name}": path
        for part in SHAPING
        for name, path in importable_files([own / part]).items()
    }
    modules = {part: own / part for part in SHAPING if part.endswith(".py")}
    libraries = {
        f"{library.__name__}/{name}": path
        for library in (tagatlas_duplicates, tagatlas_mapping)
        for name, path in importable_files(map(Path, library.__path__)).items()
    }
    return files_code(files | modules | libraries)


def _recalled(
    atlas: Atlas,
    kind: Kind[Spec, Describing[DescriptionT]],
    settings: Mapping[str, SettingValue],
    description: type[DescriptionT],
) -> Maker[DescriptionT]:
    """A plugin that took part in a map, with the description of the version installed now."""
    name = str(settings.get(f"map.{kind.key}") or "")
    # A plugin that is missing, or fails now, has no description.
    with suppress(TagatlasError):
        chosen = _again(atlas, kind, name, settings)
        return Maker(name=name, description=chosen.product.describe())
    return Maker(name=name, description=description())


def _again(
    atlas: Atlas, kind: Kind[Spec, ProductT], name: str, settings: Mapping[str, SettingValue]
) -> PluginChoice[ProductT]:
    """A plugin with the options that a map was made with, as far as it still has them.

    Those that decide where something goes keep their defaults: a catalog decides nothing of it.
    """
    owner = plugin_owner(kind, name)
    options = [
        each
        for each in option_fields(atlas.plugins.get(kind, name).options)
        if not each.is_authority
    ]
    stored = {each.name: f"{owner}.{each.name}" for each in options}
    values = {option: settings[key] for option, key in stored.items() if key in settings}
    return atlas.plugins.choose(kind, name, values)


def _maker(chosen: PluginChoice[object], description: DescriptionT) -> Maker[DescriptionT]:
    plugin = chosen.plugin
    return Maker(
        name=chosen.name,
        distribution=plugin.distribution,
        version=plugin.version,
        description=description,
    )
