"""The kinds of annotations, and their form as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tagatlas.errors import UsageError

LONGEST_NAME = 80
"""Characters of a cluster's name."""

LONGEST_TEXT = 5000
"""Characters of any other text."""

MOST_MOVED = 10_000
"""Images that one change moves."""

_FARTHEST = 1e9

Coordinate = Annotated[float, Meta(ge=-_FARTHEST, le=_FARTHEST)]
Point = tuple[Coordinate, Coordinate]
"""x and y in map units; y grows upwards."""

Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}\Z")]
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Written = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
ImageId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Times = Annotated[float, Meta(ge=0.25, le=8)] | UnsetType
"""A width or a size as a multiple of the usual one; unset where it is the usual one."""

Anchor = tuple[ImageId, Coordinate, Coordinate]
"""An image that a drawing follows: its id, and its x and y on the map that was drawn on."""

Anchors = Annotated[tuple[Anchor, ...], Meta(max_length=16)] | UnsetType
"""The images that a drawing surrounds or is beside; unset where none are known."""


class ClusterName(Struct, tag="name", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """A name for a cluster or a sub-cluster.

    Attributes:
        level: ``cluster`` or ``subcluster``.
        number: its row in the map's table.
        name: the name, one line.
        typical: ids of its typical images: the name follows them when clusters are found again.
        automatic_name: the name from its tags.
    """

    level: Literal["cluster", "subcluster"]
    number: Annotated[int, Meta(ge=0)]
    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    typical: Annotated[tuple[ImageId, ...], Meta(max_length=16)] = ()
    automatic_name: Text = ""


class Outline(Struct, tag="outline", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """A closed line around a part of the map.

    Attributes:
        points: its corners, the first not repeated.
        colour: ``#rrggbb``.
        text: written at its upper end; may be empty.
        line_width, text_size: in times of the usual ones, in [0.25, 8].
        fill: whether its colour lies thinly over what it surrounds.
        anchors: the images that it follows when the map is made again.
    """

    points: Annotated[tuple[Point, ...], Meta(min_length=3, max_length=5000)]
    colour: Colour
    text: Text = ""
    line_width: Times = UNSET
    text_size: Times = UNSET
    fill: bool | UnsetType = UNSET
    anchors: Anchors = UNSET


class Arrow(Struct, tag="arrow", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """A straight arrow.

    Attributes:
        begin: its tail.
        end: its head.
        colour: ``#rrggbb``.
        text: written at its tail; may be empty.
        line_width, text_size: in times of the usual ones, in [0.25, 8].
        anchors: the images that it follows when the map is made again.
    """

    begin: Point
    end: Point
    colour: Colour
    text: Text = ""
    line_width: Times = UNSET
    text_size: Times = UNSET
    anchors: Anchors = UNSET


class Caption(Struct, tag="text", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """A text on the map, in lines as it was written.

    Attributes:
        place: the middle of its first line.
        text: one or more lines.
        size: of its letters, in map units.
        colour: ``#rrggbb``.
        anchors: the images that it follows when the map is made again.
    """

    place: Point
    text: Written
    size: Annotated[float, Meta(gt=0, le=_FARTHEST)]
    colour: Colour
    anchors: Anchors = UNSET


class Note(Struct, tag="note", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """A remark, shown as a numbered mark on the map and as text beside it.

    Attributes:
        place: where the mark is.
        text: the remark.
        colour: ``#rrggbb``.
        image: id of the image it is about, if it is about one.
        cluster: row of the cluster it is about, if it is about one.
        anchors: the images that it follows when the map is made again.
    """

    place: Point
    text: Written
    colour: Colour
    image: ImageId | None = None
    cluster: Annotated[int, Meta(ge=0)] | None = None
    anchors: Anchors = UNSET


class ClusterReference(Struct, frozen=True, forbid_unknown_fields=True):
    """A cluster that a change is about.

    Attributes:
        name: as it was called.
        typical: ids of images in it: on any later map it is the cluster that most of them are in.
            Empty for a cluster that a change makes.
    """

    name: Written
    typical: Annotated[tuple[ImageId, ...], Meta(max_length=16)] = ()


class ClusterMove(Struct, tag="move", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """Images that a researcher moves to another cluster, or to a new one.

    Attributes:
        images: their ids.
        into: the cluster.
    """

    images: Annotated[tuple[ImageId, ...], Meta(max_length=MOST_MOVED)]
    into: ClusterReference


class ClusterMerge(Struct, tag="merge", tag_field="kind", frozen=True, forbid_unknown_fields=True):
    """A cluster that a researcher merges into another.

    Attributes:
        cluster: that is no cluster of its own any more.
        into: that its images are in.
    """

    cluster: ClusterReference
    into: ClusterReference


ClusterChange = ClusterMove | ClusterMerge
Drawn = Outline | Arrow | Caption | Note
Content = ClusterName | ClusterMove | ClusterMerge | Outline | Arrow | Caption | Note


@dataclass(frozen=True)
class Annotation:
    """A researcher's own label or drawing on a map.

    Attributes:
        id: a UUID, made by the viewer.
        map: the map's name.
        content: name, text or drawing; None if it was removed.
        revision: rises with every change of any annotation of the atlas.
        changed_at: ISO 8601, UTC.
        number: rises with every new annotation of the atlas; changes do not alter it.
    """

    id: str
    map: str
    content: Content | None
    revision: int
    changed_at: str
    number: int = 0


def read_content(data: bytes | str) -> Content | None:
    """The content of an annotation from JSON; None where the JSON is null.

    Raises:
        UsageError: it is no valid annotation; the message says what is wrong.
    """
    try:
        content: Content | None = msgspec.json.decode(data, type=Content | None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"this is no annotation: {error}") from error
    return content


def content_as_json(content: Content | None) -> str:
    """The same content as JSON."""
    return msgspec.json.encode(content).decode()
