"""Perturbed pictures: exactly what was meant, the same each time, made as fetched ones."""

from __future__ import annotations

from io import BytesIO
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tagatlas import Variant
from tagatlas.testing import MemoryStore, sample_images
from tagatlas.toolkit import copies_of
from tagatlas_compare import BenchOptions
from tagatlas_compare.benching.options import PerturbationName
from tagatlas_compare.benching.robustness.perturbations import (
    CONTROL,
    PERTURBATIONS,
    SMALLEST,
    perturb,
    perturbed_inputs,
    recognisable,
    shorter_sides,
)

PICTURE = sample_images(1, (240, 160))[0].open()
OTHER = "1" * 64
IMAGE = "0" * 64


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def pixels(data: bytes) -> NDArray[np.int16]:
    return np.asarray(opened(data), dtype=np.int16)


def stored(*sizes: tuple[int, int], originals: bool = False) -> tuple[MemoryStore, list[str]]:
    """A store with a picture of each size, and the ids."""
    store = MemoryStore()
    names = []
    for number, size in enumerate(sizes):
        buffer = BytesIO()
        sample_images(number + 1, size)[-1].open().save(buffer, "PNG")
        names.append(f"{number:064x}")
        for variant, data in copies_of(buffer.getvalue(), max_side=1024).items():
            store.put(names[-1], variant, data)
        if originals:
            store.put(names[-1], Variant.ORIGINAL, buffer.getvalue())
    return store, names


def test_all_kinds_can_be_chosen_and_are_by_default() -> None:
    assert get_args(PerturbationName) == tuple(PERTURBATIONS) == BenchOptions().perturbations
    assert all(3 <= len(kind.strengths) <= 5 for kind in PERTURBATIONS.values())


@pytest.mark.parametrize("kind", [CONTROL, *sorted(set(PERTURBATIONS) - {"jpeg", "caption"})])
def test_the_strength_that_changes_nothing_changes_nothing(kind: str) -> None:
    nothing = 0 if kind == CONTROL else PERTURBATIONS[kind].nothing
    found = opened(perturb(PICTURE, kind, nothing, IMAGE))
    assert found.format == "PNG"
    assert np.array_equal(np.asarray(found), np.asarray(PICTURE))


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_the_same_bytes_each_time_and_further_away_the_stronger(kind: str) -> None:
    away = []
    for strength in PERTURBATIONS[kind].strengths:
        data = perturb(PICTURE, kind, strength, IMAGE)
        assert data == perturb(PICTURE, kind, strength, IMAGE)
        found = np.asarray(opened(data).convert("RGB").resize(PICTURE.size), dtype=np.int16)
        away.append(float(np.abs(found - np.asarray(PICTURE)).mean()))
    if kind == "brightness":  # from dark to light
        assert away[0] > away[1] > 0
        away = away[2:]
    assert away == sorted(away)
    assert away[0] > 0


def test_strengths_are_said_in_words() -> None:
    said = [
        PERTURBATIONS[kind].in_words(PERTURBATIONS[kind].strengths[0]) for kind in PERTURBATIONS
    ]
    assert said[:5] == [
        "quality 50",
        "70 % of each side",
        "5 % of each side cut off",
        "3 degrees",
        "60 % to black",
    ]


def test_a_crop_is_the_inner_part_and_loses_nothing() -> None:
    found = pixels(perturb(PICTURE, "crop", 10, IMAGE))
    assert np.array_equal(found, np.asarray(PICTURE)[8:152, 12:228])


def test_a_border_is_around_all_of_the_picture() -> None:
    found = pixels(perturb(PICTURE, "border", 10, IMAGE))
    assert found.shape == (192, 272, 3)
    assert np.array_equal(found[16:176, 16:256], np.asarray(PICTURE))
    found[16:176, 16:256] = 0
    assert not found.any()


def test_sizes_of_scaled_pictures() -> None:
    assert opened(perturb(PICTURE, "scale", 50, IMAGE)).size == (120, 80)
    assert opened(perturb(PICTURE, "scale", 35, IMAGE)).size == (84, 56)


def test_a_turned_picture_has_its_size_and_no_empty_corners() -> None:
    white = Image.new("RGB", (90, 200), (250, 240, 230))
    assert opened(perturb(PICTURE, "turn", 20, IMAGE)).size == PICTURE.size
    assert (pixels(perturb(white, "turn", 20, IMAGE)) == np.asarray(white)).all()


def test_grey_has_no_colour_and_brightness_loses_no_light_detail() -> None:
    grey = pixels(perturb(PICTURE, "grey", 100, IMAGE))
    assert np.ptp(grey, axis=2).max() == 0
    pale = Image.fromarray(np.array([[[235] * 3, [255] * 3]], dtype=np.uint8))
    for strength in PERTURBATIONS["brightness"].strengths:
        assert np.ptp(pixels(perturb(pale, "brightness", strength, IMAGE))) >= 8 * (strength > 0)


def test_noise_is_as_strong_as_stated_of_the_grain_of_the_picture_and_its_own_for_each() -> None:
    for side, grain in ((224, 1), (896, 4)):
        plain = Image.new("RGB", (side, side), (128, 128, 128))
        found = pixels(perturb(plain, "noise", 8, IMAGE)) - 128
        assert found.std() == pytest.approx(0.08 * 255, rel=0.02)
        assert np.array_equal(found[::grain, ::grain].repeat(grain, 0).repeat(grain, 1), found)
        assert not np.array_equal(found, pixels(perturb(plain, "noise", 8, OTHER)) - 128)
        twice = pixels(perturb(plain, "noise", 16, IMAGE)) - 128
        assert np.abs(twice - 2 * found)[np.abs(twice) < 120].max() <= 1.5


def test_a_caption_covers_the_lower_part_alone_and_fits_narrow_pictures() -> None:
    for size in ((240, 160), (40, 400)):
        picture = sample_images(1, size)[0].open()
        found, plain = pixels(perturb(picture, "caption", 20, IMAGE)), np.asarray(picture)
        covered = size[1] - size[1] // 5
        assert np.array_equal(found[:covered], plain[:covered])
        assert (found[covered:, [0, -1]] == 24).all()  # the letters end before the edges
        assert found[covered:].max() > 100


def test_taggers_get_what_fetching_makes_of_the_perturbed_picture() -> None:
    store, (name,) = stored((1500, 900), originals=True)
    for variant in (Variant.IMAGE, Variant.THUMBNAIL):
        (control,) = perturbed_inputs(store, variant, [name], CONTROL, 0)
        assert control.data == store.get(name, variant)  # the original is encoded once
        (cropped,) = perturbed_inputs(store, variant, [name], "crop", 20)
        assert max(opened(cropped.data).size) == {"image": 820, "thumbnail": 256}[variant]


def test_without_originals_the_copy_is_perturbed_and_none_gets_larger() -> None:
    store, (name,) = stored((300, 200))
    (framed,) = perturbed_inputs(store, Variant.IMAGE, [name], "border", 16)
    assert max(opened(framed.data).size) == 300
    (control,) = perturbed_inputs(store, Variant.IMAGE, [name], CONTROL, 0)
    away = np.abs(pixels(control.data) - pixels(store.get(name, Variant.IMAGE)))
    assert 0 < away.mean() < 2


def test_perturbed_pictures_have_ids_of_their_own() -> None:
    store, names = stored((120, 100), (100, 120))
    ids = {
        each.id
        for kind, strength in ((CONTROL, 0), ("jpeg", 50), ("jpeg", 25), ("grey", 50))
        for each in perturbed_inputs(store, Variant.THUMBNAIL, names, kind, strength)
    }
    assert len(ids) == 8
    assert not ids & set(names)
    assert all(len(each) == 64 and set(each) <= set("0123456789abcdef") for each in ids)


def test_no_picture_is_shown_that_a_person_would_not_recognise() -> None:
    store, names = stored((400, 31), (400, 32), (91, 400), (92, 400), (46, 46))
    sides = shorter_sides(store, names)
    assert list(sides.values()) == [31, 32, 91, 92, 46]
    assert recognisable(sides, CONTROL) == names[1:]
    assert recognisable(sides, "jpeg") == names[1:]
    assert recognisable(sides, "scale") == [names[3]]
    assert recognisable(sides, "crop") == names[2:]
    for kind, perturbation in PERTURBATIONS.items():
        for strength in perturbation.strengths:
            own = recognisable(sides, kind)
            for each in perturbed_inputs(store, Variant.IMAGE, own, kind, strength):
                assert min(opened(each.data).size) >= SMALLEST


def test_damaged_pictures_are_not_shown_and_a_damaged_original_is_not_used() -> None:
    store, (name, other) = stored((120, 100), (120, 100), originals=True)
    store.put(name, Variant.ORIGINAL, b"no picture")
    store.put(other, Variant.IMAGE, store.get(other, Variant.IMAGE)[:700])
    assert shorter_sides(store, [name, other]) == {name: 100, other: 0}
    (control,) = perturbed_inputs(store, Variant.IMAGE, [name], CONTROL, 0)
    assert opened(control.data).size == (120, 100)
