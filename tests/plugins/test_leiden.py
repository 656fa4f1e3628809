from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from map_plugins import themes_of as map_themes
from numpy.typing import NDArray
from planted import planted_collection
from sklearn.metrics import adjusted_rand_score

from tagatlas import ClustererSpec
from tagatlas.options import make_options
from tagatlas.testing import ClustererContract
from tagatlas_clusterers.leiden import tagatlas_clusterers
from tagatlas_clusterers.leiden.clusterer import LeidenClusterer
from tagatlas_clusterers.leiden.options import LeidenOptions
from tagatlas_mapping.cluster import Themes


class TestContract(ClustererContract):
    @pytest.fixture
    def spec(self) -> ClustererSpec:
        return next(iter(tagatlas_clusterers()))


class TestContractOfCoarse(TestContract):
    @pytest.fixture
    def options(self) -> LeidenOptions:
        return LeidenOptions(neighbours=2, resolution=0.2, sub_resolution=0)


def themes_of(
    images: pl.DataFrame,
    tags: pl.DataFrame,
    *,
    embeddings: NDArray[np.float16] | None = None,
    sample: int = 50_000,
    seed: int = 0,
    **options: float,
) -> Themes:
    """Clusters of a collection, by default with the options as they are."""
    clusterer = LeidenClusterer(make_options(LeidenOptions, options, "leiden"))
    return map_themes(images, tags, clusterer, embeddings=embeddings, sample=sample, seed=seed)


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
        neighbours=2,
    )
    assert found.of_image.tolist() == [0, 1]


def test_embeddings_part_what_tags_do_not() -> None:
    dice = np.random.default_rng(0)
    collection, tags, topic_of = planted_collection(300, 6)
    truth = 2 * topic_of + dice.integers(0, 2, 300)
    directions = dice.normal(size=(12, 60))[truth]
    embeddings = (directions + 0.3 * dice.normal(size=(300, 60))).astype(np.float16)
    alone, both = (
        themes_of(collection, tags, embeddings=seen).of_image for seen in (None, embeddings)
    )
    assert adjusted_rand_score(truth, both) > 0.95 > adjusted_rand_score(truth, alone)


def test_images_without_an_embedding_and_without_tags_are_clustered_by_the_other() -> None:
    dice = np.random.default_rng(1)
    collection, tags, topic_of = planted_collection(300, 10)
    directions = dice.normal(size=(10, 60))[topic_of]
    embeddings = (directions + 0.3 * dice.normal(size=(300, 60))).astype(np.float16)
    embeddings[:30] = 0
    untagged = collection["id"][30:60].implode()
    kept = tags.filter(~pl.col("image").is_in(untagged))
    found = themes_of(collection, kept, embeddings=embeddings).of_image
    assert adjusted_rand_score(topic_of, found) > 0.95


def test_embeddings_of_zeros_are_none() -> None:
    collection, tags, _ = planted_collection(120, 3)
    plain, zeros = (
        themes_of(collection, tags, embeddings=embeddings)
        for embeddings in (None, np.zeros((120, 8), dtype=np.float16))
    )
    assert plain.of_image.tobytes() == zeros.of_image.tobytes()
    assert plain.typicality.tobytes() == zeros.typicality.tobytes()


def test_images_beyond_the_sample_go_where_those_like_them_are() -> None:
    collection, tags, topic_of = planted_collection(1500, 10)
    found, again = (themes_of(collection, tags, sample=400, seed=3) for _ in range(2))
    assert adjusted_rand_score(topic_of, found.of_image) > 0.95
    assert found.of_image.tobytes() == again.of_image.tobytes()
    sizes = np.bincount(found.of_image)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)


def test_images_beyond_the_sample_that_are_like_none_of_it_are_a_cluster_of_their_own() -> None:
    collection, tags, _ = planted_collection(600, 4)
    strays = names(40)
    extra = pl.DataFrame({"image": strays, "tag": [f"only {s}" for s in strays], "score": 0.5})
    images = pl.concat([collection.select("id"), pl.DataFrame({"id": strays})]).sort("id")
    found = themes_of(images, pl.concat([tags, extra]), sample=300)
    is_stray = images["id"].is_in(strays).to_numpy()
    (cluster,) = set(found.of_image[is_stray].tolist())
    assert cluster not in found.of_image[~is_stray]
    assert found.stability is not None
    assert len(found.stability) == found.of_image.max() + 1


def planted_parts() -> tuple[dict[str, dict[str, float]], list[int]]:
    """Images of four themes, the first of which has three parts; and the part of each image."""
    dice = np.random.default_rng(0)
    tagging, part_of = {}, []
    for number, name in enumerate(names(600)):
        theme = number % 4
        part = int(dice.integers(3)) if theme == 0 else -1
        tags = {f"theme {theme}": 0.9, f"by chance {dice.integers(30)}": 0.1}
        if theme == 0:
            tags |= {f"part {part} {tag}": 0.2 for tag in dice.choice(6, 2, replace=False)}
            tags |= {f"any {tag}": 0.2 for tag in dice.choice(12, 2, replace=False)}
        else:
            tags |= {f"{theme} {tag}": 0.2 for tag in dice.choice(40, 4, replace=False)}
        tagging[name] = tags
        part_of.append(part)
    return tagging, part_of


@pytest.mark.parametrize("sample", [50_000, 500])
def test_a_theme_with_parts_is_divided_into_them(sample: int) -> None:
    tagging, part_of = planted_parts()
    rows = [(image, tag, score) for image, tags in tagging.items() for tag, score in tags.items()]
    found = themes_of(
        pl.DataFrame({"id": sorted(tagging)}),
        pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row"),
        resolution=0.4,
        sample=sample,
    )
    parts = np.array(part_of)
    assert adjusted_rand_score(np.arange(600) % 4, found.of_image) > 0.95
    subs = found.sub_of_image[parts >= 0]
    assert adjusted_rand_score(parts[parts >= 0], subs) > 0.9
    assert set(found.sub_of_image[parts < 0]) == {-1}
    sizes = np.bincount(subs[subs >= 0])
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    assert found.sub_stability is not None
    assert len(found.sub_stability) == len(sizes)
    assert np.all((found.sub_typicality > 0) == (found.sub_of_image >= 0))


def test_an_image_between_two_themes_is_less_typical_than_others() -> None:
    collection, tags, _ = planted_collection(200, 4)
    between = pl.DataFrame(
        {"image": ["x"] * 3, "tag": ["topic 0", "topic 1", "thing"], "score": [0.5, 0.4, 0.9]}
    )
    images = pl.concat([collection.select("id"), pl.DataFrame({"id": ["x"]})])
    found = themes_of(images, pl.concat([tags.select(between.columns), between]))
    own = found.of_image == found.of_image[-1]
    assert found.typicality[-1] < np.median(found.typicality[own])
    assert np.all((found.typicality >= 0) & (found.typicality <= 1))


def test_many_images_that_share_nothing_are_one_cluster_that_no_run_finds() -> None:
    images = pl.DataFrame({"id": names(200)})
    found = themes_of(images, images.select(image="id", tag="id", score=pl.lit(0.5)))
    assert set(found.of_image) == {0}
    assert found.stability is not None
    assert found.stability.tolist() == [0.0]


def test_it_says_what_its_options_made_of_it() -> None:
    said = LeidenClusterer(LeidenOptions(neighbours=7, resolution=1.5)).describe()
    assert "nearest neighbours (7 or fewer)" in said.text
    assert "at the resolution 1.5 agree on" in said.text
    assert "at the resolution 1.0" in said.division
    assert LeidenClusterer(LeidenOptions(sub_resolution=0)).describe().division == ""
    texts = f"{said.text} {said.stability}"
    assert all(f"{each.short}" in texts for each in said.citations)
