"""What several renderers share: writing files, spreadsheet cells, colours, facts about images."""

from tagatlas.render.addresses import web_addresses
from tagatlas.render.bounds import map_bounds
from tagatlas.render.cells import cell_text, cell_texts, safe_cell, safe_cells
from tagatlas.render.columns import copied_columns, kept_columns, with_kept_columns
from tagatlas.render.files import replace_folder, write_atomically
from tagatlas.render.html import page_head
from tagatlas.render.nodes import node_table, with_cluster_names
from tagatlas.render.palette import cluster_colour
from tagatlas.render.thumbnails import thumbnail_address
from tagatlas.render.xml import ROWS_AT_ONCE, edges_as_xml, escape_xml

__all__ = [
    "ROWS_AT_ONCE",
    "cell_text",
    "cell_texts",
    "cluster_colour",
    "copied_columns",
    "edges_as_xml",
    "escape_xml",
    "kept_columns",
    "map_bounds",
    "node_table",
    "page_head",
    "replace_folder",
    "safe_cell",
    "safe_cells",
    "thumbnail_address",
    "web_addresses",
    "with_cluster_names",
    "with_kept_columns",
    "write_atomically",
]
