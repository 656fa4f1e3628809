"""Which options each command offers: the steps' own, and those of the plugins they may use."""

from __future__ import annotations

from tagatlas.cli.flags import Section
from tagatlas.cli.terminal import say
from tagatlas.contracts import Spec
from tagatlas.plugins import (
    GRAPH_BUILDERS,
    LAYOUTS,
    RECOVERIES,
    RENDERERS,
    SOURCES,
    TAGGERS,
    Kind,
    Plugins,
    load_plugins,
    plugin_owner,
)


def plugins_at_hand() -> Plugins:
    """The installed plugins; what is wrong with any is said once."""
    plugins = load_plugins()
    for broken in plugins.broken:
        say(f"tagatlas: plugin {broken.plugin} is skipped: {broken.reason}")
    for warning in plugins.warnings:
        say(f"tagatlas: {warning}")
    return plugins


def source_sections(plugins: Plugins) -> list[Section]:
    """For reading a source."""
    from tagatlas.pipeline.options import AddOptions

    return [Section("add", AddOptions, "Source"), *_of_plugins(plugins, SOURCES, "Source plugins")]


def fetch_sections(plugins: Plugins) -> list[Section]:
    """For fetching."""
    from tagatlas.fetch.options import FetchOptions

    return [
        Section("fetch", FetchOptions, "Fetching"),
        *_of_plugins(plugins, RECOVERIES, "Recoveries"),
    ]


def tag_sections(plugins: Plugins) -> list[Section]:
    """For tagging."""
    from tagatlas.pipeline.options import TagOptions

    return [Section("tag", TagOptions, "Tagging"), *_of_plugins(plugins, TAGGERS, "Backends")]


def import_sections() -> list[Section]:
    """For importing tags."""
    from tagatlas.imports import ImportOptions

    return [Section("import", ImportOptions, "Import")]


def map_sections(plugins: Plugins) -> list[Section]:
    """For building a map."""
    from tagatlas.maps.options import MapOptions

    return [
        Section("map", MapOptions, "Map"),
        *_of_plugins(plugins, GRAPH_BUILDERS, "Networks"),
        *_of_plugins(plugins, LAYOUTS, "Layouts"),
    ]


def render_sections(plugins: Plugins) -> list[Section]:
    """For rendering."""
    return _of_plugins(plugins, RENDERERS, "Renderers")


def _of_plugins(plugins: Plugins, kind: Kind[Spec, object], panel: str) -> list[Section]:
    return [
        Section(plugin_owner(name), entry.spec.options, panel)
        for name, entry in plugins.of_kind(kind).items()
    ]
