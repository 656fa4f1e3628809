"""What only reads works on a read-only medium and beside a running command."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from picture_atlas import picture_atlas
from read_only import run_on_small_disk, run_read_only

import tagatlas
from tagatlas.errors import AtlasLocked, UsageError
from tagatlas.steps.opened import AtlasLike
from tagatlas_compare import compare
from tagatlas_web.server.files import folder_elsewhere

COMMANDS = """
import contextlib, io, json, sys
from pathlib import Path
from tagatlas.cli import main

atlas, out = sys.argv[1:]

def run(*words):
    sys.argv = ["tagatlas", *words]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as end:
            return [end.code or 0, said.getvalue()]
    return [0, said.getvalue()]

words = [
    ["info", atlas],
    ["doctor", atlas],
    ["search", atlas, "a cat", "--backend", "imagenet"],
    ["export", atlas, "--format", "graphml", "--out", out],
    ["export", atlas, "--format", "poster", "--width", "400", "--out", out],
    ["compare", atlas, "--top", "3", "--meaning", "none", "--out", out + "/compared"],
    ["compare", atlas, "--list"],
    ["compare", atlas],
    ["map", atlas],
    ["render", atlas],
    ["add", atlas, out],
    ["tag", atlas, "--backend", "imagenet"],
]
print(json.dumps([run(*each) for each in words]))
"""

LIBRARY = """
import json, os, sys
from pathlib import Path
import tagatlas
from tagatlas.toolkit.commands import progress_bar
from tagatlas_web import NAME
from tagatlas_web.server.files import MapFiles, folder_elsewhere

folder = Path(sys.argv[1])
atlas = tagatlas.read_atlas(folder)
map_ = atlas.map("one")
plugins = tagatlas.load_plugins()
with tagatlas.open_atlas(folder, plugins, write=False) as opened:
    renderer = plugins.choose(tagatlas.plugins.RENDERERS, NAME, {})
with folder_elsewhere(folder) as elsewhere:
    files = MapFiles(folder, plugins, {NAME: renderer}, {NAME: "page"}, lambda: progress_bar(""),
        elsewhere=elsewhere)
    files.viewer("one")
    page = files.export("one", NAME)
    print(json.dumps([sorted(atlas.map_names()), map_.images.height, page.is_file(),
        page.is_relative_to(folder)]))
"""


FULL = """
import json, shutil, sys
from pathlib import Path
import tagatlas
from tagatlas.errors import StorageError

disk, source, out = map(Path, sys.argv[1:])
atlas = disk / "x.atlas"
shutil.copytree(source, atlas)
try:
    with (disk / "fill").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError:
    pass
said = [tagatlas.info(atlas).images, len(tagatlas.export(atlas, "graphml", out).files)]
try:
    tagatlas.map(atlas, backend="one", seed=5)
except StorageError as error:
    said.append(str(error))
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two backends, each with a map."""
    folder = picture_atlas(tmp_path_factory.mktemp("read only"), 12)
    with tagatlas.open_atlas(folder) as opened:
        ids = opened.catalog.addresses.images()["id"].to_list()
        for name in ("one", "other"):
            tags = ([tagatlas.Tag(f"{name} {row % 3}", 0.9)] for row in range(len(ids)))
            backend = opened.catalog.tagging.use(name, f"{name} 1")
            answers = zip(ids, map(tagatlas.TagResult.ok, tags), strict=True)
            opened.catalog.tagging.store(backend, list(answers))
            tagatlas.map(opened, backend=name)
    return folder


@pytest.mark.slow
def test_commands_on_a_read_only_medium(atlas: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in atlas.iterdir())
    outcomes = json.loads(run_read_only(atlas, COMMANDS, tmp_path).splitlines()[-1])
    reading, writing = outcomes[:7], outcomes[7:]
    search = reading.pop(2)
    assert [status for status, _ in reading] == [0] * 6, reading
    assert search[0] == 2
    assert "search by text" in search[1]
    for name in ("network.graphml", "map.png", "compared/report.html"):
        assert (tmp_path / name).stat().st_size > 0
    assert writing[0][0] == 1
    assert "Read-only file system; choose another folder with --out" in writing[0][1]
    for status, said in writing[1:]:
        assert status == 1
        assert said.startswith(f"tagatlas: cannot write in {atlas}: Read-only file system; ")
        assert said.count("\n") == 1
    assert sorted(path.name for path in atlas.iterdir()) == before


@pytest.mark.slow
def test_the_library_on_a_read_only_medium(atlas: Path) -> None:
    assert json.loads(run_read_only(atlas, LIBRARY)) == [["one", "other"], 12, True, False]


@pytest.mark.slow
def test_a_full_disk_is_read_and_named_as_what_is_in_the_way(atlas: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    words = (tmp_path / "disk", FULL, atlas, tmp_path / "out")
    images, files, refusal = json.loads(run_on_small_disk(*words))
    assert (images, files) == (12, 1)
    assert "cannot write" in refusal
    assert "free some space" in refusal


@pytest.mark.slow
def test_a_catalog_of_a_killed_process_is_read_where_it_lies(atlas: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.atlas"
    shutil.copytree(atlas, copy)
    catalog = copy / "catalog.sqlite"
    held = sqlite3.connect(catalog, isolation_level=None)
    held.execute("UPDATE backends SET fingerprint = 'changed' WHERE name = 'one'")
    for ending in ("", "-wal", "-shm"):  # as they are while it is open
        shutil.copy(f"{catalog}{ending}", tmp_path / f"left{ending}")
    held.close()
    for ending in ("", "-wal", "-shm"):
        shutil.copy(tmp_path / f"left{ending}", f"{catalog}{ending}")
    script = (
        "import sys, tagatlas\n"
        "try:\n"
        "    with tagatlas.open_atlas(sys.argv[1], write=False) as atlas:\n"
        "        print([each.fingerprint for each in atlas.catalog.tagging.backends()])\n"
        "except tagatlas.errors.TagatlasError as error: print(error)\n"
    )
    assert "changed" in run_read_only(copy, script)
    (copy / "catalog.sqlite-shm").unlink()
    assert "was not closed when it was copied" in run_read_only(copy, script)


@pytest.mark.slow
def test_an_older_catalog_on_a_read_only_medium_is_refused_in_a_line(
    atlas: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.atlas"
    shutil.copytree(atlas, copy)
    with sqlite3.connect(copy / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    script = (
        "import sys, tagatlas\n"
        "try: tagatlas.info(sys.argv[1])\n"
        "except tagatlas.errors.StorageError as error: print(error)\n"
    )
    assert "is of an older tagatlas, and nothing can be written" in run_read_only(copy, script)


@pytest.mark.slow
def test_reading_needs_no_lock(atlas: Path, tmp_path: Path) -> None:
    with tagatlas.open_atlas(atlas) as running, running.catalog._database.transaction():
        assert tagatlas.info(atlas).images == 12
        assert sorted(tagatlas.read_atlas(atlas).map_names()) == ["one", "other"]
        tagatlas.export(atlas, "graphml", tmp_path)
        compare(atlas, ["one", "other"], out=tmp_path / "compared", meaning="none")
        with pytest.raises(AtlasLocked, match="another process is working on"):
            tagatlas.map(atlas)
    assert (tmp_path / "compared" / "report.html").exists()


def test_options_given_for_reading_are_not_remembered(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas, write=False) as opened:
        assert compare(opened, meaning="none", top=3).options.top == 3
        assert "top" not in opened.settings.values("compare")


@pytest.mark.parametrize("step", [tagatlas.map, tagatlas.render, tagatlas.fetch, tagatlas.tag])
def test_what_writes_says_that_the_atlas_was_opened_for_reading(atlas: Path, step: object) -> None:
    assert callable(step)
    readers: list[AtlasLike] = [tagatlas.read_atlas(atlas)]
    with tagatlas.open_atlas(atlas, write=False) as opened:
        for each in (*readers, opened):
            with pytest.raises(UsageError, match="was opened with write=False, and this writes"):
                step(each)


@pytest.mark.slow
def test_a_backend_without_a_map_needs_writing_to_be_compared(tmp_path: Path) -> None:
    folder = picture_atlas(tmp_path, 4)
    with tagatlas.open_atlas(folder) as opened:
        [image, *_] = opened.catalog.addresses.images()["id"]
        for name in ("one", "other"):
            backend = opened.catalog.tagging.use(name, "1")
            opened.catalog.tagging.store(backend, [(image, tagatlas.TagResult.empty())])
        with pytest.raises(AtlasLocked, match="one has no map to compare, and another process"):
            compare(folder)


def test_pages_of_an_atlas_that_can_be_written_are_within_it(atlas: Path) -> None:
    with folder_elsewhere(atlas) as elsewhere:
        assert elsewhere is None
