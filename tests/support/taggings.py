"""Small sets of tags, and reference implementations of graph builders in plain loops."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st

from tagatlas.network import Network
from tagatlas.toolkit import TagSelection

Tagging = dict[tuple[str, str], float]
"""Scores by image and tag."""

Likenesses = dict[frozenset[str], float]
"""Similarities, for pairs that share anything."""

TAGS = ("a", "b", "c", "d", "Ä", "tag:a")


def image_names(count: int) -> list[str]:
    return [f"i{number}" for number in range(count)]


def tables(images: list[str], tagging: Tagging) -> tuple[pl.DataFrame, pl.LazyFrame]:
    """A builder's input."""
    rows = sorted((image, -score, tag) for (image, tag), score in tagging.items())
    return (
        pl.DataFrame(
            {"id": images, "label": [f"{image}.jpg" for image in images], "frequency": 1},
            schema={"id": pl.String, "label": pl.String, "frequency": pl.Int64},
        ),
        pl.DataFrame(
            [(image, tag, -score) for image, score, tag in rows],
            schema={"image": pl.String, "tag": pl.String, "score": pl.Float64},
            orient="row",
        ).lazy(),
    )


def taggings(scores: st.SearchStrategy[float]) -> st.SearchStrategy[Tagging]:
    """Tags of up to six images."""
    keys = st.tuples(st.sampled_from(image_names(6)), st.sampled_from(TAGS))
    return st.dictionaries(keys, scores)


def selected(tagging: Tagging, selection: TagSelection, images: int) -> Tagging:
    """The tags that pass stop tags, threshold and shares."""
    links = {
        (image, tag): score
        for (image, tag), score in tagging.items()
        if tag not in selection.stop_tags and score >= selection.threshold and np.float32(score) > 0
    }
    having = Counter(tag for _, tag in links)
    return {
        (image, tag): score
        for (image, tag), score in links.items()
        if selection.minimum_share <= having[tag] / images <= selection.maximum_share
    }


def idf_weights(links: Tagging) -> Tagging:
    """Scores times inverse document frequency."""
    images = len({image for image, _ in links})
    having = Counter(tag for _, tag in links)
    return {
        (image, tag): score * (1 + math.log((1 + images) / (1 + having[tag])))
        for (image, tag), score in links.items()
    }


def likenesses(weights: Tagging, kind: str) -> Likenesses:
    """Cosines, or dot products, of the first names in pairs of names, over the second."""
    rows: dict[str, dict[str, float]] = defaultdict(dict)
    for (name, shared), weight in weights.items():
        rows[name][shared] = weight
    found: Likenesses = {}
    for one, ones in rows.items():
        for other, others in rows.items():
            common = set(ones) & set(others)
            if one < other and common:
                product = sum(ones[each] * others[each] for each in common)
                lengths = math.hypot(*ones.values()) * math.hypot(*others.values())
                found[frozenset((one, other))] = product / (lengths if kind == "cosine" else 1.0)
    return found


def assert_best_links(network: Network, expected: Likenesses, most: int) -> None:
    """Each link is among the ``most`` best of one of its ends, and none of these is missing.

    Nodes are named by their labels, images without the ending. Among equal links any may be taken.
    """
    names = [label.removesuffix(".jpg") for label in network.nodes["label"]]
    ends = zip(network.sources.tolist(), network.targets.tolist(), strict=True)
    pairs = [frozenset((names[source], names[target])) for source, target in ends]
    weights = dict(zip(pairs, network.weights.tolist(), strict=True))
    assert len(weights) == network.edge_count
    assert weights == pytest.approx({pair: expected[pair] for pair in pairs}, rel=1e-4)
    assert set(names) == {name for pair in expected for name in pair}
    worst = {}
    for name in names:
        own = sorted((value for pair, value in expected.items() if name in pair), reverse=True)
        worst[name] = own[:most][-1]
        assert sum(name in pair for pair in pairs) >= min(most, len(own))
    for pair, value in expected.items():
        if any(value > 1.001 * worst[name] for name in pair):
            assert pair in weights
        if all(value < 0.999 * worst[name] for name in pair):
            assert pair not in weights
