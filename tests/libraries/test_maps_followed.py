"""Drawings that follow their images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewed_atlas import make_map, viewed_atlas

from tagatlas.atlas import open_atlas
from tagatlas.contracts.annotation import Arrow, Caption, Note, Outline, content_as_json
from tagatlas.steps.load import load_map
from tagatlas.toolkit.annotating import AnnotationFeed
from tagatlas_mapping.maps.followed import anchored, follow_images

RED = "#b3261e"
IDS = [f"{number:064x}" for number in range(9)]
SPOTS = [(float(number % 3), float(number // 3)) for number in range(9)]
IMAGES = pl.DataFrame({"id": IDS, "x": [x for x, _ in SPOTS], "y": [y for _, y in SPOTS]})
AROUND = Outline(((-0.5, -0.5), (2.5, -0.5), (2.5, 1.5), (-0.5, 1.5)), RED)


def places(x: float, y: float, factor: float = 1.0) -> dict[str, tuple[float, float]]:
    """Where the images are on a map that is moved and enlarged."""
    return {
        image: (x + factor * a, y + factor * b) for image, (a, b) in zip(IDS, SPOTS, strict=True)
    }


def test_an_outline_follows_the_images_that_it_surrounds() -> None:
    drawn = anchored(AROUND, IMAGES)
    assert isinstance(drawn, Outline)
    assert {image for image, _, _ in drawn.anchors or ()} == set(IDS[:6])
    now = follow_images(drawn, places(100, 50, 1.5))
    assert isinstance(now, Outline)
    wanted = [(100 + 1.5 * x, 50 + 1.5 * y) for x, y in AROUND.points]
    assert np.allclose(now.points, wanted)
    assert follow_images(now, places(100, 50, 1.5)) is now


def test_what_is_at_a_place_follows_the_nearest_images() -> None:
    text = anchored(Caption((2.1, 2.0), "text", 1.0, RED), IMAGES)
    arrow = anchored(Arrow((-3.0, 0.0), (0.1, 0.0), RED), IMAGES)
    note = anchored(Note((5.0, 5.0), "note", RED, image=IDS[4]), IMAGES)
    moved = [follow_images(each, places(10, -10)) for each in (text, arrow, note)]
    assert isinstance(moved[0], Caption)
    assert isinstance(moved[1], Arrow)
    assert isinstance(moved[2], Note)
    assert moved[0].place == pytest.approx((12.1, -8.0))
    assert (*moved[1].begin, *moved[1].end) == pytest.approx((7.0, -10.0, 10.1, -10.0))
    assert moved[2].place == pytest.approx((15.0, -5.0))
    assert moved[2].anchors == ((IDS[4], 11.0, -9.0),)


def test_images_that_are_gone_do_not_count_and_one_astray_leads_nothing_astray() -> None:
    drawn = anchored(AROUND, IMAGES)
    now = places(7, 0) | {IDS[0]: (900.0, 900.0)}
    del now[IDS[1]]
    followed = follow_images(drawn, now)
    assert isinstance(followed, Outline)
    low, high = np.min(followed.points, axis=0), np.max(followed.points, axis=0)
    left = [spot for image, spot in now.items() if image in IDS[2:6]]
    assert (low < np.min(left, axis=0)).all()
    assert (high > np.max(left, axis=0)).all()
    assert (high - low < 2 * np.ptp(np.array(AROUND.points), axis=0) + 1e-9).all()


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.6, 1.9))
def test_there_and_back_is_where_it_was(x: float, y: float, factor: float) -> None:
    drawn = anchored(AROUND, IMAGES)
    away = follow_images(drawn, places(x, y, factor))
    back = follow_images(away, places(0, 0))
    assert isinstance(back, Outline)
    assert np.allclose(back.points, AROUND.points, atol=1e-3 * (1 + abs(x) + abs(y)))


def test_what_follows_nothing_is_written_as_before() -> None:
    assert content_as_json(Outline(((0, 0), (1, 0), (0, 1)), RED)) == (
        '{"kind":"outline","points":[[0,0],[1,0],[0,1]],"colour":"#b3261e","text":""}'
    )


@pytest.mark.slow
def test_drawings_are_where_their_images_are_on_a_map_made_again(tmp_path: Path) -> None:
    feed = AnnotationFeed()
    with open_atlas(viewed_atlas(tmp_path)) as atlas:
        first = load_map(atlas, "one").images.select("id", "x", "y")
        image, x, y = first.row(0)
        others = [row for row in first.rows() if row[0] != image]
        away = float(min(np.hypot(x - a, y - b) for _, a, b in others)) / 3
        ring = ((x - away, y - away), (x + away, y - away), (x, y + away))
        feed.put(atlas, "ring", "one", Outline(ring, RED), base=0)
        note = feed.put(atlas, "note", "one", Note((x, y), "this", RED, image=image), base=0)
        make_map(atlas, seed=5)
        now = load_map(atlas, "one")
        _, x_now, y_now = now.images.filter(id=image).select("id", "x", "y").row(0)
        assert (x_now, y_now) != pytest.approx((x, y), rel=1e-2)
        drawn = {each.id: each.content for each in now.annotations}
        assert isinstance(drawn["note"], Note)
        assert drawn["note"].place == pytest.approx((x_now, y_now))
        assert isinstance(drawn["ring"], Outline)
        assert np.mean(drawn["ring"].points, axis=0)[0] == pytest.approx(x_now, abs=away)
        told = feed.get(atlas, "note")
        assert told is not None
        assert told.content == drawn["note"]
        assert told.revision > note.revision
