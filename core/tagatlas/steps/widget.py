"""Maps in notebooks, shown by an installed renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.contracts import Map, MapWidget, loaded
from tagatlas.errors import PluginError, UnknownPlugin
from tagatlas.plugins import RENDERERS, Plugins

if TYPE_CHECKING:
    from collections.abc import Callable


def make_widget(plugins: Plugins, map_: Map) -> MapWidget:
    """A map to be shown in a notebook.

    Raises:
        UnknownPlugin: no installed renderer shows maps in notebooks.
        MissingDependency: it needs packages that are not installed.
        PluginError: the function that it names does not exist.
    """
    specs = [entry.spec for entry in plugins.of_kind(RENDERERS).values()]
    able = [spec for spec in specs if spec.widget]
    if not able:
        raise UnknownPlugin("no renderer is installed that shows maps in notebooks")
    first = min(able, key=lambda spec: (spec.order, spec.name))
    try:
        make: Callable[[Map], MapWidget] = loaded(first.widget)
    except ImportError as error:
        raise PluginError(f"the widget of {first.name} cannot be imported: {error}") from error
    return make(map_)
