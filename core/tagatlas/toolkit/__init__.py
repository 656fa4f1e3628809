"""Building blocks for plugins, as the built-in ones use them.

Import the names from here, ``from tagatlas.toolkit import write_atomically``, or from their
modules. Importing this package is cheap: names are imported when they are first used.
The classes that plugins implement, receive and return are in :mod:`tagatlas`, the errors that they
raise in :mod:`tagatlas.errors`, the suites that test them in :mod:`tagatlas.testing`.

For renderers:

- :mod:`~tagatlas.toolkit.files`, files and folders replaced atomically: ``new_folder``,
  ``replace_folder``, ``write_atomically``
- :mod:`~tagatlas.toolkit.cells`, CSV cells that no spreadsheet runs: ``cell_text``,
  ``cell_texts``, ``safe_cell``, ``safe_cells``
- :mod:`~tagatlas.toolkit.columns`, the columns of the input that were kept: ``column_names``,
  ``copied_columns``, ``kept_columns``, ``read_columns``, ``with_kept_columns``
- :mod:`~tagatlas.toolkit.nodes`, the table of nodes, and a map's bounds: ``map_bounds``,
  ``node_table``, ``web_addresses``, ``with_cluster_names``
- :mod:`~tagatlas.toolkit.markup`, XML, and the head of a page without scripts: ``edges_as_xml``,
  ``escape_xml``, ``page_head``, ``ROWS_AT_ONCE``
- :mod:`~tagatlas.toolkit.colours`, a colour for each cluster: ``cluster_colour``, ``Colour``
- :mod:`~tagatlas.toolkit.images`, a thumbnail in a page; a picture to try a service with:
  ``small_picture``, ``thumbnail_address``
- :mod:`~tagatlas.toolkit.annotations`, annotations as JSON: ``Content``, ``content_as_json``,
  ``read_content``
- :mod:`~tagatlas.toolkit.duplicates`, the most bits by which hashes of alike pictures differ:
  ``CANDIDATE_BITS``, ``NEAR_BITS``

For graph builders, layouts and clusterers:

- :mod:`~tagatlas.toolkit.options`, options that graph builders and taggers extend: ``Backbone``,
  ``LinksPerNode``, ``ProjectionSelection``, ``ServiceOptions``, ``TagSelection``; and the values of
  any: ``option_values``
- :mod:`~tagatlas.toolkit.selection`, tags selected and weighted: ``describe_selection``,
  ``select_tags``, ``tag_matrix``, ``with_idf``
- :mod:`~tagatlas.toolkit.projection`, links between images, or tags, by shared tags or images:
  ``Likeness``, ``link_neighbours``, ``project``
- :mod:`~tagatlas.toolkit.backbones`, significant links: ``backbone``, ``with_backbone``
- :mod:`~tagatlas.toolkit.networks`, the kinds of nodes: ``IMAGE``, ``TAG``
- :mod:`~tagatlas.toolkit.layouts`, coincident nodes moved apart: ``move_apart``
- :mod:`~tagatlas.toolkit.scores`, tags as a matrix of scores: ``row_of_entry``, ``score_matrix``
- :mod:`~tagatlas.toolkit.alike`, vectors of images, and the images most like each image:
  ``distinct_rows``, ``image_vectors``, ``most_alike``, ``Neighbours``, ``similar_images``,
  ``Vectors``
- :mod:`~tagatlas.toolkit.clusters`, clusters of images without a map: ``cluster_images``,
  ``default_clusterer``
- :mod:`~tagatlas.toolkit.kernels`, the decorator that compiles: ``kernel``

For sources:

- :mod:`~tagatlas.toolkit.tables`, tables and lists in files: ``is_json_folder``, ``Lines``,
  ``read_lines``, ``read_table``, ``Table``, ``unique_names``
- :mod:`~tagatlas.toolkit.addresses`, addresses in cells: ``column_looks``, ``ColumnLooks``,
  ``PICTURE_ENDING``, ``PORTRAIT_NAME``, ``urls_in``, ``why_no_url``
- :mod:`~tagatlas.toolkit.archives`, ZIP archives, read where they are: ``Archive``,
  ``archive_contents``, ``is_archive``, ``is_junk``, ``open_archive``, ``pictures_in``,
  ``tables_in``
- :mod:`~tagatlas.toolkit.documents`, whether a file is a IIIF document: ``is_iiif_document``
- :mod:`~tagatlas.toolkit.web`, a file from the web: ``read_web``

For taggers:

- :mod:`~tagatlas.toolkit.services`, services behind HTTP, called once: ``base64_text``,
  ``http_call_error``, ``is_loopback``, ``post_json``, ``read_key``, ``retry_after``
- :mod:`~tagatlas.toolkit.vocabulary`, labels that the user chooses: ``Label``,
  ``load_vocabulary``, ``Vocabulary``
- :mod:`~tagatlas.toolkit.remote`, services behind gRPC: ``call_error``, ``CHANNEL_OPTIONS``,
  ``open_channel``

For commands, each with names to import from the module itself:

- :mod:`~tagatlas.toolkit.commands`, the command, its arguments and its outcome
- :mod:`~tagatlas.toolkit.calls`, an atlas opened, and options looked up
- :mod:`~tagatlas.toolkit.answers`, other programs' answers stored as a backend's
- :mod:`~tagatlas.toolkit.rendering`, the installed renderers, and files that chosen ones write
- :mod:`~tagatlas.toolkit.annotating`, annotations read and written by several windows at once
- :mod:`~tagatlas.toolkit.backends`, a collection's backends, their tags and their maps
- :mod:`~tagatlas.toolkit.collection`, images and records of a collection, and adding them to an
  atlas
- :mod:`~tagatlas.toolkit.kinds`, the kinds of plugins
- :mod:`~tagatlas.toolkit.packages`, the packages that affect results
- :mod:`~tagatlas.toolkit.taggers`, a tagger prepared, and closed at the end

For all:

- :mod:`~tagatlas.toolkit.wording`, names, numbers and addresses in messages: ``as_shown``,
  ``count``, ``encodable``, ``one_line``, ``shown``, ``shown_columns``, ``suggestion``
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.toolkit.addresses import (
        PICTURE_ENDING,
        PORTRAIT_NAME,
        ColumnLooks,
        column_looks,
        urls_in,
        why_no_url,
    )
    from tagatlas.toolkit.alike import (
        Neighbours,
        Vectors,
        distinct_rows,
        image_vectors,
        most_alike,
        similar_images,
    )
    from tagatlas.toolkit.annotations import Content, content_as_json, read_content
    from tagatlas.toolkit.archives import (
        Archive,
        archive_contents,
        is_archive,
        is_junk,
        open_archive,
        pictures_in,
        tables_in,
    )
    from tagatlas.toolkit.backbones import backbone, with_backbone
    from tagatlas.toolkit.cells import cell_text, cell_texts, safe_cell, safe_cells
    from tagatlas.toolkit.clusters import cluster_images, default_clusterer
    from tagatlas.toolkit.colours import Colour, cluster_colour
    from tagatlas.toolkit.columns import (
        column_names,
        copied_columns,
        kept_columns,
        read_columns,
        with_kept_columns,
    )
    from tagatlas.toolkit.documents import is_iiif_document
    from tagatlas.toolkit.duplicates import CANDIDATE_BITS, NEAR_BITS
    from tagatlas.toolkit.files import new_folder, replace_folder, write_atomically
    from tagatlas.toolkit.images import small_picture, thumbnail_address
    from tagatlas.toolkit.kernels import kernel
    from tagatlas.toolkit.layouts import move_apart
    from tagatlas.toolkit.markup import ROWS_AT_ONCE, edges_as_xml, escape_xml, page_head
    from tagatlas.toolkit.networks import IMAGE, TAG
    from tagatlas.toolkit.nodes import map_bounds, node_table, web_addresses, with_cluster_names
    from tagatlas.toolkit.options import (
        Backbone,
        LinksPerNode,
        ProjectionSelection,
        ServiceOptions,
        TagSelection,
        option_values,
    )
    from tagatlas.toolkit.projection import Likeness, link_neighbours, project
    from tagatlas.toolkit.remote import CHANNEL_OPTIONS, call_error, open_channel
    from tagatlas.toolkit.scores import row_of_entry, score_matrix
    from tagatlas.toolkit.selection import describe_selection, select_tags, tag_matrix, with_idf
    from tagatlas.toolkit.services import (
        base64_text,
        http_call_error,
        is_loopback,
        post_json,
        read_key,
        retry_after,
    )
    from tagatlas.toolkit.tables import (
        Lines,
        Table,
        is_json_folder,
        read_lines,
        read_table,
        unique_names,
    )
    from tagatlas.toolkit.vocabulary import Label, Vocabulary, load_vocabulary
    from tagatlas.toolkit.web import read_web
    from tagatlas.toolkit.wording import (
        as_shown,
        count,
        encodable,
        one_line,
        shown,
        shown_columns,
        suggestion,
    )

_LAZY = {
    "Archive": "archives",
    "Backbone": "options",
    "CANDIDATE_BITS": "duplicates",
    "CHANNEL_OPTIONS": "remote",
    "Colour": "colours",
    "ColumnLooks": "addresses",
    "Content": "annotations",
    "IMAGE": "networks",
    "Label": "vocabulary",
    "Likeness": "projection",
    "Lines": "tables",
    "LinksPerNode": "options",
    "NEAR_BITS": "duplicates",
    "Neighbours": "alike",
    "PICTURE_ENDING": "addresses",
    "PORTRAIT_NAME": "addresses",
    "ProjectionSelection": "options",
    "ROWS_AT_ONCE": "markup",
    "ServiceOptions": "options",
    "TAG": "networks",
    "Table": "tables",
    "TagSelection": "options",
    "Vectors": "alike",
    "Vocabulary": "vocabulary",
    "archive_contents": "archives",
    "as_shown": "wording",
    "backbone": "backbones",
    "base64_text": "services",
    "call_error": "remote",
    "cell_text": "cells",
    "cell_texts": "cells",
    "cluster_colour": "colours",
    "cluster_images": "clusters",
    "column_looks": "addresses",
    "column_names": "columns",
    "content_as_json": "annotations",
    "copied_columns": "columns",
    "count": "wording",
    "default_clusterer": "clusters",
    "describe_selection": "selection",
    "distinct_rows": "alike",
    "edges_as_xml": "markup",
    "encodable": "wording",
    "escape_xml": "markup",
    "http_call_error": "services",
    "image_vectors": "alike",
    "is_archive": "archives",
    "is_iiif_document": "documents",
    "is_json_folder": "tables",
    "is_junk": "archives",
    "is_loopback": "services",
    "kept_columns": "columns",
    "kernel": "kernels",
    "link_neighbours": "projection",
    "load_vocabulary": "vocabulary",
    "map_bounds": "nodes",
    "most_alike": "alike",
    "move_apart": "layouts",
    "new_folder": "files",
    "node_table": "nodes",
    "one_line": "wording",
    "open_archive": "archives",
    "open_channel": "remote",
    "option_values": "options",
    "page_head": "markup",
    "pictures_in": "archives",
    "post_json": "services",
    "project": "projection",
    "read_columns": "columns",
    "read_content": "annotations",
    "read_key": "services",
    "read_lines": "tables",
    "read_table": "tables",
    "read_web": "web",
    "replace_folder": "files",
    "retry_after": "services",
    "row_of_entry": "scores",
    "safe_cell": "cells",
    "safe_cells": "cells",
    "score_matrix": "scores",
    "select_tags": "selection",
    "shown": "wording",
    "shown_columns": "wording",
    "similar_images": "alike",
    "small_picture": "images",
    "suggestion": "wording",
    "tables_in": "archives",
    "tag_matrix": "selection",
    "thumbnail_address": "images",
    "unique_names": "tables",
    "urls_in": "addresses",
    "web_addresses": "nodes",
    "why_no_url": "addresses",
    "with_backbone": "backbones",
    "with_cluster_names": "nodes",
    "with_idf": "selection",
    "with_kept_columns": "columns",
    "write_atomically": "files",
}

__all__ = [
    "CANDIDATE_BITS",
    "CHANNEL_OPTIONS",
    "IMAGE",
    "NEAR_BITS",
    "PICTURE_ENDING",
    "PORTRAIT_NAME",
    "ROWS_AT_ONCE",
    "TAG",
    "Archive",
    "Backbone",
    "Colour",
    "ColumnLooks",
    "Content",
    "Label",
    "Likeness",
    "Lines",
    "LinksPerNode",
    "Neighbours",
    "ProjectionSelection",
    "ServiceOptions",
    "Table",
    "TagSelection",
    "Vectors",
    "Vocabulary",
    "archive_contents",
    "as_shown",
    "backbone",
    "base64_text",
    "call_error",
    "cell_text",
    "cell_texts",
    "cluster_colour",
    "cluster_images",
    "column_looks",
    "column_names",
    "content_as_json",
    "copied_columns",
    "count",
    "default_clusterer",
    "describe_selection",
    "distinct_rows",
    "edges_as_xml",
    "encodable",
    "escape_xml",
    "http_call_error",
    "image_vectors",
    "is_archive",
    "is_iiif_document",
    "is_json_folder",
    "is_junk",
    "is_loopback",
    "kept_columns",
    "kernel",
    "link_neighbours",
    "load_vocabulary",
    "map_bounds",
    "most_alike",
    "move_apart",
    "new_folder",
    "node_table",
    "one_line",
    "open_archive",
    "open_channel",
    "option_values",
    "page_head",
    "pictures_in",
    "post_json",
    "project",
    "read_columns",
    "read_content",
    "read_key",
    "read_lines",
    "read_table",
    "read_web",
    "replace_folder",
    "retry_after",
    "row_of_entry",
    "safe_cell",
    "safe_cells",
    "score_matrix",
    "select_tags",
    "shown",
    "shown_columns",
    "similar_images",
    "small_picture",
    "suggestion",
    "tables_in",
    "tag_matrix",
    "thumbnail_address",
    "unique_names",
    "urls_in",
    "web_addresses",
    "why_no_url",
    "with_backbone",
    "with_cluster_names",
    "with_idf",
    "with_kept_columns",
    "write_atomically",
]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas.toolkit' has no attribute {name!r}")
    return getattr(import_module(f"tagatlas.toolkit.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return __all__
