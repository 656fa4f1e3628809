"""Recognising and reading files of tags."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit.tables import read_table
from tagatlas_imports.dd_image_tagging import read_dd
from tagatlas_imports.foreign import ForeignTags
from tagatlas_imports.memespector import read_memespector_csv, read_memespector_json
from tagatlas_imports.options import ImportOptions
from tagatlas_imports.table import read_tag_table

_MARK = b'"ImageLocation"'
"""A key that every task in Memespector's JSON has."""

_LONGEST_TAG = 10_000  # characters, as of the tags of backends


def read_foreign_tags(path: Path, options: ImportOptions) -> list[ForeignTags]:
    """Read a file of tags of any supported program.

    Args:
        path: of dd-image-tagging's CSV, Memespector's CSV or JSON, a ``tags.csv``, or any table
            of images, tags and scores.
        options: columns named there are read regardless of the recognised format.

    Returns:
        Tags by backend, at least one.

    Raises:
        InputError: it cannot be read, has no tags, or one of over 10,000 characters.
    """
    try:
        found = _read(path, options)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if not any(each.images().len() for each in found):
        raise InputError(f"{path} names no image")
    for each in found:
        long = each.tags.filter(pl.col("tag").str.len_chars() > _LONGEST_TAG)
        if long.height:
            start, image = long["tag"][0][:40], long["image"][0]
            raise InputError(
                f"{path}: the tag {start!r}... of {image} has over {_LONGEST_TAG:,} characters: "
                "shorten it, or name the column of tags with --tag-column"
            )
    return found


def _read(path: Path, options: ImportOptions) -> list[ForeignTags]:
    if options.tag_column is None and options.image_column is None:
        if memespector := _from_json(path):
            return memespector
        table = read_table(path, None)
        if memespector := read_memespector_csv(table):
            return [replace(each, notes=table.notes) for each in memespector]
        dd = read_dd(table)
        if dd is not None:
            return [replace(dd, notes=table.notes)]
    else:
        table = read_table(path, None)
    return [replace(read_tag_table(table, options), notes=table.notes)]


def _from_json(path: Path) -> list[ForeignTags]:
    """Tags from Memespector's JSON; nothing if it is another file, or not JSON."""
    try:
        with path.open("rb") as file:
            beginning = file.read(4096)
            return read_memespector_json(beginning + file.read()) if _MARK in beginning else []
    except OSError:
        return []  # who reads it as a table says what is wrong
