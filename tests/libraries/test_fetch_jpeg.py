"""Shrinking JPEGs without Pillow: as good as Pillow, and never instead of its judgement."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tagatlas_fetching.jpeg import shrunk_jpeg

if TYPE_CHECKING:
    from tests.conftest import MakePicture


def difference(found: NDArray[np.uint8], data: bytes) -> float:
    """Mean difference to a fair filter of all pixels, of 255."""
    height, width, _ = found.shape
    with Image.open(BytesIO(data)) as whole:
        fair = whole.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    return float(np.abs(found.astype(float) - np.asarray(fair, float)).mean())


@pytest.mark.parametrize(
    ("size", "copy"),
    [
        ((1200, 900), (512, 384)),
        ((1024, 683), (512, 342)),
        ((1023, 1025), (128, 128)),
        ((700, 500), (512, 366)),
        ((512, 384), (512, 384)),
        ((1, 3000), (1, 512)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 2, "progressive": True}])
def test_the_copy_looks_like_the_picture(
    picture: MakePicture, size: tuple[int, int], copy: tuple[int, int], options: dict[str, Any]
) -> None:
    data = picture(size=size, quality=95, **options)
    shrunk = shrunk_jpeg(data, size, copy)
    assert shrunk is not None
    assert shrunk.shape == (copy[1], copy[0], 3)
    assert difference(shrunk, data) < 1.5


def test_planes_of_red_green_and_blue_are_not_taken_for_others(picture: MakePicture) -> None:
    data = picture(size=(640, 480), quality=95, keep_rgb=True)
    shrunk = shrunk_jpeg(data, (640, 480), (200, 150))
    assert shrunk is not None
    assert difference(shrunk, data) < 1.5


def test_what_is_damaged_is_left_to_pillow(picture: MakePicture) -> None:
    data = picture(size=(640, 480))
    assert shrunk_jpeg(data + b"no part of the picture", (640, 480), (64, 48)) is not None
    assert shrunk_jpeg(data[: len(data) // 2], (640, 480), (64, 48)) is None
    assert shrunk_jpeg(data[:-2], (640, 480), (64, 48)) is None
    assert shrunk_jpeg(b"\xff\xd8\xff", (640, 480), (64, 48)) is None
    assert shrunk_jpeg(picture("PNG", size=(640, 480)), (640, 480), (64, 48)) is None


def test_another_size_than_expected_is_left_to_pillow(picture: MakePicture) -> None:
    assert shrunk_jpeg(picture(size=(640, 480)), (64, 48), (64, 48)) is None


def test_without_its_library_pillow_filters(picture: MakePicture, tmp_path: Path) -> None:
    (tmp_path / "cykooz_resizer.py").write_text("raise ImportError('as if it were not installed')")
    code = (
        "import sys; from tagatlas_fetching.normalise import normalise\n"
        "made = normalise(sys.stdin.buffer.read(), max_side=512, max_pixels=10_000_000)\n"
        "sys.stdout.buffer.write(made.image)"
    )
    data = picture(size=(1200, 900), quality=95)
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=data,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    with Image.open(BytesIO(done.stdout)) as made:
        assert made.size == (512, 384)
        assert difference(np.asarray(made), data) < 1.5
