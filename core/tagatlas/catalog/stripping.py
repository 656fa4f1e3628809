"""Taking images out of maps, of annotations and of kept names, in a transaction of the caller's."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from typing import Any

import polars as pl
from msgspec import structs

from tagatlas.annotations import ClusterName, Content, Note, content_as_json, read_content
from tagatlas.catalog.database import now
from tagatlas.catalog.map_columns import frame_from_bytes
from tagatlas.catalog.maps import empty_map

_LEAST_NAME = 5
"""Characters of a file's name below which it is too common to look for in texts."""

_FEW = 500
"""Addresses that are looked for letter by letter."""
_PART = r"""[^\s"',;|<>()\[\]{}\\]"""
_BETWEEN = re.compile(f"{_PART}+")
"""What stands between the signs that separate addresses in a cell."""


def strip_maps(
    connection: sqlite3.Connection,
    images: AbstractSet[str],
    labels: AbstractSet[str],
    *,
    everything: bool,
) -> list[str]:
    """Empty the maps that images were on but for the places of all others; returns their names.

    They are to be made again, and then start from these places.

    Args:
        connection: in a transaction.
        images: ids of the images that go.
        labels: of the tags that nothing has any more.
        everything: whether all maps are, since their counts and records change as well.
    """
    gone = pl.col("id").is_in([*images, *(f"tag:{label}" for label in labels)])
    stripped = []
    for name, data in connection.execute("SELECT name, nodes FROM maps ORDER BY name").fetchall():
        nodes = frame_from_bytes(data)
        if not everything and nodes.filter(pl.col("id").is_in(list(images))).is_empty():
            continue
        left = nodes.filter(~gone).select("id", "x", "y")
        left = pl.DataFrame(left.to_dict(as_series=False), left.schema)  # else buffers are shared
        empty_map(connection, name, left)
        stripped.append(str(name))
    return stripped


def strip_annotations(
    connection: sqlite3.Connection, images: AbstractSet[str], locations: AbstractSet[str]
) -> list[str]:
    """Remove the annotations that are about images or name them; returns what they said.

    A name of a cluster stays, without the images that were typical of it. A text names an image
    where it has its id, its address, or the file name at the end of the address.

    Args:
        connection: in a transaction.
        images: ids of the images that go.
        locations: of the addresses that go.
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
    """Take addresses out of the kept columns of records that stay, such as a cell of several URLs.

    Of more than a few they are looked for between blanks, commas and the like, and else anywhere.

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
    """Have the kept names of clusters follow these images no longer.

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


def _without(
    content: Content, images: AbstractSet[str], naming: re.Pattern[str] | None
) -> Content | None:
    if isinstance(content, ClusterName):
        typical = tuple(each for each in content.typical if each not in images)
        content = structs.replace(content, typical=typical)
    if isinstance(content, Note) and content.image in images:
        return None
    return None if naming is not None and naming.search(_said(content)) else content


def _said(content: Content | None) -> str:
    if content is None:
        return ""
    return content.name if isinstance(content, ClusterName) else content.text


def _naming(images: AbstractSet[str], locations: AbstractSet[str]) -> re.Pattern[str] | None:
    """Finds a text that names any of them; None if there is nothing to look for."""
    files = {PurePosixPath(location.partition("?")[0]).name for location in locations}
    names = {*images, *locations, *(file for file in files if len(file) >= _LEAST_NAME)}
    if not names:
        return None
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names)))
