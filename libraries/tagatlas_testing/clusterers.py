"""The suite of clusterers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.contracts import (
    Clusterer,
    ClustererDescription,
    ClustererSpec,
    ClusterInput,
    Clusters,
    loaded,
)
from tagatlas.errors import UsageError
from tagatlas.network import IMAGE, TAG, Network
from tagatlas_guards import guarded
from tagatlas_guards.clusters import check_clusters
from tagatlas_testing.samples import ODD_LABELS
from tagatlas_testing.specs import RecordedProgress, SpecContract, check_texts

DIMENSIONS = 8
"""Length of the embeddings of the cases."""


def case(
    scores: NDArray[np.float64],
    *,
    embeddings: bool = True,
    tags: list[str] | None = None,
    sample: int = 50_000,
) -> ClusterInput:
    """Input with these scores of tags, and a network of images and tags.

    Args:
        scores: shape (n, t); 0 where an image does not have a tag.
        embeddings: whether the images have embeddings; alike images have alike ones.
        tags: labels of the columns, ascending; by default made up.
        sample: see :class:`~tagatlas.ClusterInput`.
    """
    count, width = scores.shape
    labels = [f"tag {number:03}" for number in range(width)] if tags is None else tags
    ids = pl.Series("id", [f"{row:064x}" for row in range(count)], dtype=pl.String)
    matrix = csr_array(scores)
    matrix.sort_indices()
    dice = np.random.default_rng(0)
    seen = scores @ dice.normal(size=(width, DIMENSIONS)) if embeddings else None
    return ClusterInput(
        ids=ids,
        scores=matrix,
        tags=labels,
        embeddings=None if seen is None else seen.astype(np.float16),
        network=_network(ids, matrix, labels),
        sample=sample,
    )


def _network(ids: pl.Series, scores: csr_array, tags: list[str]) -> Network:
    """Tags first, then the images in reverse: node rows differ from input rows."""
    rows, columns = scores.tocoo().coords
    kinds = [TAG] * len(tags) + [IMAGE] * len(ids)
    names = [*(f"tag {tag}" for tag in tags), *ids.reverse()]
    return Network(
        nodes=pl.DataFrame({"id": names, "kind": kinds, "label": names}),
        sources=(len(kinds) - 1 - rows).astype(np.int32),
        targets=columns.astype(np.int32),
        weights=scores.data.astype(np.float32),
    )


def topics(images: int, count: int, **options: object) -> ClusterInput:
    """Images of so many topics in turn; most tags of an image are from its topic."""
    dice = np.random.default_rng(1)
    own = np.arange(images)[:, None] % count == np.arange(6 * count) // 6
    scores = np.where(own, dice.uniform(0.4, 1.0, own.shape), 0.0)
    stray = dice.random(own.shape) < 0.02
    return case(np.where(stray & ~own, 0.05, scores), **options)  # type: ignore[arg-type] # passed on


CASES: Mapping[str, Callable[[], ClusterInput]] = {
    "topics": lambda: topics(60, 3),
    "no embeddings": lambda: topics(60, 3, embeddings=False),
    "more than the sample": lambda: topics(90, 3, sample=40),
    "one image": lambda: topics(1, 1),
    "two images": lambda: topics(2, 2),
    "equal images": lambda: case(np.full((20, 2), 0.5)),
    "nothing shared": lambda: case(np.eye(12) / 2),
    "images without tags": lambda: case(np.eye(12)[:, :6] / 2),
    "no tags": lambda: case(np.zeros((5, 0)), embeddings=False),
    "some without an embedding": lambda: _partly_embedded(topics(60, 3)),
    "odd labels": lambda: topics(24, 2, tags=sorted(ODD_LABELS)[:12]),
}
"""Images that every clusterer must cluster."""


def _partly_embedded(images: ClusterInput) -> ClusterInput:
    assert images.embeddings is not None
    images.embeddings[::3] = 0
    return images


class ClustererContract(SpecContract):
    """Rules of a :class:`~tagatlas.Clusterer`. Override ``spec``."""

    @pytest.fixture
    def spec(self) -> ClustererSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your clusterer's spec")

    @pytest.fixture
    def clusterer(self, spec: ClustererSpec, options: object) -> Clusterer:
        """The clusterer under test."""
        return guarded(loaded(spec.factory)(options), spec.name)

    @pytest.fixture
    def needs_embeddings(self) -> bool:
        """Whether it refuses images of a backend that stores no embeddings; no by default."""
        return False

    def test_factory_makes_a_clusterer(self, clusterer: Clusterer) -> None:
        """The factory, called with the options, makes a ``Clusterer``."""
        assert isinstance(clusterer, Clusterer)

    def test_describes_itself(
        self, spec: ClustererSpec, options: object, clusterer: Clusterer
    ) -> None:
        """``describe`` gives whole sentences on one line and citations, always the same."""
        described = clusterer.describe()
        assert isinstance(described, ClustererDescription)
        texts = [described.text, described.sampling, described.stability, described.division]
        check_texts(texts, described.citations)
        assert all(text.endswith(".") for text in texts if text)
        assert loaded(spec.factory)(options).describe() == described

    @pytest.mark.parametrize("name", CASES)
    def test_every_image_gets_a_cluster_or_none(
        self, clusterer: Clusterer, needs_embeddings: bool, name: str
    ) -> None:
        """The result fulfils the contract, for all kinds of input."""
        images = CASES[name]()
        if images.embeddings is None and needs_embeddings:
            return  # it refuses them: see the rule of that
        found = cluster(clusterer, images)
        check_clusters(found, images)

    def test_what_it_needs_is_said(self, clusterer: Clusterer, needs_embeddings: bool) -> None:
        """Without required embeddings it raises ``UsageError``, on one line."""
        if not needs_embeddings:
            return  # all cases are clustered
        with pytest.raises(UsageError) as caught:
            cluster(clusterer, CASES["no embeddings"]())
        assert len(str(caught.value).splitlines()) == 1

    def test_clusters_are_told_apart(self, clusterer: Clusterer) -> None:
        """Of 60 images of three topics, not all are singletons, in one cluster, or in none."""
        labels = np.asarray(cluster(clusterer, CASES["topics"]()).labels)
        clusters = np.unique(labels[labels >= 0])
        assert 1 < len(clusters) < len(labels)

    def test_sub_clusters_are_described(self, clusterer: Clusterer) -> None:
        """If it divides clusters or gives their stability, ``describe`` says how."""
        found, described = cluster(clusterer, CASES["topics"]()), clusterer.describe()
        subs = found.sub_labels is not None and bool(np.any(np.asarray(found.sub_labels) >= 0))
        assert described.division or not subs
        assert described.stability or found.stability is None

    @pytest.mark.parametrize("name", ["topics", "more than the sample", "nothing shared"])
    def test_is_deterministic(
        self, spec: ClustererSpec, options: object, clusterer: Clusterer, name: str
    ) -> None:
        """The same arguments give the same clusters, regardless of the global random state."""
        first = _bytes(cluster(clusterer, CASES[name]()))
        state, numpy_state = random.getstate(), np.random.get_state()
        try:
            for seed, again in enumerate((clusterer, loaded(spec.factory)(options))):
                random.seed(seed)
                np.random.seed(seed)
                assert _bytes(cluster(again, CASES[name]())) == first
        finally:
            random.setstate(state)
            np.random.set_state(numpy_state)

    def test_images_are_left_alone(self, clusterer: Clusterer) -> None:
        """Clustering does not modify scores, embeddings or the network."""
        images, untouched = CASES["topics"](), CASES["topics"]()
        cluster(clusterer, images)
        assert images.ids.equals(untouched.ids)
        assert list(images.tags) == list(untouched.tags)
        assert np.array_equal(images.scores.toarray(), untouched.scores.toarray())
        assert images.embeddings is not None
        assert untouched.embeddings is not None
        assert np.array_equal(images.embeddings, untouched.embeddings)
        assert images.network.nodes.equals(untouched.network.nodes)
        for name in ("sources", "targets", "weights"):
            assert np.array_equal(getattr(images.network, name), getattr(untouched.network, name))

    def test_progress_is_told(self, clusterer: Clusterer) -> None:
        """Progress is called at least once; ``done`` never falls and never passes ``total``."""
        progress = RecordedProgress()
        clusterer.cluster(CASES["topics"](), seed=0, progress=progress)
        assert progress.calls, "a clusterer tells at least once that it is done"
        steps = [done for done, _, _ in progress.calls]
        assert steps == sorted(steps)
        assert all(0 <= done <= total for done, total, _ in progress.calls)


def cluster(clusterer: Clusterer, images: ClusterInput) -> Clusters:
    """The clusters of a case, with seed 0."""
    return clusterer.cluster(images, seed=0, progress=RecordedProgress())


def _bytes(found: Clusters) -> list[bytes | None]:
    """A result in comparable form."""
    arrays = (found.labels, found.stability, found.sub_labels, found.sub_stability)
    return [None if each is None else np.asarray(each).tobytes() for each in arrays]
