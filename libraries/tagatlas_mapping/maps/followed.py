"""Drawings that follow their images from one map to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from msgspec import structs

from tagatlas.contracts.annotation import Annotation, Arrow, Caption, Drawn, Note, Outline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas.contracts.annotation import Point

DRAWN = (Outline, Arrow, Caption, Note)
_MOST, _FEW = 16, 3
"""Anchors of an outline at most, and of what is at a place."""
_SAME = 1e-4
"""Distance that is none, as a share of a map's largest coordinate: viewers round places."""
_LARGEST = 2.0
"""An outline becomes so many times larger or smaller at most."""

Places = Mapping[str, tuple[float, float]]
"""Where images are on a map, by id, in map units."""


def followed_images(annotations: Iterable[Annotation]) -> set[str]:
    """The ids of the images that drawings follow."""
    contents = (each.content for each in annotations)
    drawn = (content for content in contents if isinstance(content, DRAWN))
    return {image for content in drawn for image, _, _ in content.anchors or ()}


def places_of(nodes: pl.DataFrame, images: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Where some images are, by id.

    Args:
        nodes: with ``id``, ``x`` and ``y``.
        images: their ids; those that are no nodes are left out.
    """
    found = nodes.filter(pl.col("id").is_in(list(images))).select("id", "x", "y")
    return {image: (x, y) for image, x, y in found.iter_rows()}


def least_move(nodes: pl.DataFrame) -> float:
    """The distance up to which images of a map have not moved, in map units.

    Args:
        nodes: with ``x`` and ``y``.
    """
    farthest = nodes.select(pl.max_horizontal(pl.col("x", "y").abs().max())).item()
    return _SAME * (farthest or 0.0)


def follow_images(content: Drawn, places: Places, least: float = 0.0) -> Drawn:
    """A drawing where its images are now; the same object where none of them moved.

    It moves as the median of its images does. An outline also becomes larger or smaller as their
    median distance from it does, at most twice. Images that are on the map no more do not count,
    but keep their place beside the others.

    Args:
        content: the drawing, with the places of its images when it was drawn.
        places: of images that are on the map.
        least: distance up to which an image has not moved, as from :func:`least_move`.
    """
    anchors = content.anchors or ()
    pairs = [((x, y), places[image]) for image, x, y in anchors if image in places]
    if not pairs:
        return content
    before, now = (np.array(each, dtype=np.float64) for each in zip(*pairs, strict=True))
    if np.abs(now - before).max() <= least:
        return content
    old = np.median(before, axis=0)
    new = old + np.median(now - before, axis=0)
    factor = _growth(before - old, now - new) if isinstance(content, Outline) else 1.0

    def moved(point: Point) -> Point:
        x, y = (new + factor * (np.array(point) - old)).tolist()
        return x, y

    kept = tuple((image, *places.get(image, moved((x, y)))) for image, x, y in anchors)
    match content:
        case Outline(points=points):
            corners = tuple(moved(point) for point in points)
            return structs.replace(content, points=corners, anchors=kept)
        case Arrow(begin=begin, end=end):
            return structs.replace(content, begin=moved(begin), end=moved(end), anchors=kept)
        case Caption(place=place) | Note(place=place):
            return structs.replace(content, place=moved(place), anchors=kept)


def anchored(content: Drawn, nodes: pl.DataFrame) -> Drawn:
    """A drawing with the images that it surrounds, or else the nearest ones.

    A note about an image follows that image; an arrow follows those at its head.

    Args:
        content: the drawing; the same is given back if it follows images already.
        nodes: the images of the map it is on: ``id``, ``x``, ``y``.
    """
    if content.anchors or nodes.is_empty():
        return content
    points = nodes.select("x", "y").to_numpy()
    if isinstance(content, Note) and content.image is not None:
        rows = (nodes["id"] == content.image).arg_true().to_numpy()
    else:
        rows = _near(content, points)
    chosen = nodes.select("id", "x", "y")[rows.astype(np.int64)]
    return structs.replace(content, anchors=tuple(chosen.iter_rows()))


def anchored_drawings(
    annotations: Iterable[Annotation], images: pl.DataFrame
) -> Iterator[tuple[Annotation, Drawn]]:
    """The annotations that follow no images yet, each as it is when it does.

    Args:
        annotations: of a map.
        images: the map's: ``id``, ``x``, ``y``.
    """
    for annotation in annotations:
        content = annotation.content
        if isinstance(content, DRAWN):
            following = anchored(content, images)
            if following is not content:
                yield annotation, following


def _near(content: Drawn, points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Rows of the images within an outline, at most 16; of those nearest to anything else."""
    if isinstance(content, Outline):
        import shapely

        within: NDArray[np.intp] = np.flatnonzero(
            shapely.contains_xy(shapely.Polygon(content.points), *points.T)
        )
        if len(within):
            some: NDArray[np.intp] = within[np.linspace(0, len(within) - 1, _MOST).astype(int)]
            return np.unique(some)
        place = np.mean(content.points, axis=0)
    else:
        place = np.array(content.end if isinstance(content, Arrow) else content.place)
    distance = np.hypot(*(points - place).T)
    nearest: NDArray[np.intp] = np.argsort(distance, kind="stable")[:_FEW]
    return nearest


def _growth(before: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """How much farther from their middle images are than before, in [1/2, 2]."""
    was, is_now = (float(np.median(np.hypot(*each.T))) for each in (before, now))
    if len(before) < _FEW or min(was, is_now) <= 0:
        return 1.0
    return min(max(is_now / was, 1 / _LARGEST), _LARGEST)
