"""The installed renderers: their specs, and rendering a map with chosen ones.

Import the names from here; they are not in ``tagatlas.toolkit``.
"""

from tagatlas.plugins import PluginChoice
from tagatlas.steps.render import render_map
from tagatlas.steps.renderers import renderers_in_order

__all__ = ["PluginChoice", "render_map", "renderers_in_order"]
