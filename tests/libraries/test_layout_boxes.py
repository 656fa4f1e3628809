from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagatlas_mapping.layout import image_boxes
from tagatlas_mapping.layout.boxes import LARGEST, LONGEST, SMALLEST

SQUARE = np.array([[x, y] for x in np.linspace(0, 10, 101) for y in np.linspace(0, 10, 101)])


def boxes_on_square(quantity: NDArray[np.float64], fill: float) -> NDArray[np.float64]:
    return image_boxes(quantity, np.full(len(SQUARE), 1.5), SQUARE, fill)


def test_area_follows_quantity() -> None:
    quantity = np.ones(len(SQUARE))
    quantity[:100] = 4.0
    areas = boxes_on_square(quantity, 0.5).prod(axis=1)
    assert areas[0] / areas[-1] == pytest.approx(4.0)


def test_total_area_is_the_share_asked_for() -> None:
    areas = boxes_on_square(np.ones(len(SQUARE)), 0.5).prod(axis=1)
    assert areas.sum() == pytest.approx(0.5 * 9.8**2, rel=0.01)


def test_one_viral_image_does_not_swallow_the_map() -> None:
    quantity = np.full(len(SQUARE), 10.0)
    quantity[0], quantity[1] = 1e9, 0.0
    areas = boxes_on_square(quantity, 0.5).prod(axis=1)
    assert areas[0] / areas[2] == pytest.approx(LARGEST)
    assert areas[1] / areas[2] == pytest.approx(SMALLEST)


@pytest.mark.parametrize("aspect", [1e4, 250.0, 1 / 250])
@pytest.mark.parametrize("times", [1.0, 1000.0])
def test_a_very_long_picture_is_bounded_against_the_others(aspect: float, times: float) -> None:
    aspects, quantity = np.full(len(SQUARE), 1.5), np.ones(len(SQUARE))
    aspects[0], quantity[0] = aspect, times
    boxes = image_boxes(quantity, aspects, SQUARE, 0.5)
    longer = boxes.max(axis=1)
    assert longer[0] == pytest.approx(LONGEST * np.median(longer))
    assert boxes[0, 0] / boxes[0, 1] == pytest.approx(aspect)
    assert boxes[1:].prod(axis=1) == pytest.approx(boxes[1].prod())


def test_pictures_of_usual_shapes_have_equal_areas() -> None:
    aspects = np.resize([0.2, 0.56, 0.67, 1.0, 1.5, 1.78, 3.0, 8.0], len(SQUARE))
    areas = image_boxes(np.ones(len(SQUARE)), aspects, SQUARE, 0.5).prod(axis=1)
    assert areas == pytest.approx(areas[0])


def test_an_outlier_does_not_make_the_images_larger() -> None:
    far = SQUARE.copy()
    far[0] = [1e6, 1e6]
    quantity, aspect = np.ones(len(SQUARE)), np.ones(len(SQUARE))
    usual = image_boxes(quantity, aspect, SQUARE, 0.5)
    assert image_boxes(quantity, aspect, far, 0.5) == pytest.approx(usual, rel=0.01)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e9), st.floats(0.05, 20), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_boxes_are_finite_and_keep_their_aspect(
    images: list[tuple[float, float, float, float]],
) -> None:
    quantity, aspect, x, y = np.array(images).T
    boxes = image_boxes(quantity, aspect, np.column_stack([x, y]), 0.5)
    assert np.isfinite(boxes).all()
    assert (boxes > 0).all()
    assert boxes[:, 0] / boxes[:, 1] == pytest.approx(aspect)
