"""Where things are on the screen of a viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from viewer_files import boxes_of, read, rows, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

_TITLES = """([selector, points]) => {
  const map = document.querySelector(selector);
  const { left, top } = map.getBoundingClientRect();
  return points.map(([x, y]) => {
    map.dispatchEvent(new PointerEvent("pointermove", { clientX: left + x, clientY: top + y }));
    return map.title;
  });
}"""

_NAMES = """(selector) => [...document.querySelectorAll(selector + " .names span:not([hidden])")]
  .filter((each) => !each.classList.contains("tag"))
  .map((each) => {
    const { left, top, right, bottom } = each.getBoundingClientRect();
    return [each.textContent, each.className.split(" ")[0], left, top, right, bottom];
  })"""


@dataclass(frozen=True)
class Shown:
    """A map as it is on the screen.

    Attributes:
        labels: of the pictures.
        boxes: of the pictures in the window: left, top, right, bottom, shape (n, 4).
        clusters: of the pictures, shape (n,).
    """

    labels: list[str]
    boxes: NDArray[np.float64]
    clusters: NDArray[np.float64]

    @property
    def centres(self) -> NDArray[np.float64]:
        """Of the pictures, shape (n, 2)."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2


@dataclass(frozen=True)
class Name:
    """A name of a cluster or sub-cluster on the map, and its box in the window."""

    text: str
    kind: str
    box: tuple[float, float, float, float]


def names_on(page: Page, stage: str = ".stage") -> list[Name]:
    """The names that are seen, without those of tags."""
    return [
        Name(text, kind, (left, top, right, bottom))
        for text, kind, left, top, right, bottom in page.evaluate(_NAMES, stage)
    ]


def shown_on(page: Page, index: Path, number: int = 0, stage: str = ".stage") -> Shown:
    """The pictures of a map and where they are, found with the pointer."""
    viewer = index.parent
    file = read(viewer, f"maps/{number}")
    every = rows_of(viewer)
    boxes = boxes_of(file)
    has = boxes[:, 2] > 0
    labels = [label for label, there in zip(every, has, strict=False) if there]
    boxes, clusters = boxes[has], unpack(file["cluster"], "<u2")[has]
    room = page.locator(f"{stage} .map").bounding_box()
    size = page.locator(stage).bounding_box()
    assert room is not None
    assert size is not None
    across = _centres(page, stage, labels, size["width"], size["height"], axis=0)
    down = _centres(page, stage, labels, size["height"], size["width"], axis=1)
    x, scale = _fit(boxes[:, 0], across)
    y, other = _fit(boxes[:, 1], down)
    assert abs(scale + other) < 0.02 * scale
    left, top = room["x"] + x + scale * boxes[:, 0], room["y"] + y - scale * boxes[:, 1]
    wide, high = scale * boxes[:, 2] / 2, scale * boxes[:, 3] / 2
    around = np.stack([left - wide, top - high, left + wide, top + high], axis=1)
    return Shown(labels, around, clusters)


def rows_of(viewer: Path) -> list[str]:
    """The labels of all images."""
    return rows(viewer, "labels")


def _centres(
    page: Page, stage: str, labels: list[str], length: float, breadth: float, axis: int
) -> dict[int, float]:
    """Middles of pictures along one axis, by row: where the pointer enters and leaves them."""
    row_of = {label: row for row, label in enumerate(labels)}
    found: dict[int, tuple[float, float]] = {}
    for line in np.linspace(0.15, 0.85, 7) * breadth:
        along = np.arange(0, length, 1.0)
        points = [[float(at), float(line)][:: 1 if axis == 0 else -1] for at in along]
        titles = page.evaluate(_TITLES, [f"{stage} .map", points])
        begin = 0
        for at in range(1, len(titles) + 1):
            if at < len(titles) and titles[at] == titles[begin]:
                continue
            row = row_of.get(titles[begin])
            before, after = titles[begin - 1 : begin], titles[at : at + 1]
            if row is not None and before == [""] and after == [""]:
                found[row] = (along[begin], along[at - 1])
            begin = at
    return {row: (first + last) / 2 for row, (first, last) in found.items()}


def _fit(places: NDArray[np.float64], centres: dict[int, float]) -> tuple[float, float]:
    """The line from places of the map to pixels."""
    at = np.array(sorted(centres))
    assert len(at) >= 3
    pixels = np.array([centres[row] for row in at])
    scale, first = np.polyfit(places[at], pixels, 1)
    for _ in range(3):  # without pictures that are partly under names
        off = np.abs(first + scale * places[at] - pixels)
        kept = off <= max(float(np.median(off)), 0.6)
        scale, first = np.polyfit(places[at][kept], pixels[kept], 1)
    return float(first), float(scale)


def covered(shown: Shown, names: list[Name]) -> float:
    """Share of the pictures whose centre is under a name."""
    boxes = np.array([name.box for name in names])
    x, y = shown.centres[:, :1], shown.centres[:, 1:]
    under = (x > boxes[:, 0]) & (y > boxes[:, 1]) & (x < boxes[:, 2]) & (y < boxes[:, 3])
    return float(under.any(axis=1).mean())


def strangers(shown: Shown, name: Name, cluster: int) -> int:
    """How many of the five pictures nearest to a name are of other clusters."""
    left, top, right, bottom = name.box
    boxes = shown.boxes
    across = np.maximum(np.maximum(boxes[:, 0] - right, left - boxes[:, 2]), 0)
    down = np.maximum(np.maximum(boxes[:, 1] - bottom, top - boxes[:, 3]), 0)
    nearest = np.argsort(np.hypot(across, down), kind="stable")[:5]
    return int((shown.clusters[nearest] != cluster).sum())
