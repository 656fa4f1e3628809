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
- :mod:`~tagatlas.toolkit.nodes`, the table of nodes, a map's bounds, its clusters' pieces:
  ``cluster_pieces``, ``map_bounds``, ``node_table``, ``web_addresses``, ``with_cluster_names``
- :mod:`~tagatlas.toolkit.markup`, XML, and the head of a page without scripts: ``edges_as_xml``,
  ``escape_xml``, ``page_head``, ``ROWS_AT_ONCE``
- :mod:`~tagatlas.toolkit.colours`, a colour for each cluster: ``cluster_colours``, ``Colour``
- :mod:`~tagatlas.toolkit.images`, a picture's copies as stored; cut-outs; a thumbnail in a page; a
  test picture for services: ``alpha_of``, ``copies_of``, ``pixels_of``, ``plain_colours``,
  ``small_picture``, ``stands_out``, ``thumbnail_address``, ``without_alpha``
- :mod:`~tagatlas.toolkit.annotations`, annotations as JSON: ``Content``, ``content_as_json``,
  ``read_content``
- :mod:`~tagatlas.toolkit.duplicates`, the most bits by which hashes of alike pictures differ:
  ``CANDIDATE_BITS``, ``NEAR_BITS``

For graph builders, layouts and clusterers:

- :mod:`~tagatlas.toolkit.options`, options that graph builders and taggers extend: ``Backbone``,
  ``LinksPerNode``, ``ProjectionSelection``, ``ServiceOptions``, ``TagSelection``; and the values of
  any: ``option_values``
- :mod:`~tagatlas.toolkit.selection`, tags selected and weighted: ``SelectedTags``,
  ``describe_selection``, ``ranked_tags``, ``select_tags``, ``tag_matrix``, ``with_idf``
- :mod:`~tagatlas.toolkit.projection`, links between images, or tags, by shared tags or images:
  ``Likeness``, ``link_neighbours``, ``project``
- :mod:`~tagatlas.toolkit.backbones`, significant links: ``backbone``, ``with_backbone``
- :mod:`~tagatlas.toolkit.networks`, the kinds of nodes: ``IMAGE``, ``TAG``
- :mod:`~tagatlas.toolkit.layouts`, coincident nodes moved apart: ``move_apart``
- :mod:`~tagatlas.toolkit.scores`, tags as a matrix of scores: ``row_of_entry``, ``score_matrix``
- :mod:`~tagatlas.toolkit.alike`, vectors of images, and the images most like each image:
  ``components``, ``describe_likely``, ``distinct_rows``, ``EXACT_IMAGES``, ``image_vectors``,
  ``likely_nearest_rows``, ``most_alike``, ``Neighbours``,
  ``similar_by_shard``, ``similar_images``, ``Vectors``
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
- :mod:`~tagatlas.toolkit.hiding`, images whose pictures are not shown
- :mod:`~tagatlas.toolkit.backends`, a collection's backends, their tags and their maps
- :mod:`~tagatlas.toolkit.collection`, images and records of a collection, and adding them to an
  atlas
- :mod:`~tagatlas.toolkit.kinds`, the kinds of plugins
- :mod:`~tagatlas.toolkit.packages`, the packages that affect results
- :mod:`~tagatlas.toolkit.taggers`, a tagger prepared, asked about some images, and closed

For all:

- :mod:`~tagatlas.toolkit.machine`, how many processors there are to use: ``processors``
- :mod:`~tagatlas.toolkit.wording`, names, numbers and addresses in messages: ``as_shown``,
  ``count``, ``encodable``, ``one_line``, ``shown``, ``shown_columns``, ``suggestion``,
  ``without_queries``
"""

from __future__ import annotations

from importlib import import_module

_NAMES = {
    "addresses": "ColumnLooks PICTURE_ENDING PORTRAIT_NAME column_looks urls_in why_no_url",
    "alike": (
        "EXACT_IMAGES Neighbours Vectors components describe_likely distinct_rows image_vectors "
        "likely_nearest_rows most_alike similar_by_shard similar_images"
    ),
    "annotations": "Content content_as_json read_content",
    "archives": "Archive archive_contents is_archive is_junk open_archive pictures_in tables_in",
    "backbones": "backbone with_backbone",
    "cells": "cell_text cell_texts safe_cell safe_cells",
    "clusters": "cluster_images default_clusterer",
    "colours": "Colour cluster_colours",
    "columns": "column_names copied_columns kept_columns read_columns with_kept_columns",
    "documents": "is_iiif_document",
    "duplicates": "CANDIDATE_BITS NEAR_BITS",
    "files": "new_folder replace_folder write_atomically",
    "images": (
        "alpha_of copies_of pixels_of plain_colours small_picture stands_out thumbnail_address"
        " without_alpha"
    ),
    "kernels": "kernel",
    "layouts": "move_apart",
    "machine": "processors",
    "markup": "ROWS_AT_ONCE edges_as_xml escape_xml page_head",
    "networks": "IMAGE TAG",
    "nodes": "cluster_pieces map_bounds node_table web_addresses with_cluster_names",
    "options": (
        "Backbone LinksPerNode ProjectionSelection ServiceOptions TagSelection option_values"
    ),
    "projection": "Likeness link_neighbours project",
    "remote": "CHANNEL_OPTIONS call_error open_channel",
    "scores": "row_of_entry score_matrix",
    "selection": "SelectedTags describe_selection ranked_tags select_tags tag_matrix with_idf",
    "services": "base64_text http_call_error is_loopback post_json read_key retry_after",
    "tables": "Lines Table is_json_folder read_lines read_table unique_names",
    "vocabulary": "Label Vocabulary load_vocabulary",
    "web": "read_web",
    "wording": "as_shown count encodable one_line shown shown_columns suggestion without_queries",
}
"""Public names by module; for checkers of types, ``__init__.pyi`` has them, too."""

_LAZY = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'tagatlas.toolkit' has no attribute {name!r}")
    return getattr(import_module(f"tagatlas.toolkit.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return __all__
