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
    resolution: float = 1.0,
    sample: int = 50_000,
    seed: int = 0,
) -> Themes:
    """Clusters of a collection, by the default settings of a map."""
    return cluster_images(
        images,
        tags,
        embeddings=embeddings,
        neighbours=10,
        resolution=resolution,
        sub_resolution=1.0,
        sample=sample,
        seed=seed,
    )


def names(count: int) -> list[str]:
    return [f"i{number:03}" for number in range(count)]


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
    assert len(found.sub_stability) == len(sizes)
    assert np.all((found.sub_typicality > 0) == (found.sub_of_image >= 0))


def test_images_that_all_share_nothing_are_one_cluster_that_no_run_finds() -> None:
    images = pl.DataFrame({"id": names(200)})
    tags = images.select(image="id", tag="id", score=pl.lit(0.5))
    found = themes_of(images, tags)
    assert set(found.of_image) == {0}
    assert found.stability.tolist() == [0.0]
