"""Atlases of small pictures, fetched and not yet tagged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tagatlas.atlas import open_atlas
from tagatlas.plugins import SOURCES, load_plugins
from tagatlas.steps.add import add_source
from tagatlas.steps.fetch import fetch_collection
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOptions


def picture_atlas(
    folder: Path, count: int, size: tuple[int, int] = (64, 48), names: Sequence[str] = ()
) -> Path:
    """Make an atlas of so many pictures; returns its folder.

    Args:
        folder: a folder to work in.
        count: number of pictures, all different.
        size: their width and height.
        names: of the files of the first ones.
    """
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, image in enumerate(sample_images(count, size)):
        name = names[number] if number < len(names) else f"{number:05}"
        (pictures / f"{name}.jpg").write_bytes(image.data)
    plugins = load_plugins()
    made = folder / "x.atlas"
    with open_atlas(made, plugins, create=True) as atlas:
        add_source(atlas, str(pictures), plugins.choose(SOURCES, "folder", {}))
        fetch_collection(atlas, FetchOptions())
        assert atlas.catalog.addresses.image_count() == count
    return made
