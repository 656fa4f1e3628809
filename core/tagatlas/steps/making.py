"""Who makes a map, in words and as code: what is said of it, and when it is made again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import tagatlas
import tagatlas_duplicates
from tagatlas.atlas import Atlas
from tagatlas.catalog.maps import Making, SettingValue
from tagatlas.code import files_code, importable_files, plugin_code
from tagatlas.contracts import (
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
from tagatlas.plugins import GRAPH_BUILDERS, LAYOUTS, TAGGERS, Kind, PluginChoice, plugin_owner
from tagatlas.versions import versions

SHAPING = (
    *("cluster", "layout", "maps", "network"),
    *("columns.py", "compiled.py", "steps/map.py", "steps/network.py"),
    *("toolkit/selection.py", "toolkit/projection.py", "toolkit/backbones.py"),
)
"""Of core, what maps are made by beside the library of duplicates: packages, and modules."""

ProductT = TypeVar("ProductT")
DescriptionT = TypeVar("DescriptionT")


def making_of(
    atlas: Atlas,
    tagger: str,
    builder: PluginChoice[GraphBuilder],
    layout: PluginChoice[Layout],
) -> Making:
    """Who makes a map, with what the plugins say of themselves.

    Args:
        atlas: whose plugins these are.
        tagger: whose tags are mapped.
        builder: of the network.
        layout: that places it.

    Raises:
        PluginError: one of them cannot describe itself.
    """
    taggers = atlas.plugins.of_kind(TAGGERS)
    used = [builder.plugin, layout.plugin]
    used += [taggers[tagger].plugin] if tagger in taggers else []
    return Making(
        builder=_maker(builder, builder.product.describe()),
        layout=_maker(layout, layout.product.describe()),
        versions=versions({plugin.distribution: plugin.version for plugin in used}),
    )


def recalled_making(atlas: Atlas, settings: Mapping[str, SettingValue]) -> Making:
    """Who made a map of an older tagatlas: what the plugins that are installed now say of it.

    Args:
        atlas: whose plugins are asked.
        settings: that the map was made with.
    """
    network, places = NetworkDescription(), LayoutDescription()
    keys = ("map.builder", "map.layout")
    builder, layout = (str(settings.get(key) or "") for key in keys)
    # What is not there any more, or cannot do what it did, says nothing of itself.
    with suppress(TagatlasError):
        network = _again(atlas, GRAPH_BUILDERS, builder, settings).product.describe()
    with suppress(TagatlasError):
        places = _again(atlas, LAYOUTS, layout, settings).product.describe()
    return Making(
        builder=Maker(name=builder, description=network),
        layout=Maker(name=layout, description=places),
        versions=versions(),
    )


def shaping_code(builder: PluginChoice[GraphBuilder], layout: PluginChoice[Layout]) -> list[str]:
    """Digests of the code that shapes a map: where one is another, the map is made again."""
    plugins = [plugin_code(each.product, loaded(each.spec.factory)) for each in (builder, layout)]
    installed = [f"{each.plugin.distribution} {each.plugin.version}" for each in (builder, layout)]
    return [_own_code(), *plugins, *installed]


@cache
def _own_code() -> str:
    own = Path(tagatlas.__file__).parent
    files = {
        f"{part}/{name}": path
        for part in SHAPING
        for name, path in importable_files([own / part]).items()
    }
    modules = {part: own / part for part in SHAPING if part.endswith(".py")}
    copies = importable_files([Path(tagatlas_duplicates.__file__).parent])
    return files_code(files | modules | {f"duplicates/{name}": copies[name] for name in copies})


def _again(
    atlas: Atlas, kind: Kind[Spec, ProductT], name: str, settings: Mapping[str, SettingValue]
) -> PluginChoice[ProductT]:
    """A plugin with the options that a map was made with, as far as it still has them."""
    owner = plugin_owner(kind, name)
    options = option_fields(atlas.plugins.get(kind, name).options)
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
