from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from map_plugins import themes_of
from numpy.typing import NDArray
from planted import planted_collection

from tagatlas.testing import ODD_LABELS
from tagatlas_mapping.cluster import name_clusters, name_subclusters
from tagatlas_mapping.cluster.scores import score_matrix

Collection = list[tuple[int, dict[str, float]]]
"""A cluster and tags for each image."""


def clusters_of(images: pl.DataFrame, tags: pl.DataFrame) -> NDArray[np.int32]:
    return themes_of(images, tags).of_image


def named(collection: Collection) -> pl.DataFrame:
    ids = [f"i{number:03}" for number in range(len(collection))]
    rows = [
        (image, tag, score)
        for image, (_, tags) in zip(ids, collection, strict=True)
        for tag, score in tags.items()
    ]
    scores, labels = score_matrix(
        pl.DataFrame({"id": ids}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row").lazy(),
    )
    return name_clusters(
        scores, labels, np.array([cluster for cluster, _ in collection], dtype=np.int32)
    )


def names(collection: Collection) -> list[str]:
    return named(collection)["name"].to_list()


def some(tags: dict[str, float], **more: float) -> dict[str, float]:
    return tags | more


BIRDS: Collection = [
    (0, some({"animal": 0.95, "bird": 0.9}, **{["finch", "jay", "owl"][n % 3]: 0.8}))
    for n in range(12)
]
CARS: Collection = [(1, {"vehicle": 0.9, "car": 0.8}) for _ in range(10)]
CATS: Collection = [(1, {"animal": 0.9, "cat": 0.8}) for _ in range(10)]


def test_images_in_no_cluster_are_named_as_such() -> None:
    images = pl.DataFrame({"id": ["a", "b", "c"]})
    tags = pl.DataFrame(
        {"image": ["a", "b", "c"], "tag": ["cat", "in no cluster", "cat"], "score": [0.9] * 3}
    )
    clusters = np.array([0, 1, 0], dtype=np.int32)
    table = name_clusters(*score_matrix(images, tags.lazy()), clusters, remainder=0)
    assert table["name"].to_list() == ["in no cluster (2)", "in no cluster"]
    assert table["tags"].to_list() == [["cat"], ["in no cluster"]]


def test_names_of_planted_clusters_begin_with_the_planted_tag() -> None:
    collection, tags, topic_of = planted_collection(300, 6)
    found = clusters_of(collection, tags)
    table = name_clusters(*score_matrix(collection, tags.lazy()), found)
    for cluster, name, distinctive in table.iter_rows():
        topic = np.bincount(topic_of[found == cluster]).argmax()
        assert name.startswith(f"topic {topic}")
        assert distinctive[0] == f"topic {topic}"
        assert set(distinctive[1:6]) == {f"topic {topic} kind {kind}" for kind in range(5)}


def test_what_holds_for_the_others_stands_before_them_and_general_tags_are_left_out() -> None:
    assert names(BIRDS + CATS) == ["bird: finch, jay, owl"[: len("bird: finch, jay")], "cat"]


def test_tags_that_share_a_cluster_stand_side_by_side() -> None:
    kitchen: Collection = [(0, {["cup", "plate", "spoon"][n % 3]: 0.9}) for n in range(12)]
    assert names(kitchen + CARS)[0] == "cup, plate, spoon"


def test_a_tag_of_few_images_names_nothing() -> None:
    rare: Collection = [(0, {"bird": 0.9, "phoenix": 0.9}), *[(0, {"bird": 0.9})] * 49]
    table = named(rare + CARS)
    assert table["name"][0] == "bird"
    assert table["tags"][0].to_list() == ["bird"]


def test_weak_scores_count_by_the_images_best() -> None:
    weak: Collection = [
        (cluster, {tag: s / 100 for tag, s in tags.items()}) for cluster, tags in BIRDS
    ]
    assert names(weak + CATS) == names(BIRDS + CATS)


def test_a_single_cluster_is_named_by_what_covers_it() -> None:
    assert names([(0, tags) for _, tags in BIRDS])[0].startswith("animal")


def test_images_with_nothing_in_common_are_various() -> None:
    mixed: Collection = [(0, {f"tag {number:02}": 0.5}) for number in range(30)]
    assert names(mixed + CARS)[0] == "various"


def test_tags_of_a_few_images_say_nothing_of_the_others() -> None:
    flowers: Collection = [
        (0, {"hair slide": 0.8} if number < 8 else {f"plant {number}": 0.7}) for number in range(40)
    ]
    assert names(flowers + CARS)[0] == "various"


def test_tags_that_the_tagger_is_unsure_of_take_no_name_from_others() -> None:
    guessed: Collection = [
        (2, {"bird": 0.1, f"letter {number}": 0.1, "sign": 0.12}) for number in range(18)
    ]
    assert [name.split(":")[0] for name in names(BIRDS + CATS + guessed)] == ["bird", "cat", "sign"]


def test_what_most_images_have_goes_before_what_sets_some_apart() -> None:
    music: Collection = [
        (0, {"instrument": 0.9, "guitar": 0.8} if number < 6 else {"instrument": 0.9})
        for number in range(11)
    ]
    noise: Collection = [(1, {"instrument": 0.9, "gong": 0.6}) for _ in range(4)]
    assert names(music + noise + CARS + [(2, {"ball": 0.9})] * 40)[0] == "instrument: guitar"


def test_clusters_that_share_their_first_tag_say_what_tells_them_apart() -> None:
    clothes: Collection = [
        (cluster, {"clothing": 0.9} | ({own: 0.8} if number % 4 == 0 else {}))
        for cluster, own in enumerate(["hat", "shoe"])
        for number in range(12)
    ]
    others: Collection = [(cluster + 2, tags) for cluster, tags in CARS + BIRDS]
    assert names(clothes + others)[:2] == ["clothing: hat", "clothing: shoe"]


def test_no_two_clusters_have_the_same_name() -> None:
    twins: Collection = [(cluster, {"cat": 0.9}) for cluster in range(4) for _ in range(5)]
    assert names(twins) == ["cat", "cat (2)", "cat (3)", "cat (4)"]
    siblings: Collection = [
        (cluster, {"cat": 0.9, "pet": 0.9, f"room {cluster}": 0.4})
        for cluster in range(2)
        for _ in range(5)
    ]
    assert len(set(names(siblings + CARS[:0]))) == 2


@pytest.mark.parametrize("label", ODD_LABELS, ids=ascii)
def test_odd_labels_make_names_of_one_short_line(label: str) -> None:
    table = named([(0, {label: 0.9})] * 5 + CARS)
    name = table["name"][0]
    assert name.strip() == name != ""
    assert len(name) <= 40
    assert name.splitlines() == [name]
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name)
    assert table["tags"][0].to_list() == [label]


def test_names_depend_on_nothing_but_the_scores() -> None:
    collection, tags, _ = planted_collection(120, 4)
    found = clusters_of(collection, tags)
    shuffled = tags.sample(fraction=1.0, shuffle=True, seed=5)
    assert name_clusters(*score_matrix(collection, tags.lazy()), found).equals(
        name_clusters(*score_matrix(collection, shuffled.lazy()), found)
    )


def test_sub_clusters_are_named_by_what_sets_them_apart_within_their_cluster() -> None:
    kinds = ("finch", "owl")
    collection: Collection = [
        (0, {"bird": 0.9, "animal": 0.9, kinds[number % 2]: 0.6}) for number in range(20)
    ] + CARS
    ids = [f"i{number:03}" for number in range(len(collection))]
    rows = [
        (image, tag, score)
        for image, (_, tags) in zip(ids, collection, strict=True)
        for tag, score in tags.items()
    ]
    clusters = np.array([cluster for cluster, _ in collection], dtype=np.int32)
    subclusters = np.array([number % 2 for number in range(20)] + [-1] * 10, dtype=np.int32)
    subclusters[0] = -1  # an image in none
    scores, labels = score_matrix(
        pl.DataFrame({"id": ids}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row").lazy(),
    )
    table = name_subclusters(scores, labels, clusters, subclusters, taken=["finch"])
    assert table.select("subcluster", "cluster").rows() == [(0, 0), (1, 0)]
    assert table["tags"].list.first().to_list() == ["finch", "owl"]
    first, second = table["name"]
    assert first != "finch"
    assert first.startswith("finch")
    assert second.startswith("owl")


def test_no_sub_clusters_have_no_names() -> None:
    collection, tags, _ = planted_collection(30, 2)
    nobody = np.full(30, -1, dtype=np.int32)
    clusters = np.zeros(30, dtype=np.int32)
    scores, labels = score_matrix(collection, tags.lazy())
    assert name_subclusters(scores, labels, clusters, nobody, taken=[]).is_empty()


def test_a_cluster_without_tags_has_a_name() -> None:
    table = named([(0, {}), (0, {}), *CARS])
    assert table["name"].to_list() == ["without tags", "car"]
