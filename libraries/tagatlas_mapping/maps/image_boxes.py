"""Sizes of images on the map, and places at which those drawn as pictures do not overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas_mapping.layout import arrange_in_grid, gather_islands, image_boxes, remove_overlaps
from tagatlas_mapping.maps.clusters import Clustering
from tagatlas_mapping.maps.likeness import Likeness
from tagatlas_mapping.maps.members import Members
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.pictured import choose_pictured
from tagatlas_mapping.maps.separate import APART, Crowd, separate_alike
from tagatlas_mapping.maps.wall import wall_sorting

Points = NDArray[np.float64]

GAP = 0.08
"""Gap around each image, as a share of the median side of an image."""

MARGIN = 0.2
"""Gap between an image and its cluster's outline, as a share of the median side of an image."""

REACH = 1.6
"""Gap within an island of images at most, in median sides of an image: outlines reach as far."""

CELL_MARGIN = 0.1
"""Share of the sides of a wall's cells that outlines leave out."""


@dataclass(frozen=True, eq=False)
class ImageBoxes:
    """Sizes of n images, and places of the s that are drawn as pictures.

    Attributes:
        shown: whether an image is drawn as a picture, shape (n,).
        positions: centres of those, without overlaps, shape (s, 2).
        separated: the same before images left their places for others: what lies among the images
            on the layout follows these; shape (s, 2).
        scattered: centres before islands were moved together: what lies among the images goes with
            the island of the nearest; shape (s, 2).
        boxes: width and height of all, shape (n, 2). An image that is not shown has the size that
            it would have if all were.
        enclosed: width and height of the box that a cluster's outline encloses for each image
            shown: the image, or on a wall most of its cell; shape (s, 2).
        margin: between that box and the outline.
    """

    shown: NDArray[np.bool_]
    positions: Points
    separated: Points
    scattered: Points
    boxes: Points
    enclosed: Points
    margin: float


def size_and_separate(
    laid_out: Points,
    members: Members,
    clustering: Clustering,
    options: MapOptions,
    likeness: Likeness | None,
    *,
    stay: bool,
    before: Points | None,
) -> ImageBoxes:
    """Choose which images are drawn as pictures, size all, and separate those drawn.

    Args:
        laid_out: positions of the images from the layout, shape (n, 2).
        members: with the n images.
        clustering: of the images.
        options: of the map.
        likeness: of the images, if it brings them together: on a wall they are sorted by it, on a
            free map separated as :func:`~tagatlas_mapping.maps.separate.separate_alike` says.
        stay: whether images of a wall stay about where they are laid out.
        before: where the images were on an earlier map, NaN for new ones, shape (n, 2); None if
            there was none. On a free map they tend to stay there.
    """
    of_image = clustering.of_image
    shown = choose_pictured(
        laid_out,
        of_image["cluster"].to_numpy(),
        of_image["typicality"].to_numpy(),
        options.pictures,
    )
    quantity = members.quantity
    aspect = (members.facts["pixel_width"] / members.facts["pixel_height"]).to_numpy()
    boxes = image_boxes(quantity, aspect, laid_out, options.fill)
    places, shape = laid_out[shown], aspect[shown]
    if options.arrangement == "grid":
        sorting = None
        if likeness is not None:
            sorting = wall_sorting(likeness, clustering.loose, shown, seed=options.seed, stay=stay)
        positions, drawn, cell = arrange_in_grid(places, shape, sorting)
        separated = scattered = positions
        enclosed = np.tile(cell * (1 - CELL_MARGIN), (len(drawn), 1))
        margin = CELL_MARGIN * float(cell.min()) / 2
    else:
        drawn = enclosed = image_boxes(quantity[shown], shape, places, options.fill)
        side = float(np.median(drawn))
        room = drawn + GAP * side
        if likeness is None:
            separated = scattered = remove_overlaps(places, room)
        else:
            crowd = Crowd(room, side, shown, likeness, clustering.loose)
            homes = None if before is None else before[shown]
            scattered, separated = separate_alike(places, crowd, homes)
        positions = scattered
        if before is None:  # a map that is made again stays steady
            clusters = of_image["cluster"].to_numpy()[shown]
            positions = gather_islands(scattered, room, clusters, APART * side, REACH * side)
        margin = MARGIN * side
    boxes[shown] = drawn
    return ImageBoxes(shown, positions, separated, scattered, boxes, enclosed, margin)
