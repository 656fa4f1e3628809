from __future__ import annotations

import dataclasses
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from themed_map import themed_map

from tagatlas.contracts import Maker, Map, NetworkDescription
from tagatlas.testing import ODD_LABELS, sample_map
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.canvas import fit_canvas
from tagatlas_posters.engine.composition import Composition, compose
from tagatlas_posters.engine.density import density_field
from tagatlas_posters.engine.labels import Placed
from tagatlas_posters.engine.look import choose_look
from tagatlas_posters.engine.page import Page
from tagatlas_posters.engine.sizes import size_samples
from tagatlas_rendering.palette import COLOURS

Box = tuple[int, int, int, int]


def boxes(poster: Composition, texts: Placed, *, with_halo: bool) -> list[Box]:
    found = []
    for block, left, top in texts:
        width, height = poster.typesetter.measure(block)
        pad = 0 if with_halo else block.pad
        found.append((left + pad, top + pad, left + width - pad, top + height - pad))
    return found


def meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def text_of(texts: Placed) -> list[str]:
    return [line.text for block, _, _ in texts for line in block.lines]


def sized_by(map_: Map, size_by: str) -> Map:
    facts = dataclasses.replace(map_.provenance, settings={"map.size_by": size_by})
    return dataclasses.replace(map_, provenance=facts)


def showing(map_: Map, few: int) -> Map:
    """The map with only its first images shown."""
    images = map_.images["id"]
    hidden = pl.col("id").is_in(images.tail(images.len() - few).implode())
    return dataclasses.replace(map_, nodes=map_.nodes.with_columns(shown=~hidden))


# Texts


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    images=st.integers(12, 60),
    clusters=st.integers(1, 12),
    width=st.sampled_from((400, 700, 1600, 4096)),
    label=st.sampled_from(ODD_LABELS) | st.text(max_size=60),
    title=st.text(max_size=300),
    few=st.integers(0, 12),
    scale=st.floats(0.02, 3.0),
)
def test_no_text_covers_another_or_runs_off_the_paper(
    images: int, clusters: int, width: int, label: str, title: str, few: int, scale: float
) -> None:
    labels = (label, "cat", "a very long name of a very large cluster of images", "sky", "tree")
    map_ = showing(sample_map(images, labels, clusters=clusters), few)
    places = map_.nodes.with_columns(pl.col("x", "y") * scale)
    map_ = sized_by(dataclasses.replace(map_, nodes=places), "frequency")
    poster = compose(map_, PosterOptions(width=width, title=title, show_tags=True))
    over_map = boxes(poster, [*poster.names, *poster.tags], with_halo=True)
    aside = boxes(poster, [*poster.legend.texts, *poster.margins], with_halo=False)
    patches = [patch.box for patch in poster.legend.patches]
    every = [*over_map, *aside, *patches]
    for one, other in combinations(every, 2):
        assert not meet(one, other)
    for left, top, right, bottom in every:
        assert left >= 0
        assert top >= 0
        assert right <= poster.canvas.width
        assert bottom <= poster.canvas.height
    left, top, right, bottom = poster.canvas.area
    for box in over_map:
        assert left <= box[0] < box[2] <= right
        assert top <= box[1] < box[3] <= bottom


def test_a_title_is_cut_where_the_paper_ends() -> None:
    poster = compose(sample_map(), PosterOptions(width=900, title="title " * 30))
    assert text_of(poster.margins)[0].endswith("…")


# What is said


@pytest.mark.slow
def test_the_legend_lists_every_cluster_in_its_colour() -> None:
    map_ = themed_map(90)
    poster = compose(map_, PosterOptions(width=1600))
    texts = text_of(poster.legend.texts)
    for name, images in map_.clusters.select("name", "images").iter_rows():
        at = texts.index(name)
        assert texts[at + 1].startswith(f"{images} image")
        assert texts[at + 1].endswith(" %")
    colours = [patch.colour for patch in poster.legend.patches[1:]]
    assert colours == list(COLOURS[:9])


@pytest.mark.slow
def test_many_clusters_have_a_line_each_and_the_smallest_are_summed_up() -> None:
    map_ = sample_map(260, clusters=130)
    texts = text_of(compose(map_, PosterOptions(width=1600, annotations=False)).legend.texts)
    assert set(map_.clusters["name"].head(120)) < set(texts)
    assert map_.clusters["name"][120] not in texts
    assert texts[-2:] == ["and 10 smaller clusters", "20"]


def test_without_a_legend_there_is_no_room_for_one() -> None:
    map_ = with_sizes("frequency", "frequency", [1, 1, 2, 4, 6, 9, 9, 30])
    map_ = dataclasses.replace(map_, annotations=())
    whole = compose(map_, PosterOptions(width=1200))
    sizes = compose(map_, PosterOptions(width=1200, legend=False))
    none = compose(map_, PosterOptions(width=1200, legend=False, size_scale=False))
    assert none.legend.texts == []
    assert none.legend.patches == []
    assert none.canvas.height < sizes.canvas.height <= whole.canvas.height
    assert none.canvas.area == whole.canvas.area
    assert none.boxes.tolist() == whole.boxes[: len(none.boxes)].tolist()


@pytest.mark.slow
def test_it_is_said_how_many_are_shown() -> None:
    options = PosterOptions(width=1600)
    some, every = compose(showing(themed_map(40), 7), options), compose(themed_map(40), options)
    assert text_of(some.margins)[1] == "40 images in 9 clusters, 7 of them shown"
    assert text_of(every.margins)[1] == "40 images in 9 clusters"
    assert len(some.ids) == len(some.boxes) == 7 + len(some.legend.pictures)
    assert set(some.ids) == set(themed_map(40).images["id"].head(7))


@pytest.mark.slow
def test_tags_that_are_not_shown_are_not_written() -> None:
    map_ = themed_map(60)
    hidden = pl.col("label") == "lighthouse"
    less = dataclasses.replace(map_, nodes=map_.nodes.with_columns(shown=~hidden))
    options = PosterOptions(width=3000, show_tags=True, names=False)
    before, after = (set(text_of(compose(each, options).tags)) for each in (map_, less))
    assert "lighthouse" in before
    assert "lighthouse" not in after


# Sizes


def with_sizes(size_by: str, column: str, quantity: list[int]) -> Map:
    """A map of images whose areas are in proportion to a quantity."""
    map_ = sized_by(sample_map(len(quantity)), size_by)
    tags = map_.nodes.height - len(quantity)
    sides = np.sqrt(np.array(quantity + [1] * tags, dtype=float))
    nodes = map_.nodes.with_columns(
        pl.Series(column, quantity + [0] * tags, dtype=pl.Int64),
        width=pl.Series(sides * 4 / 3),
        height=pl.Series(sides * 3 / 4),
    )
    return dataclasses.replace(map_, nodes=nodes)


def test_sizes_that_count_a_builders_nodes_are_called_as_it_calls_them() -> None:
    map_ = with_sizes("out-degree", "out_degree", [1, 1, 2, 4, 6, 9, 9, 30])
    builder = Maker(description=NetworkDescription(node="hashtag"))
    facts = dataclasses.replace(map_.provenance, builder=builder)
    map_ = dataclasses.replace(map_, provenance=facts)
    samples = size_samples(map_, compose(map_, PosterOptions(width=2000)).canvas)
    assert [each.text for each in samples] == ["1 hashtag", "6 hashtags", "30 hashtags"]


@pytest.mark.parametrize(
    ("size_by", "column", "units"),
    [
        ("frequency", "frequency", ["occurrence", "occurrences"]),
        ("out-degree", "out_degree", ["tag", "tags"]),
        ("in-degree", "in_degree", ["link", "links"]),
    ],
)
def test_samples_are_as_large_as_images_of_that_quantity(
    size_by: str, column: str, units: list[str]
) -> None:
    map_ = with_sizes(size_by, column, [1, 1, 2, 4, 6, 9, 9, 30])
    canvas = compose(map_, PosterOptions(width=2000)).canvas
    samples = size_samples(map_, canvas)
    assert [each.text for each in samples] == [f"1 {units[0]}", f"6 {units[1]}", f"30 {units[1]}"]
    for sample, quantity in zip(samples, (1, 6, 30), strict=True):
        assert sample.side == pytest.approx(quantity**0.5 * canvas.scale, abs=1)


def test_frequencies_that_count_records_are_called_so() -> None:
    map_ = with_sizes("frequency", "frequency", [1, 5])
    map_ = dataclasses.replace(map_, nodes=map_.nodes.with_columns(records=pl.col("frequency")))
    canvas = compose(map_, PosterOptions(width=2000)).canvas
    assert [each.text for each in size_samples(map_, canvas)] == ["1 record", "5 records"]


@pytest.mark.parametrize("size_by", ["constant", "frequency"])
def test_sizes_that_are_all_the_same_say_nothing(size_by: str) -> None:
    map_ = with_sizes(size_by, "frequency", [3, 3, 3])
    assert size_samples(map_, compose(map_, PosterOptions(width=900)).canvas) == []


def test_sizes_that_differ_within_a_quantity_say_nothing() -> None:
    map_ = with_sizes("frequency", "frequency", [1, 1, 2, 4, 9, 9])
    wider = map_.nodes.with_columns(width=pl.col("width") * pl.int_range(pl.len()))
    map_ = dataclasses.replace(map_, nodes=wider)
    assert size_samples(map_, compose(map_, PosterOptions(width=900)).canvas) == []


def test_bounds_of_size_are_not_shown_as_samples() -> None:
    map_ = with_sizes("frequency", "frequency", [1, 2, 3, 6, 12, 50, 900])
    held = np.clip([1, 2, 3, 6, 12, 50, 900], 3, 50) ** 0.5
    sides = pl.Series(np.concatenate([held, np.ones(map_.nodes.height - 7)]))
    map_ = dataclasses.replace(map_, nodes=map_.nodes.with_columns(width=sides, height=sides))
    canvas = compose(map_, PosterOptions(width=2000)).canvas
    assert [each.text.split()[0] for each in size_samples(map_, canvas)] == ["3", "12", "50"]


# Density


def test_density_is_paper_where_nothing_lies_and_strongest_where_most_does() -> None:
    dice = np.random.default_rng(0)
    counts = (4000, 400, 1)
    centres = np.array([[0.0, 0.0], [60.0, 0.0], [30.0, 40.0]])
    cluster = np.repeat(np.arange(3), counts)
    places = centres[cluster] + dice.normal(0, 1.5, (len(cluster), 2))
    images = pl.DataFrame(places, schema={"x": pl.Float64, "y": pl.Float64}, orient="row")
    images = images.with_columns(
        cluster=pl.Series(cluster), width=pl.lit(1.0), height=pl.lit(1.0), shown=pl.lit(False)
    )
    canvas, look = fit_canvas(images, {}, Page(2048), has_title=False), choose_look("light")
    field = density_field(images, COLOURS, canvas, look)
    assert field.shape[:2] == (round(canvas.height / 2), 1024)
    away = np.abs(field.astype(int) - look.paper).max(axis=2)
    assert away[:20].max() == away[-10:].max() == 0
    at = (canvas.pixels(np.array([*centres[:2], places[-1]])) / 2).astype(int)
    peaks = [away[y - 20 : y + 20, x - 20 : x + 20].max() for x, y in at]
    assert peaks[0] > 1.2 * peaks[1] > 2 * peaks[2] > 0
    x, y = at[0]
    tint = np.array(look.paper) - field[y, x]
    expected = np.array(look.paper) - COLOURS[0]
    assert np.allclose(tint / tint.max(), expected / expected.max(), atol=0.05)


@pytest.mark.slow
def test_density_is_there_only_where_some_image_is_not_shown() -> None:
    options = PosterOptions(width=800)
    assert compose(themed_map(40), options).density is None
    assert compose(showing(themed_map(40), 39), options).density is not None
    assert compose(showing(themed_map(40), 0), options).density is not None
