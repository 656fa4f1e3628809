"""Maps in notebooks, shown by an installed renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.contracts import Map, MapWidget, loaded
from tagatlas.errors import PluginError, UnknownPlugin
from tagatlas.plugins import RENDERERS, Plugins, plugin_label

if TYPE_CHECKING:
    from collections.abc import Callable


def make_widget(plugins: Plugins, map_: Map) -> MapWidget:
    """A map to be shown in a notebook.

    Raises:
        UnknownPlugin: no installed renderer shows maps in notebooks.
        MissingDependency: it needs packages that are not installed.
        PluginError: the function that it names does not exist.
    """
    able = [entry for entry in plugins.of_kind(RENDERERS).values() if entry.spec.widget]
    if not able:
        raise UnknownPlugin("no renderer is installed that shows maps in notebooks")
    first = min(able, key=lambda entry: (entry.spec.order, entry.spec.name))
    try:
        make: Callable[[Map], MapWidget] = loaded(first.spec.widget)
    except (ImportError, PluginError) as error:
        label = plugin_label(RENDERERS, first.spec.name, first.plugin)
        raise PluginError(f"the widget of {label} cannot be imported: {error}") from error
    return make(map_)
