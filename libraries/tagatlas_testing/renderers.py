"""The suite of renderers."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path, PurePosixPath

import polars as pl
import pytest
from PIL import Image

from tagatlas.contracts import Map, Renderer, RendererSpec, Variant, loaded
from tagatlas.errors import OptionError, StorageError
from tagatlas.options import without_secrets
from tagatlas_guards import guarded
from tagatlas_testing.pictures import MemoryStore
from tagatlas_testing.samples import ODD_LABELS, sample_map
from tagatlas_testing.specs import SpecContract, check_hidden, is_one_line

Files = dict[Path, bytes]


class _Boxed(MemoryStore):
    """A store whose images are not separate files."""

    def locate(self, image_id: str, variant: Variant) -> None:
        """None: no location."""


class RendererContract(SpecContract):
    """Rules of a :class:`~tagatlas.Renderer`. Override ``spec``."""

    @pytest.fixture
    def spec(self) -> RendererSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your renderer's spec")

    @pytest.fixture
    def renderer(self, spec: RendererSpec, options: object) -> Renderer:
        """The renderer under test."""
        return guarded(loaded(spec.factory)(options), spec.name)

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """An empty folder to render into."""
        folder = tmp_path / "maps" / "sample"
        folder.mkdir(parents=True)
        return folder

    def test_factory_makes_a_renderer(self, renderer: Renderer) -> None:
        """The factory, called with the options, makes a ``Renderer``."""
        assert isinstance(renderer, Renderer)

    def test_files_are_written_and_returned(self, renderer: Renderer, folder: Path) -> None:
        """At least one file is written, and exactly those written are returned."""
        paths = renderer.render(sample_map(), folder)
        assert paths, "the file to open first comes first: there is one"
        assert set(paths) == set(read_files(folder))
        assert all(path.stat().st_size > 0 for path in paths)

    def test_nothing_is_written_elsewhere(
        self, renderer: Renderer, folder: Path, tmp_path: Path
    ) -> None:
        """Nothing is written outside the folder or into the working directory."""
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        with contextlib.chdir(elsewhere):
            renderer.render(sample_map(), folder)
        assert all(path.is_relative_to(folder) for path in read_files(tmp_path))

    def test_files_are_named(self, spec: RendererSpec, renderer: Renderer, folder: Path) -> None:
        """``files`` contains the path of the first file written, or of a folder it is in.

        A renderer that names none is not in lists of files, and not offered by the viewer.
        """
        for name, what in spec.files.items():
            assert is_one_line(what)
            assert name == PurePosixPath(name).as_posix() + "/" * name.endswith("/")
            assert ".." not in PurePosixPath(name).parts
            assert not PurePosixPath(name).is_absolute()
        first = renderer.render(sample_map(), folder)[0].relative_to(folder).as_posix()
        folders = [name for name in spec.files if name.endswith("/")]
        assert not spec.files or first in spec.files or first.startswith(tuple(folders))
        assert not spec.download or first in spec.files
        assert spec.download == "" or is_one_line(spec.download)

    def test_widget_is_there(self, spec: RendererSpec) -> None:
        """If ``widget`` names a function, it exists."""
        assert not spec.widget or callable(loaded(spec.widget))

    def test_secrets_are_in_no_file(
        self, options: object, renderer: Renderer, folder: Path
    ) -> None:
        """Secrets are in no file: maps are published."""
        renderer.render(sample_map(), folder)
        for path, data in read_files(folder).items():
            text = data.decode("utf-8", "replace")
            is_hidden = without_secrets(text, options) == text
            check_hidden(is_hidden, without_secrets(f"the file {path}", options))

    def test_files_can_be_read_back(self, renderer: Renderer, folder: Path) -> None:
        """Every file is valid in its format: XML, HTML, CSV, JSON, UTF-8 text, pictures."""
        for path in renderer.render(sample_map(), folder):
            check_file(path)

    def test_the_same_map_gives_the_same_bytes(
        self, spec: RendererSpec, options: object, renderer: Renderer, tmp_path: Path
    ) -> None:
        """The same map gives the same bytes, in any instance and folder, and on any day."""
        rendered = []
        for name, each in (("a", renderer), ("a", renderer), ("bb", loaded(spec.factory)(options))):
            folder = tmp_path / name
            folder.mkdir(exist_ok=True)
            each.render(sample_map(), folder)
            rendered.append({p.relative_to(folder): d for p, d in read_files(folder).items()})
        assert rendered[0] == rendered[1] == rendered[2]
        today = datetime.now(tz=UTC).date().isoformat().encode()
        assert not [path for path, data in rendered[0].items() if today in data], (
            "today's date is in a file: dates come from the map's provenance"
        )

    def test_files_are_replaced_not_rewritten(
        self, renderer: Renderer, folder: Path, tmp_path: Path
    ) -> None:
        """Files are replaced atomically: an open reader of the old one can read it to its end."""
        (first, *_) = renderer.render(sample_map(), folder)
        old = first.read_bytes()
        reader = tmp_path / "old"
        os.link(first, reader)
        renderer.render(sample_map(7), folder)
        assert reader.read_bytes() == old

    def test_unwritable_files_are_a_storage_error(
        self, renderer: Renderer, folder: Path, tmp_path: Path
    ) -> None:
        """If a file cannot be written, ``StorageError`` is raised, with a one-line message."""
        blocked = tmp_path / "blocked"
        for path in renderer.render(sample_map(), folder):
            (blocked / path.relative_to(folder) / "in the way").mkdir(parents=True)
        with pytest.raises(StorageError) as caught:
            renderer.render(sample_map(), blocked)
        assert is_one_line(str(caught.value))

    def test_odd_labels_stay_text(self, renderer: Renderer, folder: Path) -> None:
        """Labels, names, URLs and columns never become markup or a formula, or break files."""
        for path in renderer.render(sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS)), folder):
            check_file(path)

    @pytest.mark.parametrize("keep", [0, 6], ids=["none", "half"])
    def test_missing_pictures(self, renderer: Renderer, folder: Path, keep: int) -> None:
        """Images missing from the store do not stop the others."""
        map_ = sample_map()
        store = MemoryStore()
        for image in map_.images["id"].head(keep):
            for variant in Variant:
                store.put(image, variant, map_.store.get(image, variant))
        for path in renderer.render(dataclasses.replace(map_, store=store), folder):
            check_file(path)

    def test_pictures_that_are_no_files(self, renderer: Renderer, folder: Path) -> None:
        """If ``locate`` gives None, locations are omitted, or ``OptionError`` says why not.

        The latter is for a renderer whose options require files.
        """
        map_ = sample_map()
        store = _Boxed()
        for image in map_.images["id"]:
            for variant in (Variant.IMAGE, Variant.THUMBNAIL):
                store.put(image, variant, map_.store.get(image, variant))
        with contextlib.suppress(OptionError):
            for path in renderer.render(dataclasses.replace(map_, store=store), folder):
                check_file(path)

    def test_damaged_pictures(self, renderer: Renderer, folder: Path) -> None:
        """Images whose stored bytes are damaged do not stop the others."""
        map_ = sample_map()
        (first, second) = map_.images["id"].head(2)
        for variant in Variant:
            map_.store.put(first, variant, map_.store.get(first, variant)[:200])
            map_.store.put(second, variant, b"")
        for path in renderer.render(map_, folder):
            check_file(path)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: sample_map(1, clusters=1),
            lambda: sample_map(2, clusters=2),
            lambda: sample_map(thumbnail=(256, 1)),
            lambda: sample_map(thumbnail=(1, 256)),
            lambda: _on_one_point(sample_map()),
            lambda: _without_outlines(sample_map()),
            lambda: _without_stability(sample_map()),
        ],
        ids=[
            *("one image", "two clusters of one", "lines", "columns", "one point", "no outlines"),
            "no stability",
        ],
    )
    def test_small_and_odd_maps(
        self, renderer: Renderer, folder: Path, make: Callable[[], Map]
    ) -> None:
        """Maps of one image, of one point, or of very long pictures are rendered as well.

        So are those without the clusters' stability.
        """
        for path in renderer.render(make(), folder):
            check_file(path)

    def test_map_is_left_alone(self, renderer: Renderer, folder: Path) -> None:
        """Rendering does not modify the map."""
        map_, untouched = sample_map(), sample_map()
        renderer.render(map_, folder)
        for name in ("nodes", "clusters", "records"):
            assert getattr(map_, name).equals(getattr(untouched, name))
        assert map_.tags.collect().equals(untouched.tags.collect())
        for name in ("sources", "targets", "weights"):
            assert getattr(map_, name).tobytes() == getattr(untouched, name).tobytes()


def read_files(folder: Path) -> Files:
    """The bytes of every file in a folder, at any depth."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_file(path: Path) -> None:
    """Assert that a file is valid, and that labels of ODD_LABELS are nothing but text in it."""
    suffix = path.suffix.lower()
    if suffix in (".xml", ".svg", ".gexf", ".graphml", ".xhtml"):
        _check_xml(path)
    elif suffix in (".html", ".htm"):
        _check_html(path)
    elif suffix in (".csv", ".tsv"):
        _check_cells(path)
    elif suffix == ".json":
        json.loads(path.read_text("utf-8"), parse_constant=_no_json)
    elif suffix in (".md", ".txt", ".js", ".css"):
        path.read_text("utf-8")
    elif suffix in (".png", ".jpg", ".jpeg", ".webp", ".gif"):
        with Image.open(path) as picture:
            picture.load()


def _check_xml(path: Path) -> None:
    for element in ET.fromstring(path.read_bytes()).iter():  # noqa: S314 - our own file
        name = element.tag.rpartition("}")[2]
        _check_element(path, name, element.attrib.items())
        assert name != "script" or "tagatlas_injected" not in (element.text or ""), path.name


class _Elements(HTMLParser):
    """Collects elements, their attributes, and the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts.append(data)


def _check_html(path: Path) -> None:
    page = _Elements()
    page.feed(path.read_text("utf-8"))
    page.close()
    for name, attributes in page.found:
        _check_element(path, name, attributes)
    # A label may stand in a script's data, but no script may begin with one.
    assert not [text for text in page.scripts if text.startswith("tagatlas_injected")], path.name


def _check_element(path: Path, name: str, attributes: Iterable[tuple[str, str | None]]) -> None:
    assert name != "tagatlas-injected", f"{path.name}: a label became an element"
    for attribute, value in attributes:
        is_handler = attribute.lower().startswith("on") and "tagatlas_injected" in (value or "")
        assert not is_handler, f"{path.name}: a label became the attribute {attribute} of <{name}>"


def _check_cells(path: Path) -> None:
    """Assert that rows are equally long, and no cell is a formula to a spreadsheet."""
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    assert len({len(row) for row in rows}) == 1, f"{path.name}: rows differ in length"
    for row in rows:
        for cell in row:
            assert not _is_formula(cell), f"{path.name}: {cell!r} is a formula"


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula; a number is not one."""
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def _no_json(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def _on_one_point(map_: Map) -> Map:
    return dataclasses.replace(map_, nodes=map_.nodes.with_columns(x=pl.lit(0.0), y=pl.lit(0.0)))


def _without_stability(map_: Map) -> Map:
    unknown = pl.lit(None, pl.Float64).alias("stability")
    return dataclasses.replace(
        map_,
        stability=None,
        clusters=map_.clusters.with_columns(unknown),
        subclusters=map_.subclusters.with_columns(unknown),
    )


def _without_outlines(map_: Map) -> Map:
    return dataclasses.replace(map_, outlines={})
