"""What several renderers share: writing files, spreadsheet cells, colours, facts about images."""

from tagatlas.render.addresses import web_addresses
from tagatlas.render.cells import cell_text, safe_cell, safe_cells
from tagatlas.render.files import write_atomically
from tagatlas.render.palette import cluster_colour

__all__ = [
    "cell_text",
    "cluster_colour",
    "safe_cell",
    "safe_cells",
    "web_addresses",
    "write_atomically",
]
