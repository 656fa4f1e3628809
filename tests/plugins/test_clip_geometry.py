from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.Image import Resampling

from tagatlas.testing import sample_images

pytestmark = pytest.mark.extras("open_clip")


@pytest.fixture(scope="module")
def device() -> Iterator[str]:
    """A GPU, or else the processor, where Triton's interpreter runs what is for GPUs."""
    pytest.importorskip("triton", reason="Triton is not part of every PyTorch")
    import torch

    if torch.cuda.is_available():
        yield "cuda"
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRITON_INTERPRET", "1")
        yield "cpu"


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


@pytest.mark.slow
@settings(max_examples=6)
@given(
    olds=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=3),
    new=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    corners=st.tuples(*[st.floats(0, 1) for _ in range(4)]),
    resampling=st.sampled_from([Resampling.BICUBIC, Resampling.BILINEAR]),
)
@example([(57, 90)], (56, 20), (0, 0, 1, 1), Resampling.BICUBIC)  # Pillow 13: columns first
@example([(90, 37), (80, 70)], (20, 36), (0, 0, 1, 1), Resampling.BICUBIC)
@example([(1, 1)], (20, 20), (0, 0, 1, 1), Resampling.BILINEAR)
def test_what_a_gpu_computes_are_pillows_pixels(
    device: str,
    olds: list[tuple[int, int]],
    new: tuple[int, int],
    corners: tuple[float, float, float, float],
    resampling: Resampling,
) -> None:
    import torch

    from tagatlas_clip.geometry import Section
    from tagatlas_clip.resample import GpuResizer, resample

    pictures, sections = [], []
    for width, height in olds:
        left, right = sorted((corners[0] * (width - 1), 1 + corners[2] * (width - 1)))
        top, bottom = sorted((corners[1] * (height - 1), 1 + corners[3] * (height - 1)))
        box = (left, top, max(right, left + 0.5), max(bottom, top + 0.5))
        random = np.random.default_rng(width)
        pictures.append(random.integers(0, 256, (height, width, 3), dtype=np.uint8))
        sections.append(Section(box, new, resampling))
    made = resample(pictures, sections, torch.device(device))
    for pixels, section, found in zip(pictures, sections, made, strict=True):
        if GpuResizer.knows(pixels, section):
            wanted = Image.fromarray(pixels).resize(new, resampling, box=section.box)
            assert np.array_equal(found.cpu(), np.asarray(wanted))


def test_each_geometry_of_one_resizing_says_so() -> None:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    from tagatlas_clip.geometry import geometry_of

    [sample] = sample_images(1, (300, 200))
    picture = sample.open()
    for mode in ("shortest", "squash"):
        *steps, _, _ = image_transform_v2(
            PreprocessCfg(size=64, resize_mode=mode), is_train=False
        ).transforms
        geometry = geometry_of(steps)
        section = geometry.section(300, 200)
        assert section is not None
        made = picture.resize(section.size, section.resampling, box=section.box)
        assert np.array_equal(np.asarray(geometry(picture)), np.asarray(made))
    *steps, _, _ = image_transform_v2(
        PreprocessCfg(size=64, resize_mode="longest"), is_train=False
    ).transforms
    assert geometry_of(steps).section(300, 200) is None
