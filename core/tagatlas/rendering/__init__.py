"""Functions shared by renderers: files, spreadsheet cells, colours, facts about images."""

from tagatlas.rendering.addresses import web_addresses
from tagatlas.rendering.cells import cell_text, cell_texts, safe_cell, safe_cells
from tagatlas.rendering.files import replace_folder, write_atomically
from tagatlas.rendering.html import page_head
from tagatlas.rendering.nodes import node_table, with_cluster_names
from tagatlas.rendering.palette import cluster_colour
from tagatlas.rendering.thumbnails import thumbnail_address

__all__ = [
    "cell_text",
    "cell_texts",
    "cluster_colour",
    "node_table",
    "page_head",
    "replace_folder",
    "safe_cell",
    "safe_cells",
    "thumbnail_address",
    "web_addresses",
    "with_cluster_names",
    "write_atomically",
]
