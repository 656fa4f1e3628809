from __future__ import annotations

import dataclasses
import tracemalloc
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from annotated import annotated
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Polygon, box
from themed_map import themed_map

from tagatlas.contracts import Map
from tagatlas.contracts.annotation import (
    LONGEST_TEXT,
    Arrow,
    Caption,
    ClusterName,
    Content,
    Note,
    Outline,
)
from tagatlas.testing import ODD_LABELS, sample_map
from tagatlas.toolkit import map_bounds
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.composition import Composition, compose
from tagatlas_posters.engine.drawings import Drawing, draw_mark, drawn_lines
from tagatlas_posters.engine.labels import text_box
from tagatlas_posters.engine.raster import paint_bands, painters
from tagatlas_posters.engine.raster.drawings import DrawingLayer
from tagatlas_posters.engine.raster.text import TextLayer
from tagatlas_posters.engine.sketches import (
    FILL,
    Area,
    Disc,
    Stroke,
    notes_of,
    sketch_annotations,
)
from tagatlas_posters.engine.text import LEADING, Block, Line, Typesetter, lines_of

RED, BLUE, GREEN = "#b3261e", "#00639b", "#1b5e20"
RED_INK = (0xB3, 0x26, 0x1E)
PAPER = (250, 248, 244)
SQUARE = ((-2.0, -2.0), (6.0, -2.0), (6.0, 5.0), (2.0, 6.0), (-2.0, 5.0))


def extent(map_: Map) -> float:
    low, high = map_bounds(map_)
    return float((high - low).max())


def painted(poster: Composition) -> NDArray[np.uint8]:
    with painters() as executor:
        return np.concatenate(list(paint_bands(poster, executor)))


def plain(map_: Map, *contents: Content, width: int = 1600) -> Composition:
    """A poster with pictures hidden and annotations on bare paper."""
    options = PosterOptions(width=width, opacity=0.0, outlines=False, names=False, legend=False)
    return compose(annotated(map_, *contents), options)


def colour_at(pixels: NDArray[np.uint8], poster: Composition, x: float, y: float) -> list[int]:
    column, row = poster.canvas.pixels(np.array([x, y]))
    colour: list[int] = pixels[int(row), int(column)].tolist()
    return colour


def only(poster: Composition) -> Drawing:
    (drawing,) = poster.drawings
    return drawing


# Places and sizes


@pytest.mark.slow
def test_lines_are_a_three_hundredth_of_the_map_wide() -> None:
    map_ = themed_map(60)
    poster = plain(map_, Outline(SQUARE, RED), Arrow((0, 0), (9, 3), BLUE))
    width = extent(map_) / 300 * poster.canvas.scale
    (stroke,), (shaft, head) = (drawing.shapes for drawing in poster.drawings)
    assert isinstance(stroke, Stroke)
    assert isinstance(shaft, Stroke)
    assert isinstance(head, Area)
    assert stroke.is_closed
    assert not shaft.is_closed
    assert np.allclose(stroke.points, poster.canvas.pixels(np.array(SQUARE)))
    assert stroke.width == shaft.width == pytest.approx(width)
    tip, one, other = head.points
    assert np.allclose(tip, poster.canvas.pixels(np.array([9.0, 3.0])))
    assert np.hypot(*(one - other)) == pytest.approx(5 * width)
    assert np.hypot(*(tip - (one + other) / 2)) == pytest.approx(6 * width)
    assert np.allclose(shaft.points[1], (one + other) / 2)


@pytest.mark.slow
def test_strokes_do_not_depend_on_what_is_shown_or_outlined() -> None:
    map_ = themed_map(60)
    few = map_.nodes.with_columns(shown=pl.int_range(pl.len()) < 5)
    found = {
        shape.width / poster.canvas.scale
        for each in (map_, dataclasses.replace(map_, nodes=few))
        for poster in (plain(each, Outline(SQUARE, RED)),)
        for shape in only(poster).shapes
        if isinstance(shape, Stroke)
    }
    assert max(found) == pytest.approx(min(found)) == pytest.approx(extent(map_) / 300)


@pytest.mark.slow
def test_lines_and_letters_have_sizes_of_their_own() -> None:
    map_ = themed_map(60)
    wide = Outline(SQUARE, RED, "text", line_width=2.0, text_size=1.5, fill=True)
    arrow = Arrow((0, 0), (9, 3), BLUE, "text", line_width=0.5, text_size=0.5)
    outline, bent = plain(map_, wide, arrow).drawings
    tint, stroke = outline.shapes
    shaft, _ = bent.shapes
    assert isinstance(tint, Area)
    assert tint.opacity == FILL
    assert isinstance(stroke, Stroke)
    assert isinstance(shaft, Stroke)
    assert stroke.width == pytest.approx(4 * shaft.width)
    (large,), (small,) = (drawing.texts for drawing in (outline, bent))
    assert large[0].lines[0].size == pytest.approx(3 * small[0].lines[0].size, abs=2)
    assert large[0].lines[0].bold


@pytest.mark.slow
def test_a_filled_outline_is_tinted_within() -> None:
    map_ = themed_map(60)
    poster = plain(map_, Outline(SQUARE, RED, fill=True))
    mixed = [round(a + (b - a) * FILL) for a, b in zip(PAPER, RED_INK, strict=True)]
    assert np.allclose(colour_at(painted(poster), poster, 1.0, 1.0), mixed, atol=2)


@pytest.mark.slow
def test_what_is_written_by_hand_is_larger_than_the_names_of_clusters() -> None:
    map_ = themed_map(150)
    (x, y), *_ = map_.clusters.select("x", "y").rows()
    ring = ((x - 2.0, y - 2.0), (x + 2.0, y - 2.0), (x, y + 2.0))
    poster = compose(annotated(map_, Outline(ring, RED, "mine")), PosterOptions(width=2400))
    ((written, _, _),) = only(poster).texts
    assert poster.names
    named = max(block.lines[0].size for block, _, _ in poster.names)
    assert written.lines[0].size > named


@pytest.mark.slow
def test_an_outlines_text_stands_above_its_highest_point() -> None:
    map_ = themed_map(60)
    poster = plain(map_, Outline(SQUARE, RED, "two lines\nof text"))
    (placed,) = only(poster).texts
    left, _, right, bottom = text_box(placed, poster.typesetter)
    x, y = poster.canvas.pixels(np.array([2.0, 6.0]))
    assert (left + right) / 2 == pytest.approx(x, abs=1)
    size = extent(map_) / 40 * poster.canvas.scale
    assert [line.size for line in placed[0].lines] == [round(size)] * 2
    assert y - 0.5 * size < bottom - placed[0].pad < y


@pytest.mark.slow
@pytest.mark.parametrize("angle", range(0, 360, 30))
def test_an_arrows_text_stands_beyond_its_tail(angle: int) -> None:
    along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    begin, end = (3 * along).tolist(), (9 * along).tolist()
    poster = plain(themed_map(60), Arrow(tuple(begin), tuple(end), RED, "from afar"))
    drawing = only(poster)
    shaft = drawing.shapes[0]
    assert isinstance(shaft, Stroke)
    (placed,) = drawing.texts
    words = box(*text_box(placed, poster.typesetter))
    tail = poster.canvas.pixels(np.array(begin))
    head = poster.canvas.pixels(np.array(end))
    middle = np.array(words.centroid.coords[0])
    # On the arrow's line, and all of it farther along than the tail, but not by much.
    back = tail - head
    across = np.array([-back[1], back[0]]) / np.hypot(*back)
    assert abs(across @ (middle - head)) <= 1.5
    size = placed[0].lines[0].size
    ahead = (np.array(words.exterior.coords) - tail) @ back / np.hypot(*back)
    assert -1.5 <= ahead.min() <= 0.4 * size


@pytest.mark.slow
def test_a_short_arrow_is_a_head_and_one_without_length_points_to_the_right() -> None:
    map_ = themed_map(60)
    (short,) = only(plain(map_, Arrow((0, 0), (extent(map_) / 200, 0), RED))).shapes
    (none,) = only(plain(map_, Arrow((1, 1), (1, 1), RED))).shapes
    assert isinstance(short, Area)
    assert isinstance(none, Area)
    tip, one, other = none.points
    assert tip[0] > one[0] == pytest.approx(other[0])


@pytest.mark.slow
def test_the_middle_of_a_texts_first_line_is_its_place() -> None:
    poster = plain(themed_map(60), Caption((2.0, 1.0), "one\n\nlonger line", 0.8, RED))
    ((block, left, top),) = only(poster).texts
    width, _ = poster.typesetter.measure(block)
    x, y = poster.canvas.pixels(np.array([2.0, 1.0]))
    size = 0.8 * poster.canvas.scale
    assert [line.text for line in block.lines] == ["one", "", "longer line"]
    assert {line.size for line in block.lines} == {round(size)}
    assert {line.ink for line in block.lines} == {RED_INK}
    assert left + width / 2 == pytest.approx(x, abs=1)
    assert top + block.pad + LEADING * size / 2 == pytest.approx(y, abs=3)


@pytest.mark.slow
def test_notes_are_numbered_in_their_order_among_all() -> None:
    contents: list[Content] = [
        Note((0, 0), "first", RED),
        Caption((1, 1), "between", 0.5, BLUE),
        ClusterName("cluster", 0, "name"),
        Note((2, 2), "second\nin two lines", GREEN),
    ]
    map_ = themed_map(60)
    poster = compose(annotated(map_, *contents), PosterOptions(width=1600))
    numbers = [
        (block.lines[0].text, block.lines[0].ink)
        for drawing in poster.drawings
        if drawing.kind == "note"
        for block, _, _ in drawing.texts
    ]
    assert numbers == [("1", (255, 255, 255)), ("2", (255, 255, 255))]
    (disc,) = poster.drawings[0].shapes
    assert isinstance(disc, Disc)
    assert 2 * disc.radius == pytest.approx(extent(map_) / 60 * poster.canvas.scale)
    listed = [[line.text for line in block.lines] for block, _, _ in poster.legend.texts[-2:]]
    assert listed == [["first"], ["second", "in two lines"]]
    marks = [(mark.colour, mark.texts[0][0].lines[0].text) for mark in poster.legend.marks]
    assert marks == [(RED_INK, "1"), ((0x1B, 0x5E, 0x20), "2")]


@pytest.mark.parametrize("number", [1, 9, 10, 99, 100, 999, 1000, 9999])
def test_a_number_lies_within_its_disc(number: int) -> None:
    typesetter = Typesetter()
    for diameter in (20.0, 64.0, 300.0):
        mark = draw_mark(number, RED_INK, (200.0, 200.0), diameter, typesetter)
        ((block, left, top),) = mark.texts
        size = block.lines[0].size
        length = typesetter.length(str(number), size, bold=True)
        # Digits are 0.73 of their size high.
        assert np.hypot(length, 0.73 * size) <= 1.05 * diameter + 2
        width, height = typesetter.measure(block)
        assert abs(left + width / 2 - 200) <= 1
        assert abs(top + height / 2 - 200) <= 1


@pytest.mark.slow
def test_the_poster_grows_to_hold_what_lies_outside() -> None:
    map_ = themed_map(60)
    low, high = map_bounds(map_).tolist()
    away: list[Content] = [
        Caption((high[0] + 20, 0.0), "a text far outside", 2.0, RED),
        Note((0.0, high[1] + 9), "note", RED),
        Outline(((low[0] - 9, 0), (low[0], 0), (low[0], 3)), RED, "beside"),
        Arrow((0.0, low[1] - 12), (0, 0), RED, "below"),
    ]
    usual, larger = plain(map_), plain(map_, *away)
    assert larger.canvas.scale < usual.canvas.scale
    left, top, right, bottom = larger.canvas.area
    whole = [text_box(text, larger.typesetter) for each in larger.drawings for text in each.texts]
    for drawing in larger.drawings:
        for shape in drawing.shapes:
            if isinstance(shape, Disc):
                continue
            whole.append((*shape.points.min(axis=0), *shape.points.max(axis=0)))
    slack = 3
    for one in whole:
        assert left - slack <= one[0] <= one[2] <= right + slack
        assert top - slack <= one[1] <= one[3] <= bottom + slack
    without = dataclasses.replace(annotated(map_, *away), annotations=())
    assert (
        compose(without, PosterOptions(annotations=False)).canvas
        == compose(annotated(map_, *away), PosterOptions(annotations=False)).canvas
    )


@pytest.mark.slow
def test_names_keep_off_texts() -> None:
    map_ = themed_map(150)
    anchors = map_.clusters.select("x", "y").rows()
    contents: list[Content] = [Caption((x, y), "A text right here", 1.0, RED) for x, y in anchors]
    poster = compose(annotated(map_, *contents), PosterOptions(width=2400, show_tags=True))
    texts = [text for drawing in poster.drawings for text in drawing.texts]
    over = [box(*text_box(text, poster.typesetter)) for text in [*poster.names, *poster.tags]]
    own = [box(*text_box(text, poster.typesetter)) for text in texts]
    assert len(poster.names) > 5
    assert not [1 for one in over for other in own if one.intersection(other).area > 0]
    assert not [1 for one, other in combinations(over, 2) if one.intersection(other).area > 0]


@pytest.mark.slow
def test_names_keep_off_lines() -> None:
    map_ = themed_map(150)
    places = map_.clusters.select("x", "y").rows()
    arrows = [Arrow((x - 9, y - 1), (x + 9, y + 1), RED) for x, y in places]
    contents: list[Content] = [*arrows, Outline(tuple(places[:4]), BLUE)]
    poster = compose(annotated(map_, *contents), PosterOptions(width=2400))
    lines = drawn_lines(poster.drawings)
    over = [box(*text_box(text, poster.typesetter)) for text in poster.names]
    assert len(over) > 5
    assert not [each for each in over if each.intersects(lines)]


def test_left_out_where_they_are_not_wanted() -> None:
    map_ = sample_map()
    poster = compose(map_, PosterOptions(width=900, annotations=False))
    bare = compose(dataclasses.replace(map_, annotations=()), PosterOptions(width=900))
    assert len(poster.drawings) == len(poster.legend.marks) == 0
    assert np.array_equal(painted(poster), painted(bare))
    assert compose(map_, PosterOptions(width=900)).drawings


def test_notes_are_listed_without_a_legend_of_clusters() -> None:
    options = PosterOptions(width=900, legend=False, size_scale=False)
    legend = compose(annotated(themed_map(30), Note((0, 0), "alone", RED)), options).legend
    assert [block.lines[0].text for block, _, _ in legend.texts] == ["alone"]
    assert legend.marks
    assert legend.patches, "a rule sets it off from the map"


@pytest.mark.slow
def test_a_long_list_of_notes_covers_nothing() -> None:
    words = "a remark of some length that goes on "
    lengths = (1 + 7 * number % 30 for number in range(25))
    notes = [Note((0, 0), (words * length)[:LONGEST_TEXT], RED) for length in lengths]
    poster = compose(annotated(themed_map(60), *notes), PosterOptions(width=2000))
    boxes = [
        (left + block.pad, top + block.pad, right - block.pad, bottom - block.pad)
        for block, left, top in poster.legend.texts
        for _, _, right, bottom in (text_box((block, left, top), poster.typesetter),)
    ]
    for one, other in combinations([box(*each) for each in boxes], 2):
        assert one.intersection(other).area == 0
    assert max(bottom for _, _, _, bottom in boxes) <= poster.legend.bottom < poster.canvas.height
    assert max(right for _, _, right, _ in boxes) <= poster.canvas.area[2] + 1
    listed = poster.legend.texts[-25:]
    said = [" ".join(line.text for line in block.lines) for block, _, _ in listed]
    assert said == [note.text.strip() for note in notes]


# Lines of text


@given(st.text(max_size=600))
def test_lines_are_as_written(text: str) -> None:
    lines = lines_of(text)
    assert all(len(line) <= 30 for line in lines)
    assert all(line == line.strip() for line in lines)
    kept = "".join("".join(lines).split())
    assert "".join(char for char in kept if not char.isspace()) == kept
    assert kept == "".join(line for each in text.splitlines() for line in lines_of(each)).replace(
        " ", ""
    )


def test_line_breaks_stay_and_controls_go() -> None:
    assert lines_of(" a \r\n\r\nb\tc\u202e\x07 ") == ["a", "", "b c"]
    assert lines_of("\n\u200f\n") == [""]
    assert [len(line) for line in lines_of("word " * 15)] == [29, 29, 14]
    assert [len(line) for line in lines_of("a" * 70)] == [30, 30, 10]


def test_what_cannot_be_seen_is_not_drawn() -> None:
    poster = plain(
        themed_map(30),
        Caption((0, 0), "\u202e\n ", 1.0, RED),
        Outline(SQUARE, RED, "\x07"),
        Arrow((0, 0), (9, 9), RED, " \n "),
    )
    assert [drawing.kind for drawing in poster.drawings] == ["outline", "arrow"]
    assert [drawing.texts for drawing in poster.drawings] == [[], []]


# Pixels


@pytest.mark.slow
def test_an_outline_is_painted_where_it_lies_and_is_hollow() -> None:
    map_ = themed_map(60)
    poster = plain(map_, Outline(SQUARE, RED))
    pixels = painted(poster)
    for x, y in ((-2.0, 0.0), (6.0, 2.0), (1.0, -2.0), (4.0, 5.5)):
        assert colour_at(pixels, poster, x, y) == list(RED_INK)
    assert colour_at(pixels, poster, 1.0, 1.0) == list(PAPER)
    covered = (PAPER[1] - pixels[:, :, 1].astype(float)) / (PAPER[1] - RED_INK[1])
    left, top, right, bottom = poster.canvas.area
    length = Polygon(SQUARE).length * poster.canvas.scale
    area = length * extent(map_) / 300 * poster.canvas.scale
    assert covered[top:bottom, left:right].sum() == pytest.approx(area, rel=0.02)


@pytest.mark.slow
def test_an_arrow_is_painted_from_its_tail_to_its_head() -> None:
    map_ = themed_map(60)
    poster = plain(map_, Arrow((-6.0, 0.0), (6.0, 0.0), RED))
    pixels = painted(poster)
    width = extent(map_) / 300
    for x in (-6.0, 0.0, 5.0, 6.0 - width):
        assert colour_at(pixels, poster, x, 0.0) == list(RED_INK)
    # The head is wider than the line, most at its base, and ends at its tip.
    assert colour_at(pixels, poster, 6.0 - 5.5 * width, 1.8 * width) == list(RED_INK)
    assert colour_at(pixels, poster, 6.0 - 1.5 * width, 1.8 * width) == list(PAPER)
    assert colour_at(pixels, poster, 0.0, 1.8 * width) == list(PAPER)
    assert colour_at(pixels, poster, 6.0 + width, 0.0) == list(PAPER)


@pytest.mark.slow
def test_a_text_has_ink_on_each_of_its_lines() -> None:
    poster = plain(themed_map(60), Caption((0.0, 0.0), "HHHHHH\nHHHHHH", 1.0, RED))
    is_red = (painted(poster) == RED_INK).all(axis=2)
    rows = np.flatnonzero(is_red.any(axis=1))
    columns = np.flatnonzero(is_red.any(axis=0))
    x, y = poster.canvas.pixels(np.array([0.0, 0.0]))
    size = poster.canvas.scale
    gaps = np.flatnonzero(np.diff(rows) > 1)
    assert len(gaps) == 1, "two lines"
    first = rows[: gaps[0] + 1]
    assert (first[0] + first[-1]) / 2 == pytest.approx(y, abs=0.12 * size)
    assert first[-1] - first[0] + 1 == pytest.approx(0.73 * size, rel=0.1)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(x, abs=2)


@pytest.mark.slow
def test_a_note_is_a_disc_with_a_white_number() -> None:
    map_ = themed_map(60)
    poster = plain(map_, Note((1.0, 1.0), "remark", RED), width=4000)
    pixels = painted(poster)
    radius = extent(map_) / 120
    for angle in np.arange(0, 2 * np.pi, 0.3):
        at = np.array([np.cos(angle), np.sin(angle)]) * radius
        assert colour_at(pixels, poster, *(1.0 + 0.93 * at)) == list(RED_INK)
        assert colour_at(pixels, poster, *(1.0 + 1.07 * at)) == list(PAPER)
    x, y = poster.canvas.pixels(np.array([1.0, 1.0])).astype(int)
    reach = int(radius * poster.canvas.scale / 2)
    inner = pixels[y - reach : y + reach, x - reach : x + reach]
    assert (inner == 255).all(axis=2).sum() > 0.05 * inner[:, :, 0].size


@pytest.mark.slow
def test_annotations_lie_above_pictures() -> None:
    map_ = themed_map(60)
    x, y = map_.images.select("x", "y").row(0)
    options = PosterOptions(width=1600, outlines=False, names=False)
    poster = compose(annotated(map_, Note((x, y), "here", RED)), options)
    pixels = painted(poster)
    radius = extent(map_) / 120
    assert colour_at(pixels, poster, x + 0.85 * radius, y) == list(RED_INK)


@pytest.mark.slow
@pytest.mark.parametrize("width", [400, 1601, 3000])
def test_bands_paint_annotations_as_one_would(width: int) -> None:
    poster = compose(sample_map(40, clusters=5), PosterOptions(width=width))
    whole = painted(poster)
    layer = DrawingLayer(poster.drawings, poster.typesetter)
    paper = np.full((poster.canvas.height, poster.canvas.width, 3), 200, dtype=np.uint8)
    at_once, in_parts = paper.copy(), paper.copy()
    layer.paint(at_once, 0)
    for top in range(0, len(paper), 37):
        layer.paint(in_parts[top : top + 37], top)
    # A polygon's coverage is summed up in another order: off by one here and there.
    assert np.abs(at_once.astype(int) - in_parts).max() <= 1
    assert (at_once != 200).any()
    assert whole.shape == paper.shape


def test_a_small_text_is_painted_as_any_other() -> None:
    typesetter = Typesetter()
    block = Block((Line("Hällo wörld", 30, RED_INK), Line("below", 30, RED_INK)), PAPER)
    drawing = Drawing("text", RED_INK, (), [(block, 20, 10)], has_halo=True)
    ground = np.random.default_rng(0).integers(0, 256, (140, 300, 3), dtype=np.uint8)
    expected, found = ground.copy(), ground.copy()
    TextLayer([(block, 20, 10)], typesetter).paint(expected, 0)
    DrawingLayer([drawing], typesetter).paint(found, 0)
    assert np.abs(expected.astype(int) - found).max() <= 12
    assert np.abs(expected.astype(int) - found).mean() < 0.3


@pytest.mark.slow
def test_a_text_as_large_as_the_poster_takes_no_more_memory_than_a_band() -> None:
    """Its pixels are 2.4 GB; what is held is a part of it, and the letters' edges are sharp."""
    typesetter = Typesetter()
    block = Block((Line("MMMM", 18_000, RED_INK),), PAPER)
    width, height = typesetter.measure(block)
    assert width * height * 4 > 2e9
    layer = DrawingLayer([Drawing("text", RED_INK, (), [(block, 0, 0)], True)], typesetter)
    band = np.full((64, width, 3), 128, dtype=np.uint8)
    tracemalloc.start()
    layer.paint(band, height // 2)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2e8
    row = band[32].astype(int)
    is_ink, is_halo = (np.abs(row - ink).max(axis=1) <= 2 for ink in (RED_INK, PAPER))
    is_ground = (row == 128).all(axis=1)
    assert is_ink.sum() > 0.1 * width
    assert (~(is_ink | is_halo | is_ground)).sum() < 200


# Whatever anybody draws

coordinates = st.floats(-1e9, 1e9) | st.floats(-60, 60)
points = st.tuples(coordinates, coordinates)
texts = st.sampled_from(ODD_LABELS) | st.text(max_size=80)
written = texts.filter(bool)
contents_ = st.one_of(
    st.builds(Outline, st.lists(points, min_size=3, max_size=12).map(tuple), st.just(RED), texts),
    st.builds(Arrow, points, points, st.just(BLUE), texts),
    st.builds(Caption, points, written, st.floats(1e-9, 1e9, exclude_min=True), st.just(GREEN)),
    st.builds(Note, points, written, st.just(RED)),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(contents_, max_size=5), st.sampled_from([400, 900]))
def test_anything_can_be_painted(contents: list[Content], width: int) -> None:
    map_ = annotated(sample_map(6), *contents)
    poster = compose(map_, PosterOptions(width=width))
    pixels = painted(poster)
    assert pixels.shape == (poster.canvas.height, width, 3)
    assert (
        poster.canvas.height
        <= 4 * width + 40 * sum(1 + len(note.text) // 4 for note in notes_of(map_)) + 400
    )


@pytest.mark.slow
@given(
    st.integers(3, 40),
    st.sampled_from([0.0, 1.0, 1e6]),
)
def test_rings_on_one_point_and_lines_there_and_back_are_painted(count: int, spread: float) -> None:
    ring = tuple((spread * (number % 2), 0.0) for number in range(count))
    (sketch,) = sketch_annotations(annotated(sample_map(6), Outline(ring, RED)), Typesetter())
    assert (sketch.high > sketch.low).all()
    painted(plain(sample_map(6), Outline(ring, RED), width=400))
