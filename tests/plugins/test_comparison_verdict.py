"""What a report says of two backends is carried by its figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from compared import compared, planted_collection, renamed, shuffled, tagged_backend, with_errors

from tagatlas.testing import MemoryStore
from tagatlas_compare import Comparison
from tagatlas_compare.comparison.command import figure_lines
from tagatlas_compare.comparison.report.beyond import FEWEST
from tagatlas_compare.comparison.report.methods import methods_text
from tagatlas_compare.comparison.report.page import page
from tagatlas_compare.comparison.report.verdict import verdict
from tagatlas_compare.comparison.report.writing import draw_charts

IMAGES = 120


@pytest.fixture(scope="module")
def collection() -> tuple[pl.DataFrame, pl.DataFrame]:
    images, tags, _ = planted_collection(IMAGES, 4)
    return images, tags


def of_images(images: pl.DataFrame, tags: pl.DataFrame, seen: int, others: int = 0) -> Comparison:
    """A backend of all images, and others that have looked at the first few only."""
    whole = tagged_backend("all", images, tags)
    looked = np.arange(images.height) < seen
    assert whole.map is not None
    data = replace(whole.map.data, nodes=whole.map.data.nodes.head(seen))
    few = replace(
        tagged_backend(
            "few", images, tags.filter(pl.col("image").is_in(images["id"][:seen].implode()))
        ),
        looked=looked,
        map=replace(whole.map, name="few", data=data),
    )
    return compared(images, [whole, few, *(replace(few, label=f"few{n}") for n in range(others))])


def text_of(comparison: Comparison) -> str:
    return "".join(page(comparison, list(draw_charts(comparison)), MemoryStore()))


def test_the_same_themes_under_other_words_are_agreement_on_themes(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    one, other = tagged_backend("a", images, tags), tagged_backend("b", images, renamed(tags))
    said = verdict(compared(images, [one, other]), "a", "b")
    assert said == (
        "They have no label in common, and cannot agree on words. On what belongs together they"
        " agree."
    )


def test_the_same_words_on_other_maps_are_agreement_on_words(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    clusters = np.random.default_rng(1).integers(0, 4, images.height).astype(np.int32)
    one = tagged_backend("a", images, tags)
    other = tagged_backend("b", images, with_errors(tags, 0.02, 1), clusters=clusters)
    said = verdict(compared(images, [one, other]), "a", "b")
    assert said == "They agree more on words than on what belongs together."


def test_full_agreement_is_called_full(collection: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    images, tags = collection
    one, other = tagged_backend("a", images, tags), tagged_backend("b", images, tags)
    said = verdict(compared(images, [one, other]), "a", "b")
    assert said == "They agree fully, on words and on what belongs together."


@pytest.mark.parametrize("seed", range(3))
def test_agreement_by_chance_is_not_called_agreement(
    collection: tuple[pl.DataFrame, pl.DataFrame], seed: int
) -> None:
    images, tags = collection
    mixed = shuffled(images, tags, seed)
    comparison = compared(
        images, [tagged_backend("a", images, tags), tagged_backend("b", images, mixed)]
    )
    said = verdict(comparison, "a", "b")
    assert said == "Neither on words nor on themes do they agree more than chance can explain."


@pytest.mark.parametrize("seen", [0, 1, FEWEST - 1])
def test_few_images_in_common_are_too_few_to_tell(
    collection: tuple[pl.DataFrame, pl.DataFrame], seen: int
) -> None:
    comparison = of_images(*collection, seen)
    said = f"{seen} image{'s' * (seen != 1)} in common: too few to tell."
    text = text_of(comparison)
    assert f"<p><bdi>{said}</bdi></p>" in text
    assert f"{seen} image{'s' * (seen != 1)} that both have looked at, of {IMAGES}." in text
    assert "agree more" not in text
    assert "the same theme" not in text
    assert figure_lines(comparison)[0] == f"all and few: {said}"


@pytest.mark.slow
def test_no_line_has_a_minus_before_zero(collection: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    images, tags = collection
    backends = [
        tagged_backend("a", images, tags),
        *(tagged_backend(f"b{n}", images, shuffled(images, tags, n)) for n in range(2)),
    ]
    comparison = compared(images, backends)
    assert comparison.measures["chance"].is_between(-0.005, 0, closed="none").any()
    assert "-0.00" not in text_of(comparison) + "".join(figure_lines(comparison))


def test_methods_count_the_images_that_both_have_looked_at(
    collection: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    images, tags = collection
    text = methods_text(of_images(images, tags, 8))
    assert f"gave to the 8 of the {IMAGES} images of “” that both have looked at" in text
    assert "they were compared in pairs" not in text.lower()
    text = methods_text(of_images(images, tags, 8, others=1))
    assert f"gave to the {IMAGES} images of “”" in text
    assert "looked at: 8 by all and few, 8 by all and few0, 8 by few and few0." in text
