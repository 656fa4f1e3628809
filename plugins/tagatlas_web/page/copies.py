"""The pictures beside the map: a file for each image, in folders by the first two digits.

``pictures/`` has thumbnails, for cards and the gallery; ``images/`` the stored images, for large
pictures and the deepest zoom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
import simplejpeg

from tagatlas import Variant
from tagatlas.toolkit import without_alpha
from tagatlas_posters.engine.pictures import UNREADABLE, load_jpeg, load_jpegs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas import ImageStore

_THUMBNAIL_SIDE = 256
_LARGEST_SIDE = 1 << 16
_PLAIN = {"RGB", "YCbCr"}
_SAMPLE = 64

MOST_BYTES = 200_000_000
"""The most that stored images take where nobody chose: what people still send each other."""


def affordable(
    store: ImageStore, ids: pl.Series, most: int = MOST_BYTES
) -> Literal["thumbnail", "image"]:
    """``image`` if the stored images take at most so many bytes together, else ``thumbnail``.

    Args:
        store: where the images are.
        ids: of the images (String).
        most: bytes, estimated by 64 images at equal distances.
    """
    step = max(1, len(ids) // _SAMPLE)
    some = ids.gather_every(step)
    sizes = [size for image_id in some if (size := _size(store, image_id))]
    expected = sum(sizes) / max(len(sizes), 1) * len(ids)
    return "image" if expected <= most else "thumbnail"


def _size(store: ImageStore, image_id: str) -> int:
    try:
        return len(store.get(image_id, Variant.IMAGE))
    except UNREADABLE:
        return 0


class Copies:
    """Writes the files ``ab/<id>.jpg``; used by several threads at once.

    Args:
        store: where the images are.
        folder: that of all pictures; it is made when there is one.
    """

    def __init__(self, store: ImageStore, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._made: set[str] = set()

    def take(self, image_id: str, data: bytes) -> None:
        """Write the thumbnail of an image; a file that is not larger is copied as it is.

        Args:
            image_id: of the image.
            data: the stored file, which can be decoded.

        Raises:
            OSError: it could not be written.
        """
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
        if max(height, width) <= _THUMBNAIL_SIDE and colours in _PLAIN:
            self._write(image_id, without_alpha(data))
            return
        side = (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE)
        if (smaller := load_jpeg(self._store, image_id, side)) is not None:
            self._write(image_id, smaller.data)

    def take_thumbnails(self, ids: Sequence[str]) -> None:
        """Write the thumbnails of some images; those that cannot be read are left out.

        Raises:
            OSError: one could not be written.
        """
        self._take(ids, _THUMBNAIL_SIDE)

    def take_images(self, ids: Sequence[str]) -> None:
        """Write the stored images, which are larger; those that cannot be read are left out.

        Raises:
            OSError: one could not be written.
        """
        self._take(ids, _LARGEST_SIDE)

    def _take(self, ids: Sequence[str], side: int) -> None:
        sizes = np.full((len(ids), 2), side, dtype=np.int64)
        for image_id, picture in zip(ids, load_jpegs(self._store, ids, sizes), strict=True):
            if picture is not None:  # where it is missing, the viewer says so
                self._write(image_id, picture.data)

    def _write(self, image_id: str, data: bytes) -> None:
        folder = self._folder / image_id[:2]
        if image_id[:2] not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(image_id[:2])
        with (folder / f"{image_id}.jpg").open("xb") as file:
            file.write(data)
