"""What is made of a clusterer's result, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_plugins import themes_of
from numpy.typing import NDArray

from tagatlas.contracts import Clusterer, ClusterInput, Clusters, Progress
from tagatlas.errors import PluginError
from tagatlas_guards import guarded
from tagatlas_mapping.cluster import Themes

IDS = [f"i{number}" for number in range(6)]
IMAGES = pl.DataFrame({"id": IDS})
TAGS = pl.DataFrame(
    {"image": IDS, "tag": ["cat", "cat", "cat", "dog", "dog", "cat"], "score": [0.5] * 6}
)


@dataclass(frozen=True)
class Given(Clusterer):
    """A clusterer that gives what it was made with."""

    result: object

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:
        return self.result  # type: ignore[return-value] # that is what is tested


def themes(**result: object) -> Themes:
    arrays = {
        name: np.array(value) if isinstance(value, list) else value
        for name, value in result.items()
    }
    return themes_of(IMAGES, TAGS, Given(Clusters(**arrays)))  # type: ignore[arg-type] # by name


def test_clusters_are_numbered_by_size_and_keep_their_stability() -> None:
    found = themes(labels=[7, 2, 2, 5, 2, 5], stability=[0, 0, 0.2, 0, 0, 0.5, 0, 0.7])
    assert found.of_image.dtype == np.int32
    assert found.of_image.tolist() == [2, 0, 0, 1, 0, 1]
    assert found.stability is not None
    assert found.stability.tolist() == [0.2, 0.5, 0.7]
    assert found.sub_of_image.tolist() == [-1] * 6
    assert found.sub_stability is None


def test_images_in_no_cluster_are_put_together() -> None:
    found = themes(labels=[-1, 0, 0, -1, -1, 0], stability=[0.9])
    assert found.of_image.tolist() == [0, 1, 1, 0, 0, 1]
    assert found.remainder == 0
    assert found.stability is not None
    assert found.stability.tolist() == [0.0, 0.9]
    assert themes(labels=[-1] * 6).of_image.tolist() == [0] * 6
    assert themes(labels=[-1, 0, 0, 0, 0, 1]).remainder == 1
    assert themes(labels=[0] * 6).remainder is None


def test_sub_clusters_are_numbered_by_cluster() -> None:
    found = themes(
        labels=[0, 0, 1, 1, 1, 1], sub_labels=[0, 4, 3, 1, 1, -1], sub_stability=[0.1] * 5
    )
    assert found.of_image.tolist() == [1, 1, 0, 0, 0, 0]
    assert found.sub_of_image.tolist() == [2, 3, 1, 0, 0, -1]
    assert found.sub_stability is not None
    assert found.sub_stability.tolist() == [0.1] * 4
    assert np.all((found.sub_typicality > 0) == (found.sub_of_image >= 0))


def test_what_is_not_said_is_not_known() -> None:
    found = themes(labels=[0] * 6)
    assert (found.stability, found.agreement) == (None, None)


def test_images_that_are_equal_may_part() -> None:
    found = themes(labels=[0, 1, 0, 1, 1, 0])
    # Of the images tagged cat, those among other cats are the more typical.
    assert found.typicality[0] == found.typicality[2] == found.typicality[5]
    assert found.typicality[1] < found.typicality[0]
    assert found.typicality[3] == found.typicality[4] > found.typicality[1]


@given(labels=st.lists(st.integers(-1, 4), min_size=6, max_size=6))
def test_any_numbers_are_clusters(labels: list[int]) -> None:
    found = themes(labels=labels)
    pairs = set(zip(labels, found.of_image.tolist(), strict=True))
    assert len(pairs) == len(set(labels)) == len(set(found.of_image.tolist()))
    sizes = np.bincount(found.of_image)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    assert np.all((found.typicality >= 0) & (found.typicality <= 1))


ONES: NDArray[np.int64] = np.ones(6, dtype=np.int64)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (ONES, "a ndarray, not Clusters"),
        (None, "None, not Clusters"),
        (Clusters(labels=ONES[1:]), "no cluster for each image"),
        (Clusters(labels=ONES * 1.0), "no cluster for each image"),  # type: ignore[arg-type]
        (Clusters(labels=-2 * ONES), "no cluster for each image, a whole number from 0, or -1"),
        (Clusters(labels=ONES, stability=np.ones(1)), r"no stability for each cluster, in \[0, 1"),
        (Clusters(labels=ONES, stability=np.array([0, np.nan])), "no stability for each cluster"),
        (Clusters(labels=ONES, agreement=float("nan")), r"an agreement of a float \(nan\)"),
        (Clusters(labels=ONES, sub_labels=ONES[:3]), "no sub-cluster for each image"),
        (
            Clusters(labels=ONES, sub_labels=ONES, sub_stability=2 * np.ones(2)),
            "no stability for each sub-cluster",
        ),
        (
            Clusters(labels=np.arange(6), sub_labels=ONES),
            "a sub-cluster with images of two clusters",
        ),
    ],
)
def test_what_is_no_result_is_said_to_be_none(result: object, said: str) -> None:
    with pytest.raises(
        PluginError, match=f"^clusterer given: cluster gave {said}.*: tell its author$"
    ):
        themes_of(IMAGES, TAGS, guarded(Given(result), "clusterer given"))
