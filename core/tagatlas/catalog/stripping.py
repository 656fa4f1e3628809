"""Removes images from maps, annotations and stored names, in the caller's transaction."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from typing import Any

import polars as pl
from msgspec import structs

from tagatlas.catalog.database import now
from tagatlas.catalog.maps import PLACES, empty_map, stored_places
from tagatlas.contracts.annotation import (
    Arrow,
    Caption,
    ClusterMerge,
    ClusterMove,
    ClusterName,
    Content,
    Note,
    Outline,
    content_as_json,
    read_content,
)
from tagatlas.masking import as_shown
from tagatlas_mapping.maps.changes_copy import copy_without_images, without_images
from tagatlas_tables.table_folder import TableFolder

_LEAST_NAME = 5
"""A file name of fewer characters is too common to look for in texts."""

_FEW = 500
"""Maximum number of addresses that are looked for letter by letter."""
_PART = r"""[^\s"',;|<>()\[\]{}\\]"""
_BETWEEN = re.compile(f"{_PART}+")
"""Text between the signs that separate addresses in a cell."""


def strip_maps(
    connection: sqlite3.Connection,
    images: AbstractSet[str],
    labels: AbstractSet[str],
    files: TableFolder,
    *,
    everything: bool,
    only_look: bool = False,
) -> list[str]:
    """Delete all of the maps with these images but the other nodes' places; returns their names.

    They are to be made again, and then start from these positions and colours.

    Args:
        connection: in a transaction.
        images: ids of the removed images.
        labels: of the tags that no image has any more.
        files: of maps; those of emptied ones are deleted by :meth:`MapTable.sweep`.
        everything: whether all maps are emptied, since their counts and records change as well.
        only_look: change nothing.
    """
    gone = pl.col("id").is_in([*images, *(f"tag:{label}" for label in labels)])
    stripped = []
    names = connection.execute("SELECT name FROM maps ORDER BY name").fetchall()
    for [name] in names:
        stored = connection.execute(
            "SELECT nodes, nodes_file, clusters FROM maps WHERE name = ?", [name]
        )
        nodes = stored_places(files, *stored.fetchone())
        is_sound = nodes is not None  # a damaged one may show any of them
        nodes = pl.DataFrame(schema=PLACES) if nodes is None else nodes
        shows_none = nodes.filter(pl.col("id").is_in(list(images))).is_empty()
        if is_sound and shows_none and not everything:
            continue
        stripped.append(str(name))
        if only_look:
            continue
        left = nodes.filter(~gone)
        left = pl.DataFrame(left.to_dict(as_series=False), left.schema)  # else buffers are shared
        empty_map(connection, name, left, files)
    return stripped


def strip_annotations(
    connection: sqlite3.Connection, images: AbstractSet[str], locations: AbstractSet[str]
) -> list[str]:
    """Remove the annotations that are about images or name them; returns their texts.

    A name of a cluster stays, without the images that were typical of it, as does a drawing without
    those that it followed. A text names an image
    where it has its id, its address, or the file name at the end of the address.

    Args:
        connection: in a transaction.
        images: ids of the removed images.
        locations: of the removed addresses.
    """
    naming = _naming(images, locations)
    removed = []
    for number, text in connection.execute("SELECT number, content FROM annotations").fetchall():
        content = read_content(text)
        left = None if content is None else _without(content, images, naming)
        if left == content:
            continue
        if left is None:
            removed.append(_said(content))
        connection.execute(
            "UPDATE annotations SET content = ?, changed_at = ?, "
            "revision = (SELECT max(revision) + 1 FROM annotations) WHERE number = ?",
            [content_as_json(left), now(), number],
        )
    return removed


def strip_columns(connection: sqlite3.Connection, locations: AbstractSet[str]) -> None:
    """Remove addresses from the kept columns of other records, such as a cell of several URLs.

    A few addresses are looked for anywhere, more only between blanks, commas and the like.

    Args:
        connection: in a transaction.
        locations: of the addresses that go.
    """
    written = {json.dumps(location, ensure_ascii=False)[1:-1] for location in locations}
    if not written:
        return
    if len(written) <= _FEW:
        longest_first = map(re.escape, sorted(written, key=len, reverse=True))
        wanted = re.compile(f"(?:{'|'.join(longest_first)})(?!{_PART})")
    else:
        wanted = _BETWEEN

    def without(found: re.Match[str]) -> str:
        return "" if found[0] in written else found[0]

    changed = []
    for number, text in connection.execute("SELECT id, columns FROM records"):
        left = wanted.sub(without, text)
        if left != text:
            changed.append((left, number))
    connection.executemany("UPDATE records SET columns = ? WHERE id = ?", changed)


def strip_names(connection: sqlite3.Connection, images: AbstractSet[str]) -> None:
    """Remove images from the typical ones that stored names and changes of clusters follow.

    Nor are they among the images that such changes move.

    Args:
        connection: in a transaction.
        images: ids of the images that go.
    """
    for path, text in connection.execute("SELECT path, names FROM given_names").fetchall():
        names: list[dict[str, Any]] = json.loads(text)
        for name in names:
            name["typical"] = [each for each in name["typical"] if each not in images]
        connection.execute(
            "UPDATE given_names SET names = ? WHERE path = ?", [json.dumps(names), path]
        )
    for path, text in connection.execute("SELECT path, changes FROM given_changes").fetchall():
        left = copy_without_images(text, images)
        connection.execute("UPDATE given_changes SET changes = ? WHERE path = ?", [left, path])


def _without(
    content: Content, images: AbstractSet[str], naming: re.Pattern[str] | None
) -> Content | None:
    if isinstance(content, ClusterName):
        typical = tuple(each for each in content.typical if each not in images)
        content = structs.replace(content, typical=typical)
    if isinstance(content, ClusterMove | ClusterMerge):
        left = without_images(content, images)
        if left is None:
            return None
        content = left
    if isinstance(content, Note) and content.image in images:
        return None
    if isinstance(content, Outline | Arrow | Caption | Note) and content.anchors:
        left_over = tuple(each for each in content.anchors if each[0] not in images)
        content = structs.replace(content, anchors=left_over)
    return None if naming is not None and naming.search(_said(content)) else content


def _said(content: Content | None) -> str:
    if content is None:
        return ""
    if isinstance(content, ClusterMove | ClusterMerge):
        return content.into.name
    return content.name if isinstance(content, ClusterName) else content.text


def _naming(images: AbstractSet[str], locations: AbstractSet[str]) -> re.Pattern[str] | None:
    """A pattern that finds a text with any of them; None if there are none."""
    files = {PurePosixPath(location.partition("?")[0]).name for location in locations}
    names = {
        *images,
        *locations,
        *map(as_shown, locations),
        *(file for file in files if len(file) >= _LEAST_NAME),
    }
    if not names:
        return None
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names)))
