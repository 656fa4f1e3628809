"""Plugins: loaded, looked up by kind and name, and made with their options."""

from tagatlas.plugins.choice import (
    OWN,
    InstalledPlugin,
    PluginChoice,
    make_product,
    plugin_label,
)
from tagatlas.plugins.kinds import (
    CLUSTERERS,
    COMMANDS,
    GRAPH_BUILDERS,
    IMAGE_STORES,
    KINDS,
    LAYOUTS,
    RECOVERIES,
    RENDERERS,
    SOURCES,
    TAGGERS,
    Kind,
    plugin_owner,
)
from tagatlas.plugins.loading import (
    STRICT_VARIABLE,
    command_points,
    installed_plugins,
    load_plugins,
)
from tagatlas.plugins.registry import BrokenPlugin, Plugins, Registered

__all__ = [
    "CLUSTERERS",
    "COMMANDS",
    "GRAPH_BUILDERS",
    "IMAGE_STORES",
    "KINDS",
    "LAYOUTS",
    "OWN",
    "RECOVERIES",
    "RENDERERS",
    "SOURCES",
    "STRICT_VARIABLE",
    "TAGGERS",
    "BrokenPlugin",
    "InstalledPlugin",
    "Kind",
    "PluginChoice",
    "Plugins",
    "Registered",
    "command_points",
    "installed_plugins",
    "load_plugins",
    "make_product",
    "plugin_label",
    "plugin_owner",
]
