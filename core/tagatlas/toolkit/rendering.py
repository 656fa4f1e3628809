"""The installed renderers: their specs, and rendering a map with chosen ones.

Import the names from here; they are not in ``tagatlas.toolkit``.
"""

from tagatlas.plugins import PluginChoice
from tagatlas.steps.options import RenderOptions
from tagatlas.steps.render import publishing_note, render_map
from tagatlas.steps.renderers import renderers_in_order
from tagatlas_rendering import signed_addresses

__all__ = [
    "PluginChoice",
    "RenderOptions",
    "publishing_note",
    "render_map",
    "renderers_in_order",
    "signed_addresses",
]
