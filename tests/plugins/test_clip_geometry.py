from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.Image import Resampling

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


MODES = ["shortest", "longest", "squash"]
PORTRAITS = [(500, 900), (266, 513), (400, 600), (768, 1024), (101, 997)]
OTHERS = [(1024, 768), (700, 700), (1024, 100), (224, 224), (60, 40), (5, 3), (1, 1)]


def random_sizes(number: int) -> list[tuple[int, int]]:
    """Widths and heights from 40 to 1,500 pixels."""
    sides = np.random.default_rng(20).integers(40, 1501, (number, 2)).tolist()
    return [(width, height) for width, height in sides]


def noise(size: tuple[int, int]) -> np.ndarray:
    """A picture in which every pixel counts, so that any other rounding shows."""
    width, height = size
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def differing(sizes: list[tuple[int, int]], mode: str, interpolation: str) -> list[object]:
    """The sizes of pictures that are not prepared bit for bit as open_clip prepares them."""
    from open_clip.transform import PreprocessCfg, image_transform_v2

    from tagatlas_clip.geometry import geometry_of

    *steps, _, _ = image_transform_v2(
        PreprocessCfg(size=224, resize_mode=mode, interpolation=interpolation), is_train=False
    ).transforms
    geometry = geometry_of(steps)
    found: list[object] = []
    for size in sizes:
        wanted = Image.fromarray(noise(size))
        made = geometry(wanted)
        for step in steps:
            wanted = step(wanted)
        if not np.array_equal(np.asarray(made), np.asarray(wanted)):
            found.append(size)
    return found


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("mode", MODES)
def test_pictures_are_prepared_bit_for_bit_as_by_open_clip(mode: str, interpolation: str) -> None:
    sizes = [*PORTRAITS, *OTHERS, *random_sizes(12)]
    assert differing(sizes, mode, interpolation) == []


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_500_sizes_are_prepared_bit_for_bit(mode: str, interpolation: str) -> None:
    assert differing(random_sizes(500), mode, interpolation) == []


@pytest.mark.slow
@settings(max_examples=4)
@given(
    olds=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=3),
    new=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    margins=st.tuples(*[st.integers(0, 9) for _ in range(4)]),
    resampling=st.sampled_from([Resampling.BICUBIC, Resampling.BILINEAR]),
)
@example([(57, 90)], (56, 20), (0, 0, 0, 0), Resampling.BICUBIC)  # Pillow 13: columns first
@example([(90, 37), (80, 70)], (20, 36), (0, 0, 0, 0), Resampling.BICUBIC)
@example([(50, 90)], (22, 40), (0, 9, 0, 9), Resampling.BICUBIC)  # a portrait, its middle
@example([(1, 1)], (20, 20), (0, 0, 0, 0), Resampling.BILINEAR)
def test_what_a_gpu_computes_are_pillows_pixels(
    device: str,
    olds: list[tuple[int, int]],
    new: tuple[int, int],
    margins: tuple[int, int, int, int],
    resampling: Resampling,
) -> None:
    import torch

    from tagatlas_clip.geometry import Scaling
    from tagatlas_clip.resample import GpuResizer, resample

    (width, height), (left, top, right, bottom) = new, margins
    part = (min(left, width - 1), min(top, height - 1), 0, 0)
    part = (*part[:2], max(width - right, part[0] + 1), max(height - bottom, part[1] + 1))
    scaling = Scaling(new, part, resampling)
    pictures = [noise(size) for size in olds]
    made = resample(pictures, [scaling] * len(pictures), torch.device(device))
    for pixels, found in zip(pictures, made, strict=True):
        if GpuResizer.knows(pixels, scaling):
            wanted = Image.fromarray(pixels).resize(new, resampling).crop(part)
            assert np.array_equal(found.cpu(), np.asarray(wanted))


def test_each_geometry_of_one_resizing_says_so() -> None:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    from tagatlas_clip.geometry import geometry_of

    for mode, size in itertools.product(MODES, [*PORTRAITS, *OTHERS]):
        *steps, _, _ = image_transform_v2(
            PreprocessCfg(size=64, resize_mode=mode), is_train=False
        ).transforms
        geometry = geometry_of(steps)
        picture = Image.fromarray(noise(size))
        scaling = geometry.scaling(*size)
        assert (scaling is None) == (mode == "longest")
        if scaling is not None:
            made = picture.resize(scaling.size, scaling.resampling).crop(scaling.part)
            assert np.array_equal(np.asarray(geometry(picture)), np.asarray(made))
