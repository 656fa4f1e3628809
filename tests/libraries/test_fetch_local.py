"""Files of this machine, and what is no file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching.local import read_file

NOBODY = 65_534


def rejection(path: Path | str, max_bytes: int = 1000) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        read_file(str(path), max_bytes)
    return caught.value


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything, so be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_the_bytes_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a picture, with a name.jpg"
    path.write_bytes(b"bytes")
    assert read_file(str(path), 5) == b"bytes"
    assert rejection(path, 4).status == ImageStatus.REFUSED


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"bytes")
    (tmp_path / "link.jpg").symlink_to("a.jpg")
    assert read_file(str(tmp_path / "link.jpg"), 1000) == b"bytes"


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_a_file_in_an_archive(tmp_path: Path, method: int) -> None:
    path = tmp_path / "odd!" / "a.zip"
    path.parent.mkdir()
    with ZipFile(path, "w", method) as archive:
        archive.writestr("b/c!/d.jpg", b"bytes")
        archive.writestr("bomb.jpg", bytes(10_000))
        archive.writestr("x" * 300 + ".jpg", b"longer than names on a disk may be")
    assert read_file(f"{path}!/b/c!/d.jpg", 5) == b"bytes"
    assert len(read_file(f"{path}!/{'x' * 300}.jpg", 1000)) == 34
    assert rejection(f"{path}!/bomb.jpg").status == ImageStatus.REFUSED
    for gone in (f"{path}!/gone.jpg", f"{path}!/../a.zip", f"{tmp_path}/no.zip!/a.jpg"):
        assert rejection(gone).status == ImageStatus.MISSING


def test_an_archive_that_is_damaged_or_encrypted_costs_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"some bytes")
        archive.writestr("b.jpg", b"other bytes")
    data = path.read_bytes().replace(b"some", b"SOME")
    path.write_bytes(data)
    assert rejection(f"{path}!/a.jpg").status == ImageStatus.UNREADABLE
    assert read_file(f"{path}!/b.jpg", 1000) == b"other bytes"
    path.write_bytes(data[:40])
    assert rejection(f"{path}!/b.jpg").status == ImageStatus.UNREADABLE


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to("gone")
    for path in ("gone.jpg", "gone/a.jpg", "file/a.jpg", "nowhere"):
        assert rejection(tmp_path / path).status == ImageStatus.MISSING


def test_what_may_not_be_read_is_blocked(tmp_path: Path) -> None:
    path = tmp_path / "private.jpg"
    path.write_bytes(b"bytes")
    path.chmod(0)
    with without_privileges():
        assert rejection(path).status == ImageStatus.BLOCKED


def test_folders_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path, tmp_path / "pipe.jpg", Path("/dev/zero"), Path("/dev/null")):
        assert rejection(path).status == ImageStatus.REFUSED


def test_odd_paths_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert rejection(tmp_path / "loop").status == ImageStatus.FAILED
    assert rejection(tmp_path / ("x" * 5000)).status == ImageStatus.FAILED
    assert rejection("nul\0.jpg").status == ImageStatus.REFUSED
    assert rejection("").status == ImageStatus.MISSING
