from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import Map, RendererSpec, Variant, loaded
from tagatlas.testing import ODD_LABELS, MemoryStore, RendererContract, sample_map
from tagatlas_exports.lists import ListsOptions, tagatlas_renderers
from tagatlas_exports.lists.renderer import cluster_file_name
from tagatlas_rendering import cell_text


def render(map_: Map, folder: Path, *, copy_images: bool = False) -> list[Path]:
    (spec,) = tagatlas_renderers()
    return list(loaded(spec.factory)(ListsOptions(copy_images)).render(map_, folder))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@given(st.integers(0, 999), st.text())
def test_any_name_becomes_one_safe_file_name(cluster: int, name: str) -> None:
    made = cluster_file_name(cluster, 1000, name)
    assert made.startswith(f"cluster-{cluster:03d}")
    assert not set(made) & set('/\\:*?"<>|.\0\n\r\t ')
    assert len(made.encode()) < 200
    assert made.isprintable()


def test_names_that_are_paths_or_nothing() -> None:
    assert cluster_file_name(3, 12, "../../etc/passwd") == "cluster-03-etc-passwd"
    assert cluster_file_name(0, 1, "parrot · macaw") == "cluster-00-parrot-macaw"
    assert cluster_file_name(0, 1, "…") == "cluster-00"


def test_every_image_is_in_the_list_of_its_cluster(tmp_path: Path) -> None:
    map_ = sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))
    paths = render(map_, tmp_path)
    assert len(paths) == map_.clusters.height
    assert {path.parent for path in paths} == {tmp_path / "clusters"}
    images = map_.images
    for cluster, path in enumerate(paths):
        rows = read_csv(path)
        own = images.filter(pl.col("cluster") == cluster)
        assert {row["image"] for row in rows} == set(own["id"])
        counts = [int(row["frequency"]) for row in rows]
        assert counts == sorted(counts, reverse=True)


def test_a_row_says_where_the_image_is_and_what_was_kept(tmp_path: Path) -> None:
    map_ = sample_map()
    rows = {row["image"]: row for path in render(map_, tmp_path) for row in read_csv(path)}
    image = map_.images["id"][0]
    row = rows[image]
    assert row["label"] == "picture 0.jpg"
    assert row["url"] == "https://example.org/0/cat"
    assert row["file"] == f"images/{image[:2]}/{image}.image.jpg"
    assert row["tags"] == "cat; dog; tree"
    assert (row["user"], row["id"]) == ("cat", "000")


def test_formulas_are_guarded_and_come_back(tmp_path: Path) -> None:
    map_ = sample_map(19)
    columns = [json.dumps({"=1+1": label}) for label in ODD_LABELS]
    records = map_.records.unique("image", maintain_order=True)
    map_ = dataclasses.replace(map_, records=records.with_columns(columns=pl.Series(columns)))
    rows = [row for path in render(map_, tmp_path) for row in read_csv(path)]
    users = {row["'=1+1"] for row in rows}
    assert "'=cmd|' /C calc'!A0" in users
    assert {cell_text(user) for user in users} == set(ODD_LABELS)


def test_images_are_copied_as_they_are(tmp_path: Path) -> None:
    map_ = sample_map()
    paths = render(map_, tmp_path, copy_images=True)
    pictures = {path.stem: path for path in paths if path.suffix == ".jpg"}
    assert set(pictures) == set(map_.images["id"])
    for image, path in pictures.items():
        assert path.read_bytes() == map_.store.get(image, Variant.IMAGE)
        assert image in {row["image"] for row in read_csv(path.parent.with_suffix(".csv"))}


def test_images_that_cannot_be_read_are_listed_and_not_copied(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(), store=MemoryStore())
    paths = render(map_, tmp_path, copy_images=True)
    assert {path.suffix for path in paths} == {".csv"}
    assert sum(len(read_csv(path)) for path in paths) == map_.images.height


def test_what_an_earlier_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    render(sample_map(12, clusters=5), tmp_path, copy_images=True)
    notes = tmp_path / "clusters" / "notes.csv"
    sketch = tmp_path / "clusters" / "cluster-04-street-4" / "sketch.jpg"
    for path in (notes, sketch):
        path.write_bytes(b"mine")
    paths = render(sample_map(12, clusters=2), tmp_path)
    there = {path for path in (tmp_path / "clusters").rglob("*") if path.is_file()}
    assert there == {*paths, notes, sketch}


class TestLists(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec


class TestListsWithImages(TestLists):
    @pytest.fixture
    def options(self, spec: RendererSpec) -> ListsOptions:
        return ListsOptions(copy_images=True)
