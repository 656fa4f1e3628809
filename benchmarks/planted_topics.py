"""Synthetic image collections whose themes are known: what the layout's benchmarks run on.

Every topic has a vocabulary of its own, drawn from all tags in proportion to the root of their
popularity, and used with Zipf's frequencies. An image draws 10 to 20 tags, unless said otherwise:
65 % of them from its own topic, 15 % from a second one, 20 % from all tags. Tags drawn twice count
once. Topics differ in size as one over the root of their rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tagatlas.network import IMAGE, TAG, Network

DRAWS = (10, 20)
_OWN, _OWN_OR_SECOND = 0.65, 0.80

_MOST_ASKED = 100_000
"""Images whose neighbours are looked at, evenly chosen of more."""


@dataclass(frozen=True, eq=False)
class PlantedTopics:
    """A collection.

    Attributes:
        network: the images, then the tags that some image has; edges weigh 0.5 to 1.
        topics: the main topic of each image, shape (images,).
    """

    network: Network
    topics: NDArray[np.int64]

    @property
    def images(self) -> int:
        """Number of images."""
        return len(self.topics)


def planted_topics(images: int, seed: int = 7, *, draws: tuple[int, int] = DRAWS) -> PlantedTopics:
    """Make a collection; its numbers of tags and topics grow with the number of images.

    Args:
        images: how many.
        seed: of everything random.
        draws: how many tags an image draws, from the first number to the last.
    """
    (part,) = planted_parts(images, seed, draws=draws, at_once=images)
    used, tag_row = np.unique(part.tags, return_inverse=True)
    return PlantedTopics(
        Network(
            nodes=_nodes(images, used),
            sources=part.images.astype(np.int32),
            targets=(images + tag_row).astype(np.int32),
            weights=part.scores,
        ),
        part.topics,
    )


@dataclass(frozen=True, eq=False)
class PlantedPart:
    """Some images of a collection that follow each other, and their tags.

    Attributes:
        topics: the main topic of each image, shape (images,).
        images: of each tag of an image, the image's row in this part, rising, shape (m,).
        tags: the numbers of these tags, shape (m,).
        scores: their scores, 0.5 to 1, float32, shape (m,).
    """

    topics: NDArray[np.int64]
    images: NDArray[np.int64]
    tags: NDArray[np.int64]
    scores: NDArray[np.float32]


def planted_parts(
    images: int, seed: int = 7, *, draws: tuple[int, int] = DRAWS, at_once: int
) -> Iterator[PlantedPart]:
    """Make a collection as :func:`planted_topics` does, some of its images at a time.

    Topics and vocabularies are of the whole collection, and what an image draws is of its part.

    Args:
        images: how many.
        seed: of everything random.
        draws: how many tags an image draws, from the first number to the last.
        at_once: the images of a part.
    """
    random = np.random.default_rng(seed)
    tags = int(np.clip(50 * images**0.37, 100, 4000))
    topics = int(np.clip(0.4 * images**0.42, 2, 80))
    popularity = _zipf(tags, 0.9)
    words = int(np.clip(3 * (tags // topics), min(30, tags), 120))
    drawn_by = np.sqrt(popularity) / np.sqrt(popularity).sum()
    vocabularies = np.array(
        [random.choice(tags, size=words, replace=False, p=drawn_by) for _ in range(topics)]
    )
    main = random.choice(topics, size=images, p=_zipf(topics, 0.5))
    second = random.integers(0, topics, images)
    for number, first in enumerate(range(0, images, at_once)):
        if number:
            random = np.random.default_rng((seed, number))
        own, other = main[first : first + at_once], second[first : first + at_once]
        image = np.repeat(np.arange(len(own)), random.integers(draws[0], draws[1] + 1, len(own)))
        kind = random.random(len(image))
        word = random.choice(words, size=len(image), p=_zipf(words, 1.0))
        background = random.choice(tags, size=len(image), p=popularity)
        topical = np.where(kind < _OWN, own[image], other[image])
        tag = np.where(kind < _OWN_OR_SECOND, vocabularies[topical, word], background)
        image, tag = np.divmod(np.unique(image * tags + tag), tags)
        scores = random.uniform(0.5, 1, len(image)).astype(np.float32)
        yield PlantedPart(own, image, tag, scores)


def neighbour_agreement(positions: NDArray[np.float64], topics: NDArray[np.int64]) -> float:
    """Mean share of an image's ten nearest that are of its topic, over 100,000 images at most.

    Args:
        positions: of all nodes, images first, shape (n, 2).
        topics: of the images, shape (images,).
    """
    placed = positions[: len(topics)]
    asked = np.arange(0, len(placed), -(-len(placed) // _MOST_ASKED))
    _, nearest = cKDTree(placed).query(placed[asked], k=range(2, 12))
    return float((topics[np.asarray(nearest)] == topics[asked, None]).mean())


def _zipf(count: int, exponent: float) -> NDArray[np.float64]:
    """Frequencies that fall with the rank's power, and sum to 1."""
    frequencies = 1 / np.arange(1, count + 1) ** exponent
    return np.asarray(frequencies / frequencies.sum())


def _nodes(images: int, tags: NDArray[np.int64]) -> pl.DataFrame:
    names = [f"image {row}" for row in range(images)] + [f"tag {tag}" for tag in tags]
    kinds = [IMAGE] * images + [TAG] * len(tags)
    return pl.DataFrame({"id": names, "kind": kinds, "label": names})
