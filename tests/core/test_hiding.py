"""Hidden images: no file has their pictures, and they count or are left out, as said."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image
from pink_atlas import FACES, OTHERS, files_with_pink, ids_of, pink_atlas, tag

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Records, Tag, TagResult, Variant
from tagatlas.errors import AtlasDamaged, ImageNotStored, UsageError
from tagatlas.plugins import RENDERERS
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.hiding import hidden_images, hide_images
from tagatlas.steps.info import info
from tagatlas.steps.load import load_map
from tagatlas.steps.map import MapReport
from tagatlas.steps.map import map as map_
from tagatlas.steps.opened import AtlasLike
from tagatlas.steps.remove import remove
from tagatlas.steps.render import RenderReport, export, render
from tagatlas.steps.trust import trust
from tagatlas_compare.comparison.comparing import compare
from tagatlas_fetching import FetchOptions


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = pink_atlas(tmp_path_factory.mktemp("pink"))
    draw(folder)
    return folder


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Iterator[Atlas]:
    """A copy of an atlas with a map."""
    shutil.copytree(made, tmp_path / "x.atlas")
    with open_atlas(tmp_path / "x.atlas") as opened:
        trust(opened)
        yield opened


def draw(atlas: AtlasLike, **options: Any) -> MapReport:
    return map_(atlas, iterations=5, **options)


def mapped(atlas: Atlas) -> set[str]:
    return set(load_map(atlas).images["id"])


def test_a_table_hides_an_image_and_its_copy(atlas: Atlas, tmp_path: Path) -> None:
    table = tmp_path / "faces.csv"
    table.write_text(f"label,remark\n{FACES[0]},a face\nnobody.jpg,\n")
    before = load_map(atlas)
    report = draw(atlas, hide=table)
    assert report.unchanged
    assert report.left_out == {"joined to one that looks the same": 1}
    said = " ".join(report.notes)
    assert "hidden: 1 image, and 1 joined with them as near duplicates; 2 in all" in said
    assert "tagatlas render replaces" in said
    assert "not found: 1 name of 2: nobody.jpg" in said
    ids = ids_of(atlas)
    assert hidden_images(atlas) == {ids[each] for each in FACES}
    map_ = load_map(atlas)
    assert map_.images.equals(before.images)
    assert map_.hidden == hidden_images(atlas)
    for face in FACES:
        for variant in Variant:
            assert not map_.store.has(ids[face], variant)
            assert map_.store.locate(ids[face], variant) is None
            with pytest.raises(ImageNotStored):
                map_.store.get(ids[face], variant)
    shown = map_.clusters["typical"].explode().to_list()
    assert map_.hidden.isdisjoint(shown)
    assert not map_.hidden.isdisjoint(before.clusters["typical"].explode().to_list())


@pytest.mark.parametrize(
    ("header", "named"), [("image", "id"), ("URL", "place"), ("Address", "place"), ("", "place")]
)
def test_columns_that_name_images(atlas: Atlas, tmp_path: Path, header: str, named: str) -> None:
    face = ids_of(atlas)[FACES[0]]
    images = atlas.catalog.addresses.images()
    place = images.row(by_predicate=pl.col("id") == face, named=True)["location"]
    table = tmp_path / "faces.csv"
    table.write_text(f"{header}\n{face if named == 'id' else place}\n".lstrip("\n"))
    hide_images(atlas, table)
    assert face in hidden_images(atlas)


def test_names_from_python(atlas: Atlas, tmp_path: Path) -> None:
    face = ids_of(atlas)[FACES[1]]
    draw(atlas, hide=[face[:10]])
    assert len(hidden_images(atlas)) == 2
    draw(atlas, unhide=FACES[0])  # the copy of the one that was named
    assert hidden_images(atlas) == frozenset()
    with pytest.raises(UsageError, match=r"no image is named; nobody\.jpg: no image of the coll"):
        draw(atlas, hide="nobody.jpg")
    odd = tmp_path / "odd.csv"
    odd.write_text("colour,size\nred,1\n")
    with pytest.raises(UsageError, match="its columns are colour, size"):
        draw(atlas, hide=odd)


def test_a_map_is_rendered_first_after_images_were_hidden(atlas: Atlas) -> None:
    hide_images(atlas, FACES[0])
    assert render_small(atlas).files
    assert files_with_pink(atlas.folder / "maps") == []


def test_left_out_is_gone_from_network_and_counts(atlas: Atlas) -> None:
    before = load_map(atlas).images.height
    report = draw(atlas, hide=FACES[0], hidden="left-out")
    assert not report.unchanged
    assert report.images == before - 1 == OTHERS
    assert report.left_out == {"hidden": 2}
    assert mapped(atlas).isdisjoint(hidden_images(atlas))
    assert load_map(atlas).provenance.left_out == {"hidden": 2}
    again = draw(atlas, force=True)
    assert again.left_out == {"hidden": 2}
    counted = draw(atlas, hidden="counted")
    assert counted.images == before


def test_images_added_later_unhide_nothing(atlas: Atlas, tmp_path: Path) -> None:
    hide_images(atlas, FACES[0])
    place = atlas.catalog.addresses.images().filter(pl.col("location").str.ends_with(FACES[0]))
    third = tmp_path / "third-face.png"
    with Image.open(place["location"][0]) as face:
        face.resize((400, 300)).save(third)
    table = pl.DataFrame({"location": [str(third)], "frequency": [1]})
    atlas.catalog.records.add("more", "folder", Records(table, "more", local=True))
    trust(atlas)
    fetch_collection(atlas, FetchOptions())
    tag(atlas)
    draw(atlas, force=True)
    assert len(hidden_images(atlas)) == 3
    assert load_map(atlas).store.has(ids_of(atlas)["third-face.png"], Variant.IMAGE) is False


def test_a_removed_image_is_not_hidden_any_more(atlas: Atlas) -> None:
    hide_images(atlas, FACES[0])
    remove(atlas, [ids_of(atlas)[FACES[0]]])
    assert atlas.catalog.hidden.images() == {}


def test_info_and_tables_say_so(atlas: Atlas, tmp_path: Path) -> None:
    assert info(atlas).hidden == 0
    assert "hidden" not in (export(atlas, "gephi", tmp_path / "a").folder / "nodes.csv").read_text()
    hide_images(atlas, FACES[0])
    assert info(atlas).hidden == 2
    assert info(atlas).maps[0].state == "current"
    export(atlas, ["gephi", "tables", "methods"], tmp_path / "b")
    images = pl.read_csv(tmp_path / "b" / "images.csv")
    assert images.filter("hidden")["label"].is_in(FACES).to_list() == [True]
    nodes = pl.read_csv(tmp_path / "b" / "nodes.csv")
    hidden = nodes.filter(pl.col("hidden"))
    assert hidden.height == 1
    assert hidden["image"].to_list() == [None]
    methods = (tmp_path / "b" / "methods.md").read_text()
    assert "1 image is hidden from display" in methods
    draw(atlas, hidden="left-out")
    hide_images(atlas, "other-00.png")
    assert info(atlas).maps[0].state == "older"


def test_a_foreign_list_of_hidden_images_is_checked(atlas: Atlas) -> None:
    hide_images(atlas, FACES[0])
    path = atlas.folder / "catalog.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO hidden VALUES (987654, 0)")
    assert len(hidden_images(atlas)) == 2
    assert any("hidden" in each for each in atlas.catalog.faults())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE hidden SET hidden_at = 'never'")
    with (
        pytest.raises(AtlasDamaged, match=r"hidden\.hidden_at"),
        open_atlas(atlas.folder, write=False) as another,
    ):
        hidden_images(another)


def render_small(atlas: Atlas) -> RenderReport:
    return render(atlas, width=700)


@pytest.mark.slow
def test_no_pixel_of_a_hidden_image_is_in_any_file(atlas: Atlas, tmp_path: Path) -> None:
    render_small(atlas)
    draw(atlas, name="another")
    render_small(atlas)
    maps = atlas.folder / "maps"
    names = list(atlas.plugins.of_kind(RENDERERS))
    export(atlas, names, maps / "some", width=700, copy_images=True, name="some")
    shown = files_with_pink(maps)
    for file in ("map.png", "map.svg", "map.html", "map.pdf", "viewer/data/pages/base-0.js"):
        assert f"some/{file}" in shown
    for part in ("some/vikus/", "some/clusters/", "some/map_files/"):
        assert any(each.startswith(part) for each in shown)
    export(atlas, names, tmp_path / "out", width=700, copy_images=True)
    for path in maps.rglob("*"):  # as if all this had been some time ago
        os.utime(path, (10**9, 10**9), follow_symlinks=False)
    hide_images(atlas, FACES[0])
    report = render_small(atlas)
    assert report.absent == 0
    assert "from before images were hidden: removed" in " ".join(report.notes)
    assert files_with_pink(maps) == []
    assert (maps / "another" / "map.html").exists()
    export(atlas, names, tmp_path / "out", width=700, copy_images=True)
    assert files_with_pink(tmp_path / "out") == []
    draw(atlas, unhide=FACES[0], name="some")
    export(atlas, ["poster"], tmp_path / "again", width=700)
    assert files_with_pink(tmp_path / "again") == ["map.png"]


@pytest.mark.slow
def test_reports_of_comparisons_show_none_either(atlas: Atlas, tmp_path: Path) -> None:
    images = sorted(ids_of(atlas).values())
    backend = atlas.catalog.tagging.use("other", "1")
    answers = [TagResult.ok([Tag(f"theme {place % 3}", 0.9)]) for place in range(len(images))]
    atlas.catalog.tagging.store(backend, list(zip(images, answers, strict=True)))
    compare(atlas, ["some", "other"], out=tmp_path / "before")
    assert files_with_pink(tmp_path / "before")
    hide_images(atlas, FACES[0])
    compare(atlas, ["some", "other"], out=tmp_path / "after")
    assert files_with_pink(tmp_path / "after") == []
