"""Sections: ranges of images, whose rows of each kind are one file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tagatlas_parts.kinds import KINDS, Kind

BEFORE_ALL, BEHIND_ALL = "", "~"
"""Texts below and above all ids, which are hexadecimal."""

LARGEST = 1 << 27
"""Bytes in memory of one kind's rows in a section, approximately."""


@dataclass(frozen=True)
class PartFile:
    """A file of rows of one kind.

    Attributes:
        name: SHA-256 of its bytes, hexadecimal.
        rows: number of rows.
        bytes: size of the file.
    """

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Section:
    """A range of images; those of one list do not overlap.

    Attributes:
        first: id of the first image with rows.
        last: of the last one.
        images: number of images with rows.
        files: by the name of their kind; none of a kind without rows.
    """

    first: str
    last: str
    images: int
    files: Mapping[str, PartFile]


def next_group(
    sections: Sequence[Section], waiting: Iterator[tuple[str, int]], images: int
) -> tuple[Section | None, str, str] | None:
    """The images that are added to sections next, together: those of one section, or of none.

    A full section takes no images from beyond its ends, so that images that are added in the
    order of ids make full sections, which are never written again.

    Args:
        sections: in the order of ids.
        waiting: ids of the images to be added, in order, with the size of their rows in bytes.
        images: the most that are added at once, and that a full section has.

    Returns:
        The section that they belong to, the first id and the last one; None if none waits.
    """
    section, first, last, end, count, size = None, "", "", BEHIND_ALL, 0, 0
    for image, more in waiting:
        if not first:
            first = image
            section, end = _place(sections, image, images)
        elif image >= end or count == images or size + more > LARGEST:
            break
        last, count, size = image, count + 1, size + more
    return (section, first, last) if first else None


def _place(sections: Sequence[Section], image: str, images: int) -> tuple[Section | None, str]:
    """The section that takes an image, and the id from which on images are of another one."""
    if not sections:
        return None, BEHIND_ALL
    place = max(bisect_right(sections, image, key=lambda each: each.first) - 1, 0)
    section = sections[place]
    end = sections[place + 1].first if place + 1 < len(sections) else BEHIND_ALL
    if section.images >= images and not section.first <= image <= section.last:
        return None, section.first if image < section.first else end
    return section, end


def without(frame: pl.DataFrame, left_out: pl.Series) -> pl.DataFrame:
    """The rows of other images than these.

    Args:
        frame: with a column ``image``.
        left_out: ids.
    """
    if left_out.is_empty():
        return frame
    return frame.join(left_out.to_frame("image"), on="image", how="anti", maintain_order="left")


def merged(kind: Kind, sealed: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """The rows of two tables of different images, each in the order of its kind; in that order."""
    tables = [each for each in (sealed, added) if each.height]
    if len(tables) < 2:
        return tables[0] if tables else kind.empty()
    return pl.concat(tables).sort("image", maintain_order=True)


def cut(
    frames: Mapping[str, pl.DataFrame], images: int
) -> Iterator[tuple[str, str, int, dict[str, pl.DataFrame]]]:
    """Cut tables of the same images to sections of about equal numbers of images.

    Args:
        frames: by kind, each in its order.
        images: the most in a section, unless their rows are large: then fewer.

    Yields:
        Ids of the first and last image, the number of images, and the rows by kind, of those
        kinds that have any; in the order of ids.
    """
    ids = pl.concat([frames[name]["image"].unique() for name in KINDS if name in frames])
    ids = ids.unique().sort()
    size = max((frame.estimated_size() for frame in frames.values()), default=0)
    pieces = max(-(-len(ids) // images), min(len(ids), -(-int(size) // LARGEST)))
    for piece in range(pieces):
        begin, end = (len(ids) * each // pieces for each in (piece, piece + 1))
        first, last = str(ids[begin]), str(ids[end - 1])
        rows = {name: between(frame, first, last) for name, frame in frames.items()}
        yield first, last, end - begin, {name: each for name, each in rows.items() if each.height}


def between(frame: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
    """The rows of the images between two ids, both included, of a table ordered by image."""
    begin = frame["image"].search_sorted(first, side="left")
    end = frame["image"].search_sorted(last, side="right")
    return frame.slice(begin, end - begin)
