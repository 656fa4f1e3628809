"""Populations of images that are made up, and collections drawn from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Values = NDArray[np.float64]
Numbers = NDArray[np.int32]

BACKENDS = 3
TAGS_OF_LABEL = 3
_COMMON_TAGS = 20
_TAGS = 5


@dataclass(frozen=True)
class World:
    """A population of images.

    Attributes:
        images: number of images of a collection.
        labels: number of labels.
        kind: ``alike``: labels are equally many and equally hard; ``unlike``: some are easy, some
            hard; ``skewed``: the most frequent has many times the images of the rarest;
            ``words``: labels are equally many, and tags tell nothing of them: each image has one
            word, of as many as there are labels, so that all backends are equal.
    """

    images: int
    labels: int
    kind: str

    @property
    def of_image(self) -> Numbers:
        """The label of each image: collections are drawn within labels."""
        if self.kind != "skewed":
            return np.sort(np.arange(self.images, dtype=np.int32) % self.labels)
        shares = 1 / np.arange(1, self.labels + 1)
        extra = self.images - 2 * self.labels
        sizes = 2 + np.floor(extra * shares / shares.sum()).astype(int)
        sizes[0] += self.images - sizes.sum()
        return np.repeat(np.arange(self.labels, dtype=np.int32), sizes)

    def clarity(self, backend: int) -> Values:
        """How clearly the tags of a backend tell each label, shape (labels,)."""
        if self.kind == "unlike":
            return np.linspace(0.1, 0.9, self.labels) * (1 - 0.1 * backend)
        return np.full(self.labels, 0.5 - 0.1 * backend)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A collection: labels, the tags of three backends, and a map with clusters of two.

    Attributes:
        is_equal: whether no backend is better than another.
        of_image: label of each image.
        scores: of each backend, shape (n, tags).
        clusters: of the first two backends' maps.
        positions: likewise.
    """

    is_equal: bool
    of_image: Numbers
    scores: list[csr_array]
    clusters: list[Numbers]
    positions: list[Values]

    @property
    def has(self) -> NDArray[np.bool_]:
        """Labels as a mask, shape (n, labels)."""
        return np.eye(int(self.of_image.max()) + 1, dtype=np.bool_)[self.of_image]


def draw(world: World, seed: int, *, within_labels: bool) -> Drawn:
    """Draw a collection: as many images of each label always, or of any label."""
    dice = np.random.default_rng(seed)
    of_image = world.of_image
    if not within_labels:
        of_image = dice.choice(of_image, world.images)
    scores = [_tags(world, of_image, backend, dice) for backend in range(BACKENDS)]
    clusters, positions = [], []
    angles = 2 * np.pi * np.arange(world.labels) / world.labels
    for backend in range(2):
        wrong = dice.random(world.images) > world.clarity(backend)[of_image]
        others = dice.integers(0, world.labels, world.images)
        own = np.where(wrong, others, of_image).astype(np.int32)
        clusters.append(own)
        centre = np.column_stack([np.cos(angles[own]), np.sin(angles[own])])
        positions.append(centre + dice.normal(scale=0.5, size=centre.shape))
    return Drawn(world.kind == "words", of_image, scores, clusters, positions)


def _tags(world: World, of_image: Numbers, backend: int, dice: np.random.Generator) -> csr_array:
    """Tags of each image: of its label, or any."""
    if world.kind == "words":
        words = dice.integers(0, world.labels, world.images)
        return csr_array(np.eye(TAGS_OF_LABEL * world.labels)[TAGS_OF_LABEL * words])
    width = TAGS_OF_LABEL * world.labels + _COMMON_TAGS
    shape = (world.images, _TAGS)
    own = dice.random(shape) < world.clarity(backend)[of_image][:, None]
    tags = of_image[:, None] * TAGS_OF_LABEL + dice.integers(0, TAGS_OF_LABEL, shape)
    tags = np.where(own, tags, dice.integers(0, width, shape))
    scores = np.zeros((world.images, width))
    rows = np.arange(world.images)[:, None]
    np.maximum.at(scores, (rows, tags), dice.beta(2 + 2 * own, 2))
    return csr_array(scores)
