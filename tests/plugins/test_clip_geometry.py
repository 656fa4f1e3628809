from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tagatlas.testing import sample_images

pytest.importorskip("open_clip", reason="tagatlas[clip] is not installed: make test installs it")

SIZES = [(1024, 768), (768, 1024), (700, 700), (1024, 100), (101, 997), (224, 224), (60, 40)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pictures_become_those_of_open_clip(size: tuple[int, int], interpolation: str) -> None:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    from tagatlas_clip.geometry import geometry_of

    transform = image_transform_v2(
        PreprocessCfg(size=224, interpolation=interpolation), is_train=False
    )
    *steps, _, _ = transform.transforms
    ours = geometry_of(steps)
    [sample] = sample_images(1, size)
    theirs = Image.open(BytesIO(sample.data)).convert("RGB")
    made = ours(theirs)
    for step in steps:
        theirs = step(theirs)
    differences = np.abs(np.asarray(made).astype(int) - np.asarray(theirs))
    assert differences.max() <= 1
    assert np.mean(differences > 0) < 2e-4


@pytest.mark.parametrize("mode", ["longest", "squash"])
def test_what_is_not_cropped_is_left_to_open_clip(mode: str) -> None:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    from tagatlas_clip.geometry import geometry_of

    *steps, _, _ = image_transform_v2(
        PreprocessCfg(size=64, resize_mode=mode), is_train=False
    ).transforms
    [sample] = sample_images(1, (300, 200))
    picture = Image.open(BytesIO(sample.data)).convert("RGB")
    made = geometry_of(steps)(picture)
    for step in steps:
        picture = step(picture)
    assert np.array_equal(np.asarray(made), np.asarray(picture))
