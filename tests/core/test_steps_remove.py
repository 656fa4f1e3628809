"""Removing: nothing of what was taken out is left in any file of the atlas."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from map_plugins import map_plugins
from picture_atlas import picture_atlas
from PIL import Image

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.catalog import Catalog
from tagatlas.contracts import ImageStatus, ImageStore, Records, Tag, TagResult, Variant
from tagatlas.contracts.annotation import ClusterName, Content, Note, Outline
from tagatlas.errors import AtlasLocked, StorageError, UsageError
from tagatlas.plugins import (
    RENDERERS,
    SOURCES,
    load_plugins,
)
from tagatlas.steps.add import add_source
from tagatlas.steps.clean import clean, find_unused
from tagatlas.steps.doctor import check_atlas
from tagatlas.steps.fetch import RETRIED, fetch_collection
from tagatlas.steps.load import load_map
from tagatlas.steps.map import map_collection
from tagatlas.steps.remove import remove, sweep
from tagatlas.steps.render import render_map
from tagatlas.steps.trust import trust
from tagatlas_fetching import FetchOptions
from tagatlas_fetching.refusing import hash_of
from tagatlas_mapping.maps.options import MapOptions

NAME = "a-picture-to-be-taken-down"
ANSWER = b"the answer about it: zebrafinch"
LABEL = "only-it-has-this-tag"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures and an atlas of them, tagged, mapped, annotated and rendered."""
    folder = tmp_path_factory.mktemp("made")
    picture_atlas(folder, 12, names=["0", "1", NAME])
    with open_atlas(folder / "x.atlas", load_plugins()) as atlas:
        fill(atlas, folder)
    return folder


def fill(atlas: Atlas, folder: Path) -> None:
    ids = atlas.catalog.addresses.images()["id"].to_list()
    doomed = id_of(atlas)
    backend = atlas.catalog.tagging.use("paid", "1")
    atlas.catalog.tagging.begin_call(backend, images=12, units=12, dollars=1.5)
    answers = {
        each: [Tag(f"tag {number % 2}", 0.9), Tag("all", 0.5)] for number, each in enumerate(ids)
    }
    answers[doomed].append(Tag(LABEL, 0.8))
    atlas.catalog.tagging.store(
        backend,
        [
            (each, TagResult.ok(tags, ANSWER + each.encode(), embedding=vector(each)))
            for each, tags in answers.items()
        ],
    )
    draw(atlas)
    contents: list[Content] = [
        Note((0.0, 0.0), "this one", "#ff0000", image=doomed),
        Note((0.0, 0.0), f"see {NAME}.jpg here", "#ff0000"),
        Note((0.0, 0.0), "another", "#ff0000"),
        ClusterName("cluster", 0, "Named", typical=(doomed, ids[0], ids[1])),
        Outline(((0, 0), (1, 0), (1, 1)), "#00ff00", f"with {doomed}"),
    ]
    for number, content in enumerate(contents):
        atlas.catalog.annotations.put(f"note {number}", "paid", content, base=0)
    fetch_collection(atlas, FetchOptions())
    render(atlas)
    (atlas.folder / "comparisons" / "a").mkdir(parents=True)
    (atlas.folder / "comparisons" / "a" / "report.html").write_text(doomed)
    (atlas.folder / "imports").mkdir()
    (atlas.folder / "imports" / "other-unmatched.csv").write_text(NAME)
    image = atlas.store.get(doomed, Variant.IMAGE)
    leftover = atlas.folder / "images" / doomed[:2] / ".writing-0123456789abcdef"
    leftover.write_bytes(image)  # of a process that was killed
    original = next((folder / "pictures").glob(f"{NAME}*")).read_bytes()
    atlas.store.put(doomed, Variant.ORIGINAL, original)


def draw(atlas: Atlas) -> None:
    plugins = map_plugins(atlas.plugins, placing={"iterations": 5})
    map_collection(atlas, "paid", "paid", plugins, MapOptions())


def render(atlas: Atlas) -> None:
    renderers = [atlas.plugins.choose(RENDERERS, name, {}) for name in ("tables", "poster")]
    render_map(load_map(atlas), renderers, atlas.map_folder("paid"))


def id_of(atlas: Atlas) -> str:
    images = atlas.catalog.addresses.images()
    return str(images.filter(pl.col("location").str.contains(NAME))["id"].item())


@pytest.fixture
def folder(made: Path, tmp_path: Path, is_sealed: bool) -> Path:
    """A copy of it; its source is the pictures of the first one."""
    shutil.copytree(made / "x.atlas", tmp_path / "x.atlas")
    if is_sealed:
        with Catalog(tmp_path / "x.atlas" / "catalog.sqlite") as catalog:
            catalog.tagging.seal(1, unsealed=0, images=5)
    return tmp_path


@pytest.fixture
def is_sealed() -> bool:
    """Whether the answers are in sealed parts."""
    return False


BOTH = pytest.mark.parametrize("is_sealed", [False, True], ids=["unsealed", "sealed"])


@pytest.fixture
def atlas(folder: Path) -> Iterator[Atlas]:
    with open_atlas(folder / "x.atlas", load_plugins()) as opened:
        yield opened


def traces(atlas: Atlas, doomed: str) -> dict[str, bytes]:
    """What would give an image away, wherever it stands."""
    return {
        "id": doomed.encode(),
        "name": NAME.encode(),
        "label": LABEL.encode(),
        "answer": zlib.compress(ANSWER + doomed.encode())[-24:],
        "embedding": vector(doomed).astype("<f2").tobytes(),
    } | {str(variant): atlas.store.get(doomed, variant)[-200:] for variant in Variant}


def vector(image_id: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.frombuffer(bytes.fromhex(image_id), np.uint8).astype(np.float32)


def found_in(folder: Path, wanted: dict[str, bytes]) -> list[str]:
    """Where a trace is found, in names and in bytes of files, and in values of packed ones."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        f"{what} in {path}"
        for path in files
        for what, trace in wanted.items()
        if trace in _bytes_of(path) or trace in str(path.relative_to(folder)).encode()
    ]


def _bytes_of(path: Path) -> bytes:
    readers = {".parquet": pl.read_parquet, ".arrow": pl.read_ipc}
    values = readers[path.suffix](path).rows() if path.suffix in readers else ()
    texts = (each.encode() if isinstance(each, str) else each for row in values for each in row)
    return b"\n".join([path.read_bytes(), *(each for each in texts if isinstance(each, bytes))])


@BOTH
def test_no_byte_of_an_image_stays(folder: Path) -> None:
    with open_atlas(folder / "x.atlas", load_plugins()) as atlas:
        doomed = id_of(atlas)
        wanted = traces(atlas, doomed)
        assert len({each.split(" in ")[0] for each in found_in(atlas.folder, wanted)}) == len(
            wanted
        )
        before = remove(atlas, [doomed], dry_run=True)
        assert doomed in atlas.catalog.addresses.images()["id"]
        report = remove(atlas, [f"{NAME}.jpg"])
        assert report.extent == before.extent
        assert found_in(atlas.folder, wanted) == []  # while it is open, journal and all
    assert found_in(folder / "x.atlas", wanted) == []
    assert report.extent.images == [doomed]
    assert (report.extent.records, report.extent.answers) == (1, 1)
    assert report.extent.maps == ["paid"]
    assert sorted(report.extent.annotations) == [
        f"see {NAME}.jpg here",
        "this one",
        f"with {doomed}",
    ]


@BOTH
@pytest.mark.slow
def test_the_rest_of_the_atlas_goes_on(atlas: Atlas) -> None:
    before = load_map(atlas).nodes.select("id", "x", "y")
    doomed = id_of(atlas)
    remove(atlas, [doomed])
    with pytest.raises(UsageError, match="make it again with tagatlas map"):
        load_map(atlas)
    places = atlas.catalog.maps.places("paid", settings_of(atlas))
    assert places is not None
    assert places.equals(before.filter(~pl.col("id").is_in([doomed, f"tag:{LABEL}"])))
    draw(atlas)
    render(atlas)
    nodes = load_map(atlas).nodes
    assert nodes.filter(kind="image").height == 11
    texts = [each.content for each in atlas.catalog.annotations.on("paid")]
    assert [type(each).__name__ for each in texts] == ["Note", "ClusterName"]
    assert all(finding.ok for finding in check_atlas(atlas) if "paid" not in finding.subject)
    assert atlas.catalog.tagging.spent("paid").dollars == 1.5
    assert atlas.catalog.faults() == []


def settings_of(atlas: Atlas) -> dict[str, bool | int | float | str | None]:
    connection = sqlite3.connect(atlas.folder / "catalog.sqlite")
    [(text,)] = connection.execute("SELECT settings FROM maps").fetchall()
    connection.close()
    found: dict[str, bool | int | float | str | None] = json.loads(text)
    return found


KILLED = """
import os, signal, sys
from pathlib import Path
from tagatlas.atlas import open_atlas
from tagatlas.steps.remove import remove
from tagatlas.plugins import load_plugins

left = int(sys.argv[4])

def kill(event, arguments):
    global left
    if event == sys.argv[3] and "x.atlas" in str(arguments[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

with open_atlas(Path(sys.argv[1]), load_plugins()) as atlas:
    sys.addaudithook(kill)
    remove(atlas, [sys.argv[2]], forget=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "number", "is_begun", "is_sealed"),
    [
        ("os.rename", 1, False, False),  # of the emptied map's table, before anything is removed
        *((moment, 1, True, False) for moment in ("os.remove", "shutil.rmtree", "os.mkdir")),
        *(("os.rename", 2, True, is_sealed) for is_sealed in (False, True)),
    ],
)
def test_a_removal_that_is_killed_is_finished_by_the_next(
    folder: Path, moment: str, number: int, *, is_begun: bool
) -> None:
    with open_atlas(folder / "x.atlas", load_plugins(), write=False) as atlas:
        doomed = id_of(atlas)
        wanted = traces(atlas, doomed)
    words = [sys.executable, "-c", KILLED, str(folder / "x.atlas"), doomed, moment, str(number)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    with open_atlas(folder / "x.atlas", load_plugins()) as atlas:
        is_told = any("tagatlas remove" in finding.text for finding in check_atlas(atlas))
        assert is_told == is_begun
        report = remove(atlas, [doomed], forget=True)
        assert (report.finished, report.absent == [doomed]) == (is_begun, is_begun)
        assert found_in(atlas.folder, wanted) == []
        assert hash_of(doomed) in atlas.catalog.removals.refused()
        assert not sweep(atlas)


@pytest.mark.slow
def test_a_reader_keeps_a_removal_from_ending(atlas: Atlas) -> None:
    doomed = id_of(atlas)
    wanted = traces(atlas, doomed)
    with sqlite3.connect(atlas.folder / "catalog.sqlite", isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM images").fetchall()
        atlas.catalog.removals._database.execute("PRAGMA busy_timeout = 0")  # the reader stays
        with pytest.raises(AtlasLocked, match="run tagatlas remove again to finish"):
            remove(atlas, [doomed])
    reader.close()
    assert sweep(atlas)
    assert found_in(atlas.folder, wanted) == []


class Hoarder(ImageStore):
    """A store that cannot remove."""

    def put(self, image_id: str, variant: Variant, data: bytes) -> None: ...

    def get(self, image_id: str, variant: Variant) -> bytes:
        return b""

    def has(self, image_id: str, variant: Variant) -> bool:
        return True

    def locate(self, image_id: str, variant: Variant) -> str:
        return f"hoard/{variant}/{image_id}"


def test_a_store_that_cannot_remove_says_so_before_anything_is_changed(atlas: Atlas) -> None:
    with pytest.raises(StorageError, match="Hoarder cannot remove images, such as hoard/"):
        remove(replace(atlas, store=Hoarder()), [id_of(atlas)])
    assert id_of(atlas)


def test_names_of_images(atlas: Atlas) -> None:
    doomed = id_of(atlas)
    [location] = atlas.catalog.addresses.images().filter(id=doomed)["location"].to_list()
    for name in (
        doomed,
        doomed[:12],
        location,
        f"{NAME}.jpg",
        f"pictures/{NAME}.jpg",
        str(atlas.folder / str(atlas.store.locate(doomed, Variant.IMAGE))),
    ):
        assert remove(atlas, [name], dry_run=True).extent.images == [doomed]
    for name in ("nothing.jpg", "jpg", "0" * 64, doomed[:5]):
        with pytest.raises(UsageError, match="nothing was removed"):
            remove(atlas, [doomed, name])
    assert id_of(atlas) == doomed


def add_list(atlas: Atlas, name: str, *paths: Path | str) -> None:
    table = pl.DataFrame({"location": map(str, paths), "frequency": [1] * len(paths)})
    atlas.catalog.records.add(name, "folder", Records(table, "paths", local=True))
    trust(atlas)


@pytest.mark.slow
def test_what_is_forgotten_never_comes_back(atlas: Atlas, made: Path, tmp_path: Path) -> None:
    picture = made / "pictures" / f"{NAME}.jpg"
    doomed = id_of(atlas)
    remove(atlas, [doomed], forget=True)
    elsewhere = Path(shutil.copy(picture, tmp_path / "b.jpg"))  # the same bytes
    changed = picture.with_name("0.jpg").read_bytes()
    add_list(atlas, "again", picture, elsewhere)
    report = fetch_collection(atlas, FetchOptions(), retry=RETRIED)
    assert report.tried == 1  # its very address is not even read
    fates = pl.concat(atlas.catalog.addresses.fates()).filter(pl.col("status") != "ok")
    assert fates["reason"].to_list() == ["removed by request"] * 2
    assert fates["status"].to_list() == [str(ImageStatus.REFUSED)] * 2
    assert not atlas.store.has(doomed, Variant.IMAGE)
    elsewhere.write_bytes(changed)  # other bytes at an address that was never forbidden
    fetch_collection(atlas, FetchOptions(), retry=RETRIED)
    assert atlas.catalog.addresses.counts()["refused"] == 1


@pytest.mark.slow
def test_what_is_not_forgotten_may_come_back_when_its_source_changes(
    atlas: Atlas, made: Path
) -> None:
    doomed = id_of(atlas)
    remove(atlas, [doomed])
    source = load_plugins().choose(SOURCES, "folder", {})
    again = add_source(atlas, str(made / "pictures"), source)
    assert again.unchanged
    assert again.notes[-1].startswith("1 of these records were removed from the atlas")
    assert atlas.catalog.removals.numbers([doomed]) == {}
    add_list(atlas, "again", made / "pictures" / f"{NAME}.jpg")
    fetch_collection(atlas, FetchOptions())
    assert id_of(atlas) == doomed


def test_a_source_goes_with_what_only_it_leads_to(atlas: Atlas, made: Path) -> None:
    first, second = (made / "pictures" / name for name in ("0.jpg", "1.jpg"))
    add_list(atlas, "mine", first, second)
    report = remove(atlas, source="pictures")
    assert len(report.extent.images) == 10
    assert report.extent.records == 12
    assert atlas.catalog.addresses.images()["location"].to_list() == sorted(
        [str(first), str(second)],
        key=lambda each: atlas.catalog.addresses.images().filter(location=each)["id"].item(),
    )
    assert [each.location for each in atlas.catalog.records.sources()] == ["mine"]
    assert found_in(atlas.folder, {"name": NAME.encode()}) == []
    for name in ("9", "pictures"):
        with pytest.raises(UsageError, match="mine"):
            remove(atlas, source=name)
    [(number, _)] = atlas.catalog.removals.sources()
    remove(atlas, source=str(number))
    assert atlas.catalog.addresses.image_count() == 0
    assert not list(atlas.folder.glob("images/*/*"))


def test_near_duplicates_are_named_and_go_if_wanted(atlas: Atlas, made: Path) -> None:
    doomed = id_of(atlas)
    copy = made / "copy.png"
    with Image.open(made / "pictures" / f"{NAME}.jpg") as picture:
        picture.save(copy)
    add_list(atlas, "copies", copy)
    fetch_collection(atlas, FetchOptions())
    report = remove(atlas, [doomed], dry_run=True)
    assert [each.location for each in report.alike] == [str(copy)]
    both = remove(atlas, [doomed], with_duplicates=True)
    assert (len(both.extent.images), both.alike) == (2, [])
    assert str(copy) not in atlas.catalog.removals.known()["location"]


def test_what_left_the_source_is_swept_when_asked(atlas: Atlas, made: Path) -> None:
    doomed = id_of(atlas)
    wanted = traces(atlas, doomed)
    assert find_unused(atlas).images == 0
    [source] = atlas.catalog.records.sources()
    others = atlas.catalog.addresses.images().filter(pl.col("id") != doomed)["location"]
    add_list(atlas, source.location, *others)  # as it is without the file
    size = sum(len(atlas.store.get(doomed, variant)) for variant in Variant)
    assert any("--clean removes them" in finding.text for finding in check_atlas(atlas))
    assert atlas.store.has(doomed, Variant.IMAGE)
    unused = clean(atlas)
    assert (unused.images, unused.bytes, unused.answers) == (1, size, 1)
    assert unused.maps == ["paid"]
    assert [each for each in found_in(atlas.folder, wanted) if "addresses.csv" not in each] == []
    assert clean(atlas).images == 0


def test_what_waits_to_be_fetched_again_is_not_swept(atlas: Atlas) -> None:
    atlas.catalog.addresses.make_pending([id_of(atlas)])
    with pytest.raises(UsageError, match="run tagatlas fetch first"):
        clean(atlas)


@pytest.mark.parametrize("count", [1, 600])
def test_addresses_go_from_the_columns_of_other_records(tmp_path: Path, count: int) -> None:
    gone = [f"https://example.org/{number}.jpg?a=1" for number in range(count)]
    kept = "https://example.org/0.jpg?a=12"
    cells = [*gone, f'{kept}, {gone[0]} "{gone[-1]}"']
    table = pl.DataFrame({"location": [*gone, kept], "frequency": [1] * len(cells), "all": cells})
    with open_atlas(tmp_path / "y.atlas", load_plugins(), create=True) as atlas:
        atlas.catalog.records.add("list", "table", Records(table, "URLs"))
        remove(atlas, gone)
        [(text,)] = sqlite3.connect(atlas.folder / "catalog.sqlite").execute(
            "SELECT columns FROM records"
        )
        assert json.loads(text) == {"all": f'{kept},  ""'}
