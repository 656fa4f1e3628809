"""The image store `files`."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tagatlas_stores.files
from tagatlas.contracts import ImageStoreSpec, NoOptions, Variant
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.testing import ImageStoreContract
from tagatlas_stores.files import FileStore

NOBODY = 65_534
ID = hashlib.sha256(b"picture").hexdigest()


def spec_of_files() -> ImageStoreSpec:
    [spec] = tagatlas_stores.files.tagatlas_image_stores()
    return spec


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_files_lie_where_a_person_would_look(tmp_path: Path) -> None:
    store = FileStore(NoOptions(), tmp_path)
    store.put(ID, Variant.IMAGE, b"large")
    store.put(ID, Variant.THUMBNAIL, b"small")
    assert (tmp_path / "images" / ID[:2] / f"{ID}.jpg").read_bytes() == b"large"
    assert (tmp_path / "thumbnails" / ID[:2] / f"{ID}.jpg").read_bytes() == b"small"
    assert len(files_in(tmp_path)) == 2


def test_files_have_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    FileStore(NoOptions(), tmp_path).put(ID, Variant.IMAGE, b"bytes")
    (tmp_path / "any").touch()
    [stored] = files_in(tmp_path / "images")
    assert stored.stat().st_mode == (tmp_path / "any").stat().st_mode


def test_what_a_killed_process_left_does_no_harm(tmp_path: Path) -> None:
    store = FileStore(NoOptions(), tmp_path)
    store.put(ID, Variant.IMAGE, b"bytes")
    folder = tmp_path / "images" / ID[:2]
    (folder / ".writing-0123456789abcdef").write_bytes(b"hal")
    store.put(ID, Variant.IMAGE, b"bytes")
    assert store.get(ID, Variant.IMAGE) == b"bytes"
    store.remove(ID)
    assert files_in(tmp_path) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a file system takes the rights of root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_file_that_is_too_large_for_a_picture_is_not_read(tmp_path: Path) -> None:
    store, image = FileStore(NoOptions(), tmp_path), "ab" * 32
    store.put(image, Variant.IMAGE, b"picture")
    with (tmp_path / store.locate(image, Variant.IMAGE)).open("r+b") as file:
        file.truncate(1 << 30)
    with pytest.raises(ImageNotStored, match="too large"):
        store.get(image, Variant.IMAGE)


def test_a_full_disk_is_one_line(tiny_disk: Path) -> None:
    store = FileStore(NoOptions(), tiny_disk)
    store.put(ID, Variant.THUMBNAIL, bytes(20_000))
    with pytest.raises(StorageError, match="No space left on device") as caught:
        store.put(ID, Variant.IMAGE, bytes(100_000))
    assert "\n" not in str(caught.value)
    assert not store.has(ID, Variant.IMAGE)
    assert store.get(ID, Variant.THUMBNAIL) == bytes(20_000)
    assert len(files_in(tiny_disk)) == 1


LIMITED = """
import resource, sys
from pathlib import Path
from tagatlas.contracts import NoOptions, Variant
from tagatlas.errors import StorageError
from tagatlas_stores.files import FileStore

resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    FileStore(NoOptions(), Path(sys.argv[1])).put(sys.argv[2], Variant.IMAGE, bytes(100_000))
except StorageError as error:
    print(error)
"""


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path), ID]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert len(output.splitlines()) == 1
    assert "File too large" in output
    assert files_in(tmp_path) == []


REWRITING = """
import sys
from itertools import cycle
from pathlib import Path
from tagatlas.contracts import NoOptions, Variant
from tagatlas_stores.files import FileStore

store = FileStore(NoOptions(), Path(sys.argv[1]))
for round, byte in enumerate(cycle([b"a", b"b"])):
    store.put(sys.argv[2], Variant.IMAGE, byte * 3_000_000)
    if round == 3:
        print("begun", flush=True)
"""


@pytest.mark.slow
def test_killed_while_writing_it_has_the_old_or_the_new(tmp_path: Path) -> None:
    whole = {b"a" * 3_000_000, b"b" * 3_000_000}
    store = FileStore(NoOptions(), tmp_path)
    for _ in range(5):
        command = [sys.executable, "-c", REWRITING, str(tmp_path), ID]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            assert store.get(ID, Variant.IMAGE) in whole
            process.send_signal(signal.SIGKILL)
        assert store.get(ID, Variant.IMAGE) in whole


def test_a_folder_without_permission_is_one_line(tmp_path: Path) -> None:
    store = FileStore(NoOptions(), tmp_path)
    tmp_path.chmod(0o500)
    user = os.geteuid()
    os.seteuid(user or NOBODY)  # root may write everywhere
    try:
        assert not store.has(ID, Variant.IMAGE)
        with pytest.raises(StorageError, match="Permission denied") as caught:
            store.put(ID, Variant.IMAGE, b"bytes")
    finally:
        os.seteuid(user)
    assert "\n" not in str(caught.value)


class TestFiles(ImageStoreContract):
    """The rules of every image store."""

    @pytest.fixture
    def spec(self) -> ImageStoreSpec:
        return spec_of_files()
