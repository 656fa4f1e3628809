from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from compared import compared, planted_collection, renamed, shuffled, tagged_backend, with_errors

from tagatlas_compare import Comparison

IMAGES, TOPICS = 300, 6
TAG_MEASURES = ("jaccard", "alpha_jaccard", "alpha_masi")
THEME_MEASURES = ("mutual_information", "rand", "v_measure", "procrustes")


@pytest.fixture(scope="module")
def collection() -> tuple[pl.DataFrame, pl.DataFrame]:
    images, tags, _ = planted_collection(IMAGES, TOPICS)
    return images, tags


def test_identical_backends_agree_fully(collection: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    images, tags = collection
    found = compared(images, [tagged_backend("a", images, tags), tagged_backend("a", images, tags)])
    figures = found.measures.filter(pl.col("measure") != "moved")
    assert figures["value"].to_list() == pytest.approx([1.0] * figures.height)
    assert figures["low"].null_count() == figures.height  # nothing differs to tell it by
    assert found.measures.filter(measure="moved")["value"].to_list() == pytest.approx([0], abs=1e-9)
    assert found.relations["kind"].unique().to_list() == ["same"]
    assert found.disagreement["disagreement"].max() == pytest.approx(0)


def test_shuffled_tags_agree_no_more_than_chance(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    backends = [
        tagged_backend("a", images, tags),
        tagged_backend("b", images, shuffled(images, tags)),
    ]
    found = compared(images, backends)
    for measure in ("alpha_jaccard", "alpha_masi", "mutual_information", "rand"):
        figure = found.figure("a", "b", measure)
        assert figure.low <= 0 <= figure.high or abs(figure.value) < 0.02, measure
        assert figure.chance == pytest.approx(0, abs=0.02)
    for measure in ("jaccard", "procrustes"):
        figure = found.figure("a", "b", measure)
        assert figure.value == pytest.approx(figure.chance, abs=0.03)
    for k in (5, 10, 20, 50):
        figure = found.figure("a", "b", "neighbours", k)
        assert figure.value == pytest.approx(figure.chance, abs=0.02)


def test_renamed_tags_have_no_tag_in_common_and_the_same_themes(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    found = compared(
        images, [tagged_backend("a", images, tags), tagged_backend("b", images, renamed(tags))]
    )
    assert found.figure("a", "b", "jaccard").value == 0
    assert found.figure("a", "b", "alpha_jaccard").value <= 0
    for measure in ("mutual_information", "rand", "v_measure"):
        assert found.figure("a", "b", measure).value == pytest.approx(1)
    assert found.figure("a", "b", "neighbours", 10).value > 0.95  # ties are in another order
    assert found.vocabularies["shared"].to_list() == [0]


def test_merged_clusters_are_seen_as_merged(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    whole = tagged_backend("a", images, tags)
    assert whole.map is not None
    merged = np.where(whole.map.clusters == 1, 0, whole.map.clusters)
    merged = np.unique(merged, return_inverse=True)[1].astype(np.int32)
    found = compared(images, [whole, tagged_backend("b", images, tags, clusters=merged)])
    relations = found.relations.filter(kind="merged")
    assert relations.select("clusters_a", "clusters_b").rows() == [([0, 1], [0])]
    assert found.relations.filter(kind="same").height == merged.max()


def mean_agreement(found: Comparison, column: str) -> dict[str, float]:
    return dict(found.standing.select("backend", column).iter_rows())


@pytest.mark.slow
def test_three_backends_agree_together_as_far_as_their_pairs_do(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    backends = [
        tagged_backend(name, images, with_errors(tags, 0.2, seed))
        for seed, name in enumerate("abc")
    ]
    found = compared(images, backends)
    pairs = found.measures.filter(pl.col("measure") == "alpha_jaccard", pl.col("a") != "all")
    together = found.figure("all", "all", "alpha_jaccard")
    assert pairs.height == 3
    values = pairs["value"].to_list()
    assert min(values) - 0.02 < together.value < max(values) + 0.02
    assert abs(together.chance) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.thorough)])
def test_backends_are_ranked_by_their_error_rates(times: int) -> None:
    rates = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}
    right = 0
    for seed in range(times):
        images, tags, topics = planted_collection(120, 4, seed)
        clusters = topics.astype(np.int32)
        backends = [
            replace(
                tagged_backend(
                    name, images, with_errors(tags, rate, 7 * seed + number), clusters=clusters
                ),
                map=None,
            )
            for number, (name, rate) in enumerate(rates.items())
        ]
        agreement = mean_agreement(compared(images, backends), "tags")
        right += sorted(agreement, key=lambda name: -agreement[name]) == list(rates)
    assert right >= 0.95 * times


def test_images_that_a_backend_could_not_look_at_do_not_count(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    gone = set(images["id"][:40])
    there = tags.filter(~pl.col("image").is_in(list(gone)))
    second = tagged_backend("b", images, there, clusters=np.zeros(IMAGES, dtype=np.int32))
    looked = np.arange(IMAGES) >= 40
    found = compared(images, [tagged_backend("a", images, tags), replace(second, looked=looked)])
    row = found.measures.row(by_predicate=pl.col("measure") == "jaccard", named=True)
    assert row["images"] == IMAGES - 40
    assert row["value"] == pytest.approx(1)
    missing = found.disagreement.filter(pl.col("image").is_in(list(gone)))
    assert missing["tags"].null_count() == 40


def test_a_backend_without_a_map_has_no_themes(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    backends = [
        tagged_backend("a", images, tags),
        replace(tagged_backend("b", images, tags), map=None),
    ]
    found = compared(images, backends)
    assert found.flows.is_empty()
    assert set(found.measures["measure"]) == {*TAG_MEASURES, "score_ranks"}
    with pytest.raises(KeyError):
        found.network("b")


def test_a_network_comes_with_its_aligned_places(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    found = compared(
        images, [tagged_backend("a", images, tags), tagged_backend("bb", images, tags)]
    )
    graph = found.network("bb")
    place = found.places.filter(backend="bb").row(3, named=True)
    node = graph.nodes[place["image"]]
    assert (node["x"], node["y"]) == pytest.approx((place["x"], place["y"]))
    assert node["moved"] == pytest.approx(place["moved"])
    assert node["cluster_name"] == place["name"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_tables(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    backends = [
        tagged_backend("a", images, tags),
        tagged_backend("b", images, with_errors(tags, 0.3, 1)),
    ]
    one, other = compared(images, backends), compared(images, backends)
    assert one.measures.equals(other.measures)
    assert one.places.equals(other.places)
