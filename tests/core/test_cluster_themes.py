from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from planted import planted_collection
from sklearn.metrics import adjusted_rand_score

from tagatlas.cluster import Themes, cluster_images


def themes_of(
    images: pl.DataFrame,
    tags: pl.DataFrame,
    *,
    embeddings: NDArray[np.float16] | None = None,
    neighbours: int = 10,
    resolution: float = 1.0,
    sub_resolution: float = 1.0,
    sample: int = 50_000,
    seed: int = 0,
) -> Themes:
    """Clusters of a collection, by the default settings of a map."""
    return cluster_images(
        images,
        tags,
        embeddings=embeddings,
        neighbours=neighbours,
        resolution=resolution,
        sub_resolution=sub_resolution,
        sample=sample,
        seed=seed,
    )


def clusters_of(
    tagging: dict[str, dict[str, float]], *, neighbours: int = 10, resolution: float = 1.0
) -> NDArray[np.int32]:
    """Clusters of a collection that is written down as ``{image: {tag: score}}``."""
    rows = [(image, tag, score) for image, tags in tagging.items() for tag, score in tags.items()]
    return themes_of(
        pl.DataFrame({"id": sorted(tagging)}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row"),
        neighbours=neighbours,
        resolution=resolution,
    ).of_image


def names(count: int) -> list[str]:
    return [f"i{number:03}" for number in range(count)]


@pytest.mark.parametrize(("images", "topics"), [(60, 3), (300, 6), (1500, 15)])
def test_planted_topics_are_found(images: int, topics: int) -> None:
    collection, tags, topic_of = planted_collection(images, topics)
    found = themes_of(collection, tags).of_image
    assert adjusted_rand_score(topic_of, found) > 0.95


def test_same_input_and_seed_give_the_same_clusters_in_any_order_of_tags() -> None:
    collection, tags, _ = planted_collection(200, 5)
    shuffled = tags.sample(fraction=1.0, shuffle=True, seed=3)
    first, again = (themes_of(collection, table, seed=4).of_image for table in (tags, shuffled))
    assert first.dtype == np.int32
    assert first.tobytes() == again.tobytes()


def test_a_seed_gives_the_same_clusters_again_in_one_process() -> None:
    """Of tags by chance, where there are many partitions as good as another."""
    dice = np.random.default_rng(0)
    tagging = {
        image: {f"tag {tag}": 0.5 for tag in dice.choice(40, 5, replace=False)}
        for image in names(400)
    }
    found = {clusters_of(tagging).tobytes() for _ in range(4)}
    assert len(found) == 1


def test_clusters_are_numbered_by_size_then_by_first_image() -> None:
    collection, tags, _ = planted_collection(200, 5)
    found = themes_of(collection, tags).of_image
    sizes = np.bincount(found)
    first = [int(np.argmax(found == cluster)) for cluster in range(len(sizes))]
    ranks = list(zip((-sizes).tolist(), first, strict=True))
    assert ranks == sorted(ranks)


def test_higher_resolution_gives_more_clusters() -> None:
    collection, tags, _ = planted_collection(300, 6)
    few, many = (
        int(themes_of(collection, tags, resolution=resolution).of_image.max())
        for resolution in (0.3, 6.0)
    )
    assert few < many


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_images_with_equal_tags_are_one_cluster(count: int) -> None:
    tagging = {name: {"cat": 0.8, "pet": 0.4} for name in names(count)}
    assert clusters_of(tagging).tolist() == [0] * count


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_images_that_share_nothing_are_apart(count: int) -> None:
    tagging = {name: {f"tag of {name}": 0.5} for name in names(count)}
    assert clusters_of(tagging).tolist() == list(range(count))


def test_images_that_share_nothing_with_any_other_are_put_together() -> None:
    collection, tags, topic_of = planted_collection(150, 6)
    strays = names(5)
    extra = pl.DataFrame({"image": strays, "tag": [f"only {s}" for s in strays], "score": 0.5})
    images = pl.concat([collection.select("id"), pl.DataFrame({"id": strays})]).sort("id")
    found = themes_of(images, pl.concat([tags, extra])).of_image
    is_stray = images["id"].is_in(strays).to_numpy()
    assert len(set(found[is_stray])) == 1
    assert not set(found[is_stray]) & set(found[~is_stray])
    assert adjusted_rand_score(topic_of, found[~is_stray]) > 0.95


def test_tiny_clusters_join_the_one_they_are_linked_to_most() -> None:
    def scores(topic: str, number: int) -> dict[str, float]:
        return {topic: 0.9, f"{topic} {number}": 0.1}

    tagging = {name: scores("ab"[number % 2], number) for number, name in enumerate(names(120))}
    # Two that are nearly one, and only a little like the images of "b".
    tagging |= {f"x{n}": {"pair": 0.9, "b": 0.05, f"x {n}": 0.01} for n in range(2)}
    found = clusters_of(tagging, resolution=2.0)
    assert np.bincount(found).min() >= 3
    assert found[120] == found[121]
    assert found[120] in found[1:120:2]
    assert found[120] not in found[0:120:2]


def test_scores_of_zero_and_tags_of_other_images_count_for_nothing() -> None:
    tagging = {"a": {"cat": 0.5, "dog": 0.0}, "b": {"dog": 0.5, "cat": 0.0}}
    rows = [(image, tag, score) for image, tags in tagging.items() for tag, score in tags.items()]
    rows += [("c", "dog", 1.0), ("c", "cat", 1.0)]
    found = themes_of(
        pl.DataFrame({"id": ["a", "b"]}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row"),
        neighbours=1,
    )
    assert found.of_image.tolist() == [0, 1]


def nested_collection() -> tuple[pl.DataFrame, pl.DataFrame, NDArray[np.int64], NDArray[np.int64]]:
    """Images of two themes, of which the first has three parts; their theme and part."""
    dice = np.random.default_rng(1)
    theme = np.array([0] * 120 + [1] * 60)
    part = np.array([number % 3 for number in range(120)] + [-1] * 60)
    rows: list[tuple[str, str, float]] = []
    for name, own_theme, own_part in zip(names(180), theme.tolist(), part.tolist(), strict=True):
        shared = [f"theme {own_theme} {kind}" for kind in range(8)]
        rows += [(name, tag, 0.5) for tag in dice.choice(shared, 4, replace=False)]
        if own_part >= 0:
            kinds = [f"part {own_part} {kind}" for kind in range(4)]
            rows += [(name, tag, 0.5) for tag in dice.choice(kinds, 2, replace=False)]
    tags = pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row")
    return pl.DataFrame({"id": names(180)}), tags, theme, part


def test_a_theme_that_divides_well_has_subclusters_and_one_that_does_not_has_none() -> None:
    images, tags, theme, part = nested_collection()
    found = themes_of(images, tags, resolution=0.1)
    assert found.of_image.tolist() == theme.tolist()
    assert adjusted_rand_score(part[theme == 0], found.sub_of_image[theme == 0]) > 0.95
    assert set(found.sub_of_image[theme == 0]) == {0, 1, 2}
    assert len(found.sub_stability) == found.sub_of_image.max() + 1
    whole = themes_of(images, tags, resolution=0.1, sub_resolution=0.0)
    assert set(whole.sub_of_image) == {-1}


def test_planted_clusters_are_stable_and_those_of_chance_are_not() -> None:
    collection, tags, _ = planted_collection(300, 6)
    planted = themes_of(collection, tags)
    dice = np.random.default_rng(0)
    rows = [
        (name, f"tag {tag}", 0.5)
        for name in names(300)
        for tag in dice.choice(40, 5, replace=False)
    ]
    chance = themes_of(
        pl.DataFrame({"id": names(300)}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row"),
    )
    assert planted.agreement > 0.95
    assert planted.stability.min() > 0.9
    assert chance.agreement < 0.7
    assert chance.stability.mean() < planted.stability.mean()


def test_images_beyond_the_sample_go_to_the_cluster_of_their_topic() -> None:
    collection, tags, topic_of = planted_collection(600, 5)
    found = themes_of(collection, tags, sample=120)
    assert adjusted_rand_score(topic_of, found.of_image) > 0.95


def test_embeddings_part_images_whose_tags_are_alike() -> None:
    dice = np.random.default_rng(0)
    kind = np.arange(120) % 2
    embeddings = (kind[:, None] * [4.0, -4.0, 0.0, 0.0] + dice.normal(size=(120, 4))).astype(
        np.float16
    )
    rows = [
        (name, f"tag {tag}", 0.5)
        for name in names(120)
        for tag in dice.choice(12, 4, replace=False)
    ]
    found = themes_of(
        pl.DataFrame({"id": names(120)}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row"),
        embeddings=embeddings,
        resolution=0.3,
    )
    assert adjusted_rand_score(kind, found.of_image) > 0.9


def test_an_image_amid_its_cluster_is_more_typical_than_one_at_its_edge() -> None:
    tagging = {name: {"cat": 0.9, f"kind {n % 3}": 0.3} for n, name in enumerate(names(40))}
    tagging |= {f"j{n:03}": {"car": 0.9, f"make {n % 3}": 0.3} for n in range(40)}
    tagging["i000"] = {"cat": 0.5, "car": 0.4}
    images = pl.DataFrame({"id": sorted(tagging)})
    rows = [(image, tag, score) for image, tags in tagging.items() for tag, score in tags.items()]
    tags = pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row")
    found = themes_of(images, tags)
    assert found.typicality.min() >= 0
    assert found.typicality.max() <= 1
    own = found.typicality[found.of_image == found.of_image[0]]
    assert found.typicality[0] == own.min()
