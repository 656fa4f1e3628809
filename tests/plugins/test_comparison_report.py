from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from chromium import chromium, watched
from compared import compared, planted_collection, renamed, tagged_backend, with_errors
from jsonschema import Draft202012Validator

from tagatlas.contracts import Variant
from tagatlas.testing import ODD_LABELS, MemoryStore, sample_images
from tagatlas_compare import CompareOptions, Comparison, write_comparison
from tagatlas_compare.comparison.report.alluvial import alluvial_columns
from tagatlas_compare.comparison.wordnet import WordNetSimilarity
from tagatlas_rendering import cell_text

IMAGES = 150


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Three backends, of which one speaks in odd labels, on images with odd names."""
    images, tags, _ = planted_collection(IMAGES, 5)
    odd = tags.with_columns(
        tag=pl.col("tag").replace(tags["tag"].unique().sort().head(len(ODD_LABELS)), ODD_LABELS)
    )
    named = images.with_columns(
        label=pl.Series([ODD_LABELS[row % len(ODD_LABELS)] for row in range(IMAGES)])
    )
    backends = [
        tagged_backend("plain", named, with_errors(tags, 0.1, 1)),
        tagged_backend('<i>odd"', named, odd, names=ODD_LABELS[5:]),
        tagged_backend("plain:2", named, renamed(tags)),
    ]
    return compared(named, backends, WordNetSimilarity(), CompareOptions(top=5, gallery=20))


@pytest.fixture(scope="module")
def store(comparison: Comparison) -> MemoryStore:
    store = MemoryStore()
    for image, picture in zip(comparison.images["id"], sample_images(30) * 5, strict=True):
        store.put(image, Variant.THUMBNAIL, picture.data)
    return store


@pytest.fixture(scope="module")
def folder(
    comparison: Comparison, store: MemoryStore, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_comparison(comparison, folder, store)
    return folder


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, name: str) -> list[str]:
        return [value for found, key, value in self.attributes if (found, key) == (tag, name)]


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text("utf-8"))


def test_the_page_carries_all_it_shows_and_runs_nothing(page: Page, folder: Path) -> None:
    assert not {"script", "iframe", "object", "embed", "link", "i"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert all(source.startswith("data:image/") for source in page.values("img", "src"))
    links = [link for link in page.values("a", "href") if not link.startswith("#")]
    assert links
    assert all((folder / link).is_file() for link in links)
    [policy] = [value for value in page.values("meta", "content") if "default-src" in value]
    assert "default-src 'none'" in policy


def test_every_picture_is_told_in_words(page: Page) -> None:
    assert len(page.values("img", "alt")) == page.tags.count("img")
    assert all(page.values("img", "alt"))
    assert page.values("html", "lang") == ["en"]
    assert page.tags.count("h1") == 1


def test_labels_from_outside_are_text(page: Page) -> None:
    for label in ("<script>tagatlas_injected()</script>", "</script><tagatlas-injected>"):
        assert label in page.text
    assert "tagatlas-injected" not in page.tags


def test_the_gallery_shows_images_with_the_tags_of_each(page: Page, comparison: Comparison) -> None:
    assert len([source for source in page.values("img", "src") if "jpeg" in source]) == 20
    assert page.values("li", "class").count("common") > 0
    first = comparison.disagreement.row(0, named=True)
    assert f"{first['disagreement']:.2f}" in page.text


def test_the_document_keeps_its_schema(folder: Path) -> None:
    schema = json.loads(
        (files("tagatlas_compare.comparison.report") / "compare.schema.json").read_text("utf-8")
    )
    Draft202012Validator.check_schema(schema)
    document = json.loads((folder / "compare.json").read_text("utf-8"))
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(document)]
    assert errors == []
    assert sorted(document["files"]) == sorted(path.name for path in folder.iterdir())
    assert len(document["pairs"]) == 3


def test_charts_are_svg_that_holds_no_program_and_their_data_is_beside_them(folder: Path) -> None:
    charts = sorted(folder.glob("*.svg"))
    names = {"measures.svg", "flows-plain-plain-2.svg", "map-plain.svg", "tags-plain-plain-2.svg"}
    assert names <= {path.name for path in charts}
    for path in charts:
        root = ElementTree.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not {"script", "foreignObject", "a"} & names, path
        assert pl.read_csv(path.with_suffix(".csv"), infer_schema=False).height > 0


def test_tables_are_safe_in_spreadsheets_and_keep_the_tags(
    folder: Path, comparison: Comparison
) -> None:
    [path] = folder.glob("tags-plain--i-odd-.csv")
    cells = pl.read_csv(path, infer_schema=False)["tag"].to_list()
    assert not [cell for cell in cells if re.match(r"^[=+\-@\t\r]", cell)]
    own = comparison.prevalence.filter(a="plain", b='<i>odd"')
    assert sorted(map(cell_text, cells)) == sorted(own["tag"])


@pytest.mark.slow
def test_the_same_comparison_gives_the_same_files(
    comparison: Comparison, store: MemoryStore, folder: Path, tmp_path: Path
) -> None:
    for path in write_comparison(comparison, tmp_path / "new" / "folder", store):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_the_methods_name_backends_and_sources(folder: Path) -> None:
    text = (folder / "methods.md").read_text("utf-8")
    for part in ("plain:2 (plain:2 1)", "150 images", "5 tags", "Vinh et al. 2010", "WordNet"):
        assert part in text


@pytest.mark.slow
def test_an_image_that_cannot_be_read_leaves_the_page_whole(
    comparison: Comparison, tmp_path: Path
) -> None:
    write_comparison(comparison, tmp_path, MemoryStore())
    assert "(no picture)" in (tmp_path / "report.html").read_text("utf-8")


def test_flows_cross_no_more_than_they_must() -> None:
    dice = np.random.default_rng(0)
    members = dice.integers(0, 5, 200)
    other = (members * 3 + 1) % 5  # the same clusters under other numbers
    first, second = alluvial_columns([members, other])
    assert [int(cluster) * 3 % 5 + 1 for cluster in first.clusters] == [
        int(cluster) or 5 for cluster in second.clusters
    ]
    assert first.tops == pytest.approx(second.tops)
    assert first.tops[0] == pytest.approx(1)
    assert first.bottoms[-1] == pytest.approx(0)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_all_in_letters_that_can_be_read(
    folder: Path, chromium_path: str, width: int
) -> None:
    with chromium(chromium_path) as browser, watched(browser, width=width) as page:
        page.goto((folder / "report.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(SMALLEST_LETTERS) >= 10
        assert page.evaluate("document.querySelector('.verdict').getBoundingClientRect().top") < 400
        # Charts are drawn with letters of 8 points, in pictures of known width.
        shown = page.evaluate(
            "[...document.querySelectorAll('figure img')].map(e => [e.width, e.naturalWidth])"
        )
        assert shown
        assert all(8 * 96 / 72 * width / natural >= 10 for width, natural in shown), shown


SMALLEST_LETTERS = """Math.min(...[...document.body.querySelectorAll('*')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
