"""Names of clusters on posters: at their own pictures, led by lines, and steady."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from themed_map import themed_map

from tagatlas.contracts import Map
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.composition import Composition, compose
from tagatlas_posters.engine.drawings import Drawing
from tagatlas_posters.engine.labels import text_box
from tagatlas_posters.engine.placement import LabelPlacer
from tagatlas_posters.engine.raster.bands import paint_bands, painters
from tagatlas_posters.engine.sketches import Stroke
from tagatlas_posters.svg.document import svg_document

THEMED = themed_map(90, pictures=1)


def renamed(map_: Map, names: dict[int, str]) -> Map:
    """The map with other names of some clusters."""
    column = pl.col("cluster").replace_strict(names, default=pl.col("name"), return_dtype=pl.String)
    return dataclasses.replace(map_, clusters=map_.clusters.with_columns(name=column))


def boxes_of(poster: Composition) -> dict[str, tuple[int, int, int, int]]:
    """The box of each name, by its first line."""
    return {placed[0].lines[0].text: text_box(placed, poster.typesetter) for placed in poster.names}


def distances(map_: Map, poster: Composition) -> list[tuple[float, float]]:
    """Of each name to the nearest picture of its own, and of other clusters."""
    images = map_.images.filter("shown")
    count = images.height  # those of the legend come after
    drawn = dict(zip(poster.ids[:count], poster.boxes[:count], strict=True))
    pictures = shapely.box(*np.array([drawn[image] for image in images["id"]]).T)
    found = []
    for (block, left, top), cluster in zip(poster.names, map_.clusters["cluster"], strict=True):
        box = shapely.box(*text_box((block, left, top), poster.typesetter))
        away = shapely.distance(box, pictures)
        is_own = (images["cluster"] == cluster).to_numpy()
        found.append((away[is_own].min(), away[~is_own].min()))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        PosterOptions(width=700),
        PosterOptions(width=3000),
        PosterOptions(paper="A4", dpi=100),
        PosterOptions(paper="A4", dpi=100, landscape=True, type_size=9.0),
    ],
)
def test_no_name_is_nearer_to_pictures_of_others_than_to_its_own(options: PosterOptions) -> None:
    poster = compose(THEMED, options)
    for own, other in distances(THEMED, poster):
        assert own <= other


@pytest.mark.slow
@settings(deadline=None, max_examples=4)
@given(st.dictionaries(st.integers(0, 8), st.text("abc ", min_size=1, max_size=40), max_size=9))
def test_names_that_are_given_move_no_others(names: dict[int, str]) -> None:
    given_ones = {cluster: f"{name.strip()} {cluster}" for cluster, name in names.items()}
    before = compose(THEMED, PosterOptions(width=1600))
    after = compose(renamed(THEMED, given_ones), PosterOptions(width=1600))
    assert len(after.names) == len(before.names) == THEMED.clusters.height
    kept = [cluster for cluster in range(len(before.names)) if cluster not in names]
    for cluster in kept:
        assert after.names[cluster][1:] == before.names[cluster][1:]


def test_a_place_that_is_given_back_is_free() -> None:
    pictures = np.array([[100, 60, 200, 160], [220, 60, 320, 160]])
    placer = LabelPlacer((0, 0, 420, 220), pictures, np.array([0, 1], dtype=np.int32))
    first = placer.place((90, 50), (150.0, 30.0), 0)
    assert first is not None
    assert placer.place((90, 50), (150.0, 30.0), 0) != first
    placer.give_back(first)
    assert placer.place((90, 50), (150.0, 30.0), 0) == first


def test_a_line_leads_to_a_name_without_room_beside_its_pictures() -> None:
    pictures = np.array([[480, 480, 520, 520]])
    # Other texts all around, and between them a slit that is too narrow for the name.
    around = [
        (380, 380, 640, 450),
        (380, 550, 640, 620),
        (380, 450, 450, 550),
        (540, 440, 640, 490),
        (540, 510, 640, 560),
    ]
    placer = LabelPlacer((0, 0, 1000, 1000), pictures, np.zeros(1, dtype=np.int32), around)
    box = placer.place((140, 60), (500.0, 500.0), 0)
    assert box is not None
    line = shapely.LineString(placer.lines[box])
    assert shapely.distance(line, shapely.box(*box)) == pytest.approx(0, abs=1e-9)
    assert shapely.distance(line, shapely.box(*pictures[0])) == pytest.approx(0, abs=1e-9)
    assert not shapely.intersects(line, shapely.box(*np.array(around).T)).any()
    placer.give_back(box)
    assert not placer.lines


@pytest.mark.slow
def test_lines_to_names_are_on_a_layer_of_their_own() -> None:
    poster = compose(THEMED, PosterOptions(width=1200))
    assert not poster.leaders
    leader = Drawing(
        "leader",
        (10, 20, 30),
        (Stroke(np.array([[9.0, 9.0], [99.0, 9.0]]), 2.0, is_closed=False),),
        [],
        has_halo=False,
    )
    led = dataclasses.replace(poster, leaders=[leader])
    svg = "".join(svg_document(led, iter([None] * len(led.ids))))
    assert svg.index('id="pictures"') < svg.index('<g id="leaders"') < svg.index('id="names"')
    assert 'd="M9 9L99 9"' in svg
    with painters() as threads:
        plain = next(paint_bands(poster, threads))
    with painters() as threads:
        painted = next(paint_bands(led, threads))
    changed = np.argwhere((plain != painted).any(axis=2))
    assert changed.min(axis=0).tolist() == [8, 8]
    assert changed.max(axis=0).tolist() in ([9, 99], [10, 99], [9, 100], [10, 100])


def test_names_do_not_stand_beside_images_far_from_their_cluster() -> None:
    images = THEMED.images
    far = images.filter(pl.col("cluster") == 0)["id"][0]
    x = images["x"].to_numpy().max().item() + 30.0
    nodes = THEMED.nodes.with_columns(
        x=pl.when(pl.col("id") == far).then(x).otherwise("x"),
        y=pl.when(pl.col("id") == far).then(0.0).otherwise("y"),
    )
    square = np.array([[x - 1, -1], [x + 1, -1], [x + 1, 1], [x - 1, 1]])
    rings = {**THEMED.outlines, 0: [*THEMED.outlines[0], square]}
    clusters = THEMED.clusters.with_columns(
        x=pl.when(pl.col("cluster") == 0).then(x - 4).otherwise("x")
    )
    map_ = dataclasses.replace(THEMED, nodes=nodes, outlines=rings, clusters=clusters)
    poster = compose(map_, PosterOptions(width=2000))
    left, _, right, _ = boxes_of(poster)[poster.names[0][0].lines[0].text]
    middle = poster.canvas.pixels(np.array([[x - 15, 0.0]]))[0, 0]
    assert (left + right) / 2 < middle
