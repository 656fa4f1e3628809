"""Addresses of an SVG's pictures: in the file itself, or in the atlas."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
from PIL import Image

from tagatlas.errors import OptionError
from tagatlas.toolkit import plain_colours
from tagatlas_posters.engine.pictures import variants_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tagatlas_posters.engine.composition import Composition
    from tagatlas_posters.engine.pictures import Jpeg


def embedded(poster: Composition, detail: float) -> Iterator[str | None]:
    """Data URLs of the poster's pictures, in their order; None for those that cannot be read.

    A cut-out is a PNG, the one format with opacity that all programs read.

    Args:
        poster: with the pictures.
        detail: the most pixels of a picture per pixel that it covers.
    """
    for jpeg in poster.jpegs(detail):
        yield _data_address(jpeg) if jpeg else None


def _data_address(jpeg: Jpeg) -> str:
    if jpeg.alpha is None:
        return f"data:image/jpeg;base64,{b64encode(jpeg.data).decode()}"
    with Image.open(BytesIO(jpeg.data), formats=("JPEG",)) as picture:
        on_white = np.asarray(picture)
    encoded = BytesIO()
    Image.fromarray(plain_colours(on_white, jpeg.alpha)).save(encoded, "PNG")
    return f"data:image/png;base64,{b64encode(encoded.getvalue()).decode()}"


def linked(poster: Composition, folder: Path) -> Iterator[str | None]:
    """Addresses of the poster's pictures, in their order; None for those that are gone.

    The files of cut-outs are on white.

    Args:
        poster: with the pictures.
        folder: of the SVG; addresses are relative to it.

    Raises:
        OptionError: the folder is not in the atlas, or the pictures are not files.
    """
    way_up: str | None = None
    for image_id, box in zip(poster.ids, poster.boxes.tolist(), strict=True):
        variants = variants_for((box[2] - box[0], box[3] - box[1]))
        there = [variant for variant in variants if poster.store.has(image_id, variant)]
        if not there:
            yield None
            continue
        place = poster.store.locate(image_id, there[0])
        if place is None:
            raise OptionError(
                "pictures cannot be linked, for this atlas keeps them in no files of their own: "
                "leave them embedded"
            )
        if place.startswith(("http://", "https://")):
            yield place
            continue
        if way_up is None:
            way_up = _way_up(folder, place)
        yield way_up + quote(place)


def _way_up(folder: Path, place: str) -> str:
    """The relative path from a folder in the atlas up to the atlas."""
    whole = folder.resolve()
    for steps, parent in enumerate((whole, *whole.parents)):
        if (parent / place).is_file():
            return "../" * steps
    raise OptionError(
        f"pictures are linked from inside the atlas only, and {folder} is not in it;"
        " write to its folder maps, or leave the pictures embedded"
    )
