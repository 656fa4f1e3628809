"""An atlas with one picture of a colour that no other has, in two sizes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Records, Tag, TagResult
from tagatlas.plugins import load_plugins
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.trust import trust
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOptions

FACES = ("face.png", "small-face.png")
OTHERS = 30
TAGS = {"bird": ("bird", "beak", "wing"), "fish": ("fish", "fin", "water")}
_PARTS = re.compile(rb"[A-Za-z0-9+/]{200,}={0,2}")


def pink_atlas(folder: Path) -> Path:
    """Make the atlas: a pink face, a smaller copy of it, and green and grey pictures.

    Pictures have the tags ``animal`` and those of ``bird`` or ``fish``; the faces are birds. Each
    record has the columns ``year`` (1980 and so on), ``day`` and ``place``.
    """
    pictures = folder / "pictures"
    pictures.mkdir()
    spots = np.random.default_rng(3).integers(0, 60, (12, 16), dtype=np.uint8)
    grey = np.array(Image.fromarray(spots).resize((320, 240), Image.Resampling.BICUBIC))
    pink = np.dstack([255 - grey, grey, 255 - grey])
    Image.fromarray(pink).save(pictures / FACES[0])
    Image.fromarray(pink).resize((240, 180)).save(pictures / FACES[1])
    for number, image in enumerate(sample_images(OTHERS, (320, 240))):
        with Image.open(BytesIO(image.data)) as picture:
            picture.convert("L").convert("RGB").save(pictures / f"other-{number:02}.png")
    names = [*FACES, *(f"other-{number:02}.png" for number in range(OTHERS))]
    years = [str(1980 + number) for number in range(len(names))]
    table = pl.DataFrame(
        {
            "location": [str(pictures / name) for name in names],
            "frequency": [1] * len(names),
            "year": years,
            "day": [f"{year}-05-17 10:00:00" for year in years],
            "place": [("Porto", "Lisbon, Alfama")[number % 2] for number in range(len(names))],
        }
    )
    with open_atlas(folder / "x.atlas", load_plugins(), create=True) as atlas:
        atlas.catalog.records.add("list", "folder", Records(table, "list", local=True))
        trust(atlas)
        fetch_collection(atlas, FetchOptions())
        tag(atlas)
    return folder / "x.atlas"


def ids_of(atlas: Atlas) -> dict[str, str]:
    """The id of each image by its file name."""
    images = atlas.catalog.addresses.images()
    return {Path(place).name: image for image, place in images.select("id", "location").iter_rows()}


def tag(atlas: Atlas, others: Mapping[str, str] | None = None) -> None:
    """Give all images the tags that they have; some others, by file name, those of a kind."""
    backend = atlas.catalog.tagging.use("some", "1")
    answers = []
    for number, (name, image) in enumerate(sorted(ids_of(atlas).items())):
        kind = "bird" if number < 2 or number % 2 else "fish"
        kind = (others or {}).get(name, kind)
        more = [Tag(tag, 0.8 - 0.1 * place) for place, tag in enumerate(TAGS[kind])]
        answers.append((image, TagResult.ok([Tag("animal", 0.9), *more])))
    atlas.catalog.tagging.store(backend, answers)


def files_with_pink(folder: Path) -> list[str]:
    """The files in a folder that have pink pixels, also in pictures inside of other files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return [
        path.relative_to(folder).as_posix()
        for path in files
        if any(map(_is_pink, _pictures_in(path.read_bytes())))
    ]


def _pictures_in(data: bytes) -> Iterator[bytes]:
    """The file itself, JPEG and PNG files anywhere in it, and those written as base64."""
    yield data
    for begin in re.finditer(rb"\xff\xd8\xff|\x89PNG", data):
        yield data[begin.start() :]
    for part in _PARTS.finditer(data):
        yield base64.b64decode(part[0] + b"=" * (-len(part[0]) % 4))


def _is_pink(data: bytes) -> bool:
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            red, green, blue = np.array(picture.convert("RGB"), dtype=int).transpose(2, 0, 1)
    except (OSError, SyntaxError, ValueError):
        return False
    return bool(((red > 170) & (blue > 170) & (green < 110)).any())
