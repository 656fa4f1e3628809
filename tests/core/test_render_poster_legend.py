"""The legend of a poster: cards of clusters with their pictures, on any page."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagatlas.testing import sample_map
from tagatlas.toolkit import cluster_colours
from tagatlas_posters.engine.cards import arrange
from tagatlas_posters.engine.composition import Composition, compose
from tagatlas_posters.engine.labels import text_box
from tagatlas_posters.engine.legend import Patch
from tagatlas_posters.engine.options import PosterOptions

Box = tuple[int, int, int, int]

BARE = PosterOptions(annotations=False, names=False)
PAGES = {
    "screen": BARE,
    "A4": replace(BARE, paper="A4", dpi=150),
    "A4 landscape": replace(BARE, paper="A4", dpi=300, landscape=True),
    "A4, large type": replace(BARE, paper="A4", dpi=100, type_size=8.0),
    "A0 landscape": replace(BARE, paper="A0", dpi=72, landscape=True),
}


def drawn(poster: Composition) -> list[Box]:
    """Boxes of all parts of the legend, texts without their halo."""
    legend = poster.legend
    texts = []
    for placed in legend.texts:
        left, top, right, bottom = text_box(placed, poster.typesetter)
        pad = placed[0].pad
        texts.append((left + pad, top + pad, right - pad, bottom - pad))
    return [*(each.box for each in legend.patches), *(box for _, box in legend.pictures), *texts]


def overlap(one: Box, other: Box) -> bool:
    """Whether they share more than the seam of a pixel, as rounding gives."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > 1


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("clusters", [1, 2, 13, 60])
def test_each_cluster_has_its_colour_name_count_and_pictures(clusters: int, page: str) -> None:
    map_ = sample_map(5 * clusters, clusters=clusters)
    poster = compose(map_, PAGES[page])
    legend, canvas = poster.legend, poster.canvas
    boxes = drawn(poster)
    has_cards = (clusters, page) != (60, "A4, large type")  # a list: there is no room
    assert [pair for pair in combinations(boxes, 2) if overlap(*pair)] == []
    left, _, right, bottom = canvas.area
    for box in boxes:
        assert left <= box[0] < box[2] <= right + 1
        assert bottom <= box[1] < box[3] <= min(legend.bottom + 1, canvas.height)
    colours = cluster_colours(map_.clusters)
    for number, bar in enumerate(bars(poster)[:clusters]):
        assert bar.colour == colours[number]
        ids = [image for image, box in legend.pictures if is_below(box, bar.box, bars(poster))]
        assert ids == map_.clusters["typical"][number].to_list()[:3] * has_cards
    texts = [line.text for block, _, _ in legend.texts for line in block.lines]
    assert set(map_.clusters["name"]) <= set(texts)
    assert sum(text.startswith("5 images" if has_cards else "5") for text in texts) == clusters


def bars(poster: Composition) -> list[Patch]:
    """The bars of cards: neither the rule nor the scale of sizes."""
    _, *others = poster.legend.patches
    return [each for each in others if each.colour != poster.look.blank]


def is_below(box: Box, bar: Box, others: list[Patch]) -> bool:
    """Whether a picture is in the card of a bar."""
    above = [each.box for each in others if each.box[0] <= box[0] < each.box[2]]
    above = [each for each in above if each[1] < box[1]]
    return max(above, key=lambda each: each[1]) == bar


def test_images_that_are_not_drawn_are_not_in_the_legend_either() -> None:
    map_ = sample_map(40, clusters=4)
    hidden = map_.clusters["typical"].list.first().to_list()
    is_hidden = pl.col("id").is_in([*hidden, *map_.images.filter(cluster=3)["id"]])
    nodes = map_.nodes.with_columns(shown=~is_hidden)
    poster = compose(replace(map_, nodes=nodes), BARE)
    pictures = [image for image, _ in poster.legend.pictures]
    assert len(pictures) == 9
    assert set(pictures) <= set(nodes.filter("shown")["id"])
    # Others of the cluster stand for it.
    of = dict(nodes.select("id", "cluster").iter_rows())
    assert [of[image] for image in pictures] == [0] * 3 + [1] * 3 + [2] * 3


def test_hidden_images_are_not_in_the_legend() -> None:
    map_ = sample_map(40, clusters=4)
    hidden = frozenset(map_.images["id"].gather_every(3))
    poster = compose(replace(map_, hidden=hidden), BARE)
    pictures = {image for image, _ in poster.legend.pictures}
    assert len(pictures) == 12
    assert not pictures & hidden


def test_pictures_keep_their_shape_however_long_they_are() -> None:
    map_ = sample_map(9, clusters=3)
    row = pl.int_range(pl.len())
    nodes = map_.nodes.with_columns(width=1.0 + 99 * (row % 3), height=pl.lit(10.0))
    poster = compose(replace(map_, nodes=nodes), BARE)
    of = dict(nodes.select("id", pl.col("width") / 10).iter_rows())
    for image, (left, top, right, bottom) in poster.legend.pictures:
        assert (right - left) / (bottom - top) == pytest.approx(of[image], rel=0.2)


def test_a_poster_without_pictures_has_none_in_its_legend() -> None:
    poster = compose(sample_map(9, clusters=3), replace(BARE, opacity=0.0))
    assert poster.legend.pictures == []
    assert len(poster.legend.patches) >= 4


@settings(deadline=None)
@given(
    st.integers(1, 300),
    st.floats(50, 20_000),
    st.floats(20, 10_000),
    st.integers(8, 200),
    st.integers(1, 100),
    st.booleans(),
)
def test_any_number_of_clusters_has_an_arrangement(
    clusters: int, room: float, highest: float, em: int, smallest: int, has_pictures: bool
) -> None:
    found = arrange(clusters, room, highest, em, smallest, has_pictures=has_pictures)
    assert smallest <= found.size <= max(em, smallest)
    assert 0 <= found.listed <= clusters
    entries = found.listed + (found.listed < clusters)
    assert (found.rows - 1) * found.columns < entries <= found.rows * found.columns
    assert found.columns * found.step <= room + (found.step - found.width) + 1e-6
    if found.rows > 1:
        assert np.ceil(found.rows * 1.55 * found.size) <= np.ceil(highest)
