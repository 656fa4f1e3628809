"""A store that keeps images in a database: there are no files to name, and all goes on."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from strangers import lay_plugin

import tagatlas as library
from tagatlas.atlas import Atlas
from tagatlas.contracts import Variant
from tagatlas.errors import OptionError
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.clean import stored_bytes
from tagatlas.steps.doctor import check_atlas

PLUGIN = """
import sqlite3
from contextlib import closing
from tagatlas import *
from tagatlas.errors import ImageNotStored


class Box(ImageStore):
    def __init__(self, options, folder):
        self._path = folder / "box.sqlite"
        self._run("CREATE TABLE IF NOT EXISTS box (id, variant, data, UNIQUE (id, variant))")

    def _run(self, statement, *values):
        with closing(sqlite3.connect(self._path, timeout=60)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def put(self, image_id, variant, data):
        self._run("INSERT OR REPLACE INTO box VALUES (?, ?, ?)", image_id, variant, data)

    def get(self, image_id, variant):
        query = "SELECT data FROM box WHERE id = ? AND variant = ?"
        for (data,) in self._run(query, image_id, variant):
            return data
        raise ImageNotStored(f"no {variant} of {image_id}")

    def has(self, image_id, variant):
        query = "SELECT 1 FROM box WHERE id = ? AND variant = ?"
        return bool(self._run(query, image_id, variant))

    def locate(self, image_id, variant):
        return None


class Grey(Tagger, TextEmbedder):
    def __init__(self, options): ...

    def tag(self, images):
        tones = [image.open().getpixel((0, 0))[0] for image in images]
        return [TagResult.ok([Tag("light" if tone > 127 else "dark", 0.9)],
                             embedding=[tone + 1.0, 1.0]) for tone in tones]

    def embed_texts(self, texts):
        import numpy as np

        return np.ones((len(texts), 2), np.float32)

    def fingerprint(self):
        return "grey"


@hookimpl
def tagatlas_image_stores():
    return [ImageStoreSpec(name="box", summary="One file.", factory=Box)]

@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="grey", summary="Grey.", factory=Grey, embeds_texts=True)]
"""


@pytest.mark.slow
def test_a_collection_whose_images_are_no_files_is_mapped_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_plugin(tmp_path / "site", "boxplugin", PLUGIN)
    monkeypatch.syspath_prepend(tmp_path / "site")
    plugins = load_plugins()
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(8):
        Image.effect_noise((64, 48), 40 + number).convert("RGB").save(pictures / f"{number}.png")
    folder = tmp_path / "x.atlas"
    library.add(folder, pictures)
    (folder / "atlas.toml").write_text('[store]\nname = "box"\n')
    library.trust(folder)
    report = library.run(pictures, folder, backend="grey", plugins=plugins)
    assert report.mapped.images == 8
    assert not (folder / "images").exists()
    with library.open_atlas(folder, plugins) as atlas:
        check(atlas, tmp_path / "out")


def check(atlas: Atlas, out: Path) -> None:
    formats = sorted(atlas.plugins.of_kind(RENDERERS))
    written = library.export(atlas, formats, out).files
    assert len(written) > len(formats)
    assert pl.read_csv(out / "nodes.csv")["image"].is_null().all()
    with pytest.raises(OptionError, match="cannot be linked"):
        library.export(atlas, "svg", out, svg_pictures="linked")
    found = library.search(atlas, "anything", backend="grey")
    assert found.height == 8
    assert found["file"].is_null().all()
    image = found["id"][0]
    kept = [len(atlas.store.get(image, variant)) for variant in (Variant.IMAGE, Variant.THUMBNAIL)]
    assert stored_bytes(atlas, image) == sum(kept)
    assert all(finding.ok for finding in check_atlas(atlas))
    assert json.dumps(found.rows())
