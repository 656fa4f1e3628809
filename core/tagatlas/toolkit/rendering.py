"""The installed renderers: what they announce, and files of a map that chosen ones write.

Import the names from here; ``tagatlas.toolkit`` has none of them.
"""

from tagatlas.plugins import PluginChoice
from tagatlas.steps.render import render_map
from tagatlas.steps.renderers import renderers_in_order

__all__ = ["PluginChoice", "render_map", "renderers_in_order"]
