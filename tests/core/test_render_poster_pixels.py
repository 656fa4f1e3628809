"""No picture is larger on a poster than its own pixels."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tagatlas import Map, Variant
from tagatlas.testing import MemoryStore, sample_map
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.own_pixels import within_pixels


def stored(sizes: dict[str, tuple[int, int]]) -> MemoryStore:
    store = MemoryStore()
    for name, size in sizes.items():
        for variant, most in ((Variant.IMAGE, 1024), (Variant.THUMBNAIL, 256)):
            picture, data = Image.new("RGB", size), BytesIO()
            picture.thumbnail((most, most))
            picture.save(data, "JPEG")
            store.put(name, variant, data.getvalue())
    return store


side = st.integers(1, 400)


@given(own=st.tuples(side, side), longer=st.integers(1, 900), place=st.integers(-50, 50))
def test_a_box_is_at_most_as_large_as_its_picture(
    own: tuple[int, int], longer: int, place: int
) -> None:
    scale = longer / max(own)
    box = [max(1, round(each * scale)) for each in own]
    boxes = np.array([[place, 7, place + box[0], 7 + box[1]]])
    (found,), reduced = within_pixels(stored({"a": own}), ["a"], boxes)
    size = found[2:] - found[:2]
    if longer <= 32 or longer <= max(own):
        assert reduced == 0
        assert found.tolist() == boxes[0].tolist()
    else:
        assert reduced == 1
        assert max(size) == max(own)
        assert size.min() >= 1
        assert np.abs((found[:2] + found[2:]) - (boxes[0, :2] + boxes[0, 2:])).max() <= 2


def test_damaged_and_missing_pictures_keep_their_boxes() -> None:
    store = MemoryStore()
    store.put("a", Variant.THUMBNAIL, b"no picture")
    boxes = np.array([[0, 0, 90, 90], [5, 5, 100, 50]])
    found, reduced = within_pixels(store, ["a", "b"], boxes)
    assert (found.tolist(), reduced) == (boxes.tolist(), 0)


def printed(map_: Map, width: int) -> str:
    poster = compose(map_, PosterOptions(width=width))
    return " ".join(line.text for block, _, _ in poster.margins for line in block.lines)


@pytest.mark.parametrize(("width", "is_said"), [(500, False), (4000, True)])
def test_the_poster_says_how_many_are_smaller(width: int, is_said: bool) -> None:
    said = "3 images drawn smaller: they have no more pixels." in printed(sample_map(3), width)
    assert said == is_said


def test_the_small_print_is_whole() -> None:
    source = "The archive of the society of friends of moving pictures, " * 3
    poster = compose(sample_map(3), PosterOptions(width=1000, image_source=source))
    said = " ".join(line.text for block, _, _ in poster.margins for line in block.lines)
    assert said.endswith("Made with tagatlas.")
