from __future__ import annotations

import dataclasses
import re
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import Maker, Map, MapFile, NetworkDescription, RendererSpec, loaded
from tagatlas.testing import RendererContract, sample_map
from tagatlas_exports.page import tagatlas_renderers

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
]


def render(map_: Map, folder: Path) -> Path:
    (spec,) = tagatlas_renderers()
    (path,) = loaded(spec.factory)(spec.options()).render(map_, folder)
    return Path(path)


@pytest.mark.slow
def test_page_says_what_the_map_shows(tmp_path: Path) -> None:
    text = render(themed_map(), tmp_path).read_text("utf-8")
    assert "150 images in 9 clusters" in text
    assert "<bdi>parrot · macaw</bdi>" in text
    assert "<b>38 images</b>, 25.3% of the map" in text
    assert text.count("data:image/jpeg;base64,") == 9 * 6


def test_the_page_leads_to_the_map_to_explore(tmp_path: Path) -> None:
    text = render(sample_map(), tmp_path).read_text("utf-8")
    assert "<code>tagatlas view</code>" in text
    assert "viewer/index.html" not in text
    viewer = tmp_path / "viewer" / "index.html"
    viewer.parent.mkdir()
    viewer.write_text("")
    text = render(sample_map(), tmp_path).read_text("utf-8")
    assert '<a href="viewer/index.html">Explore the map</a>' in text


@pytest.mark.parametrize(
    ("placed_by", "said"),
    [
        ("the tags they share", "placed by the tags they share:"),
        ("<their> users", "placed by &lt;their&gt; users:"),
        ("", "placed by the graph builder contacts:"),
    ],
)
def test_page_says_what_images_are_placed_by(tmp_path: Path, placed_by: str, said: str) -> None:
    map_ = sample_map()
    described = NetworkDescription(placed_by=placed_by)
    facts = dataclasses.replace(
        map_.provenance, builder=Maker(name="contacts", description=described)
    )
    page = render(dataclasses.replace(map_, provenance=facts), tmp_path)
    assert said in page.read_text("utf-8")


@pytest.mark.slow
def test_page_loads_nothing_but_the_poster(tmp_path: Path) -> None:
    text = render(themed_map(), tmp_path).read_text("utf-8")
    sources = set(re.findall(r'\bsrc="([^"]*)"', text))
    assert {source for source in sources if not source.startswith("data:")} == {"map.png"}
    assert "<script" not in text
    assert " style=" not in text


def test_policy_allows_the_style_of_the_page_and_no_other(tmp_path: Path) -> None:
    text = render(sample_map(), tmp_path).read_text("utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


def test_page_links_to_the_files_that_are_there(tmp_path: Path) -> None:
    names = ("some network.gexf", "tags.csv", "map.html", "lists/")
    files = [MapFile(name, f"{name} & what it is", "sample") for name in names]
    map_ = dataclasses.replace(sample_map(), files=files)
    assert "<h2>Files</h2>" not in render(map_, tmp_path).read_text("utf-8")
    (tmp_path / "some network.gexf").touch()
    (tmp_path / "lists").mkdir()
    text = render(map_, tmp_path).read_text("utf-8")
    network = '<a href="some%20network.gexf">some network.gexf</a> some network.gexf &amp; what'
    assert network in text
    assert '<a href="lists/">' in text
    assert '<a href="tags.csv">' not in text
    assert '<a href="map.html">' not in text


def test_the_poster_is_the_first_picture_that_a_renderer_writes(tmp_path: Path) -> None:
    files = [MapFile("map.svg", "vectors", "a"), MapFile("wall.png", "a wall", "wall")]
    text = render(dataclasses.replace(sample_map(), files=files), tmp_path).read_text("utf-8")
    assert '<img src="wall.png"' in text
    assert "render the format “wall”" in text
    without = render(dataclasses.replace(sample_map(), files=[]), tmp_path).read_text("utf-8")
    assert 'class="poster"' not in without


@pytest.mark.slow
def test_page_says_what_a_cluster_divides_into_and_how_stable_it_is(tmp_path: Path) -> None:
    text = render(themed_map(), tmp_path).read_text("utf-8")
    assert "<bdi>macaw</bdi> <span>19 images</span>" in text
    assert text.count('class="parts"') == 1
    assert "stability 0.95" in text
    assert "Rand index of 0.87" in text


def test_page_shows_the_typical_images(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=2)
    chosen = [["picture 4.jpg"], ["picture 7.jpg", "picture 1.jpg"]]
    labels = dict(map_.images.select("label", "id").iter_rows())
    typical = [[labels[label] for label in some] for some in chosen]
    shown = dataclasses.replace(
        map_, clusters=map_.clusters.with_columns(typical=pl.Series(typical))
    )
    text = render(shown, tmp_path).read_text("utf-8")
    assert re.findall(r'alt="(picture[^"]*)"', text) == [*chosen[0], *chosen[1]]


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_shows_the_poster(chromium_path: str, tmp_path: Path) -> None:
    page = render(themed_map(), tmp_path)
    magenta = (255, 0, 255)
    Image.new("RGB", (400, 300), magenta).save(tmp_path / "map.png")
    shot = tmp_path / "shot.png"
    done = subprocess.run(
        [
            chromium_path,
            *CHROMIUM,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=1200,1600",
            f"--screenshot={shot}",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Content Security Policy" not in done.stderr
    with Image.open(shot) as picture:
        found = picture.convert("RGB").getcolors(1 << 24)
    assert found is not None
    assert {colour: count for count, colour in found}.get(magenta, 0) > 300 * 200


class TestPage(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec
