"""Functions shared by renderers: files, spreadsheet cells, colours, facts about images."""

from tagatlas_rendering.addresses import signed_addresses, web_addresses
from tagatlas_rendering.cells import cell_text, cell_texts, safe_cell, safe_cells
from tagatlas_rendering.files import new_folder, replace_folder, write_atomically
from tagatlas_rendering.html import page_head
from tagatlas_rendering.nodes import node_table, with_cluster_names
from tagatlas_rendering.palette import cluster_colours
from tagatlas_rendering.pieces import cluster_pieces
from tagatlas_rendering.thumbnails import thumbnail_address

__all__ = [
    "cell_text",
    "cell_texts",
    "cluster_colours",
    "cluster_pieces",
    "new_folder",
    "node_table",
    "page_head",
    "replace_folder",
    "safe_cell",
    "safe_cells",
    "signed_addresses",
    "thumbnail_address",
    "web_addresses",
    "with_cluster_names",
    "write_atomically",
]
