"""The same pictures through three backends, two of them paid, in one atlas: three maps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
from map_plugins import map_plugins
from vision_servers import KEY, ClarifaiServer, GoogleVisionServer, running

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.plugins import SOURCES, TAGGERS, load_plugins
from tagatlas.steps.add import add_source
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.load import load_map
from tagatlas.steps.map import map_collection
from tagatlas.steps.tag import tag_collection
from tagatlas.testing import sample_images
from tagatlas_compare.comparison.comparing import compare_backends
from tagatlas_fetching import FetchOptions
from tagatlas_mapping.maps.options import MapOptions

pytestmark = pytest.mark.slow

IMAGES = 200
BACKENDS = ("clarifai", "google-vision", "imagenet")


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    """An atlas of the sample's drawings, and of smooth pictures for the rest of the 200."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    drawings = sorted(Path(str(files("tagatlas") / "cli" / "sample")).glob("*.png"))
    for path in drawings:
        (pictures / path.name).write_bytes(path.read_bytes())
    for number, image in enumerate(sample_images(IMAGES - len(drawings), (96, 64))):
        (pictures / f"smooth-{number}.jpg").write_bytes(image.data)
    plugins = load_plugins()
    with open_atlas(tmp_path / "x.atlas", plugins, create=True) as opened:
        add_source(opened, str(pictures), plugins.choose(SOURCES, "folder", {}))
        fetch_collection(opened, FetchOptions())
        yield opened


def test_three_backends_give_three_maps(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLARIFAI_PAT", KEY)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    plugins = atlas.plugins
    with ExitStack() as stack:
        servers = {
            "clarifai": stack.enter_context(running(ClarifaiServer())),
            "google-vision": stack.enter_context(running(GoogleVisionServer())),
        }
        for backend in BACKENDS:
            options = {"endpoint": servers[backend].endpoint} if backend in servers else {}
            report = tag_collection(atlas, plugins.choose(TAGGERS, backend, options), ask_each=True)
            assert report.counts["ok"] == report.asked == IMAGES
            map_collection(
                atlas,
                backend,
                backend,
                map_plugins(plugins),
                MapOptions(duplicates="keep"),
            )
        assert {len(server.billed) for server in servers.values()} == {IMAGES}
    maps = {backend: load_map(atlas, backend) for backend in BACKENDS}
    for drawn in maps.values():
        assert drawn.images.height == IMAGES
        assert drawn.clusters.height >= 2
    # Both servers see the same; what they say of it, and what imagenet says, is their own.
    themes = {f"theme {number}" for number in range(4)}
    labels = {name: set(drawn.tags.collect()["tag"]) for name, drawn in maps.items()}
    assert themes < labels["clarifai"]
    assert themes < labels["google-vision"]
    assert "mammal" in labels["imagenet"]
    spent = {name: atlas.catalog.tagging.spent(name).units for name in BACKENDS}
    assert spent == {"clarifai": IMAGES, "google-vision": IMAGES, "imagenet": 0}
    coverage = {
        row["backend"]: row for row in compare_backends(atlas, BACKENDS).coverage.to_dicts()
    }
    assert (coverage["imagenet"]["dollars"], coverage["imagenet"]["seconds_median"]) == (None, None)
    for name in servers:
        assert coverage[name]["dollars"] == pytest.approx(atlas.catalog.tagging.spent(name).dollars)
        assert coverage[name]["dollars"] > 0
        assert 0 < coverage[name]["seconds_median"] <= coverage[name]["seconds_95"]
