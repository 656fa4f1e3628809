"""Atlases of small pictures, fetched and not yet tagged."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import polars as pl
from PIL import Image

from tagatlas.atlas import open_atlas
from tagatlas.contracts import ALWAYS_KEPT, ImageStatus, Records
from tagatlas.plugins import SOURCES, load_plugins
from tagatlas.steps.add import add_source
from tagatlas.steps.fetch import fetch_collection
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOptions, FetchOutcome, StoredImage


def picture_atlas(
    folder: Path, count: int, size: tuple[int, int] = (64, 48), names: Sequence[str] = ()
) -> Path:
    """Make an atlas of so many pictures; returns its folder.

    Args:
        folder: a folder to work in.
        count: number of pictures, all different.
        size: their width and height.
        names: of the files of the first ones, also in a folder each.
    """
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, image in enumerate(sample_images(count, size)):
        name = names[number] if number < len(names) else f"{number:05}"
        path = pictures / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(image.data)
    plugins = load_plugins()
    made = folder / "x.atlas"
    with open_atlas(made, plugins, create=True) as atlas:
        add_source(atlas, str(pictures), plugins.choose(SOURCES, "folder", {}))
        fetch_collection(atlas, FetchOptions())
        assert atlas.catalog.addresses.image_count() == count
    return made


def grouped_atlas(folder: Path, sizes: Sequence[int]) -> None:
    """Make an atlas of groups of images that look the same, without fetching.

    Args:
        folder: of the atlas.
        sizes: number of images of each group; a group of one is an image like no other.
    """
    urls = [
        f"https://x.org/{group}/{member}.jpg"
        for group, size in enumerate(sizes)
        for member in range(size)
    ]
    with open_atlas(folder, load_plugins(), create=True) as atlas:
        table = pl.DataFrame({"location": urls, "frequency": [1] * len(urls)})
        atlas.settings.trust.accept(addresses=urls)
        atlas.catalog.records.add("list", "table", Records(table, "URLs"))
        outcomes = []
        for address in atlas.catalog.addresses.with_status([ImageStatus.PENDING]):
            group = int(address.location.split("/")[3])
            image_id = sha256(address.location.encode()).hexdigest()
            hashed = (group * 0x9E3779B97F4A7C15) % 2**64
            stored = StoredImage(image_id, 160, 120, "jpeg", 9, 1, hashed)
            outcomes.append(FetchOutcome(address.key, ImageStatus.OK, image=stored))
            for variant in ALWAYS_KEPT:
                atlas.store.put(image_id, variant, _noise(group))
        atlas.catalog.addresses.store(outcomes)


@cache
def _noise(number: int) -> bytes:
    """A picture of soft noise, unlike those of other numbers."""
    spots = Image.frombytes("L", (8, 6), random.Random(number).randbytes(48))  # noqa: S311
    picture = spots.resize((160, 120), Image.Resampling.BICUBIC)
    encoded = BytesIO()
    picture.convert("RGB").save(encoded, "JPEG", quality=90)
    return encoded.getvalue()
