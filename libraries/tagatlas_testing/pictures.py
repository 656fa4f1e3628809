"""Sample pictures, and a store in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tagatlas.contracts import ImageInput, ImageStore, Thumbnail, Variant
from tagatlas.errors import ImageNotStored


class MemoryStore(ImageStore):
    """An image store in memory, for tests."""

    def __init__(self) -> None:
        self._data: dict[tuple[str, Variant], bytes] = {}
        self._lock = Lock()

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """Store ``data``."""
        with self._lock:
            self._data[image_id, variant] = bytes(data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        """The stored bytes; raises :class:`ImageNotStored` if missing."""
        with self._lock:
            data = self._data.get((image_id, variant))
        if data is None:
            raise ImageNotStored(f"no {variant} is stored for {image_id}")
        return data

    def has(self, image_id: str, variant: Variant) -> bool:
        """Whether the bytes are stored."""
        with self._lock:
            return (image_id, variant) in self._data

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """The path that the file would have in an atlas."""
        return f"images/{image_id[:2]}/{image_id}.{variant}.jpg"


def sample_images(count: int, size: tuple[int, int] = (160, 120)) -> list[ImageInput]:
    """Real JPEG pictures, all different, the same at every call.

    Args:
        count: how many.
        size: width and height in pixels.
    """
    return [_drawn(number, size) for number in range(count)]


def sample_thumbnails(ids: Sequence[str], scores: NDArray[np.float32]) -> list[Thumbnail]:
    """Pictures with a bar for each label, in its colour; the length is the score.

    Args:
        ids: of the images.
        scores: shape (images, labels), in [0, 1]; images without any have no picture.
    """
    store = MemoryStore()
    for image_id, row in zip(ids, scores, strict=True):
        if not row.any():
            continue
        picture = Image.new("RGB", (96, 8 * len(row)), (255, 255, 255))
        draw = ImageDraw.Draw(picture)
        for label, score in enumerate(row):
            dice = np.random.default_rng(label)
            colour = tuple(int(part) for part in dice.integers(0, 256, 3))
            if score > 0:
                draw.rectangle((0, 8 * label, 95 * float(score), 8 * label + 7), fill=colour)
        store.put(image_id, Variant.THUMBNAIL, _encoded(picture))
    return [Thumbnail(image_id, store) for image_id in ids]


def _picture(number: int, size: tuple[int, int]) -> Image.Image:
    """A sky, a ground, a disc and a box; ``number`` determines colours and positions."""
    width, height = size
    dice = np.random.default_rng(number)
    colours = [tuple(int(part) for part in dice.integers(0, 256, 3)) for _ in range(4)]
    picture = Image.new("RGB", size, colours[0])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 2 // 3, width, height), fill=colours[1])
    left, top = (float(part) for part in dice.uniform(0.0, 0.5, 2))
    draw.ellipse(
        (left * width, top * height, (left + 0.4) * width, (top + 0.4) * height), fill=colours[2]
    )
    left, top = (float(part) for part in dice.uniform(0.1, 0.7, 2))
    draw.rectangle(
        (left * width, top * height, (left + 0.2) * width, (top + 0.2) * height), fill=colours[3]
    )
    return picture


@lru_cache(maxsize=256)
def _drawn(number: int, size: tuple[int, int]) -> ImageInput:
    data = _encoded(_picture(number, size))
    return ImageInput(id=hashlib.sha256(data).hexdigest(), data=data)


def _encoded(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
