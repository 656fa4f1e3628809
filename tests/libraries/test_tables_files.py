"""What sort of file it is: compressed ones are unpacked, others named for what they are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tagatlas.errors import InputError
from tagatlas_tables.files import read_table

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"id,url\n1,https://a.example/1.jpg\n2,https://a.example/2.jpg\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "Zstandard": zstd.compress,
}


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("a.csv")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))
    return out.getvalue()


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_text(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "table.csv.packed"
    path.write_bytes(PACKERS[kind](TEXT))
    assert read_table(path).frame.height == 2


@pytest.mark.parametrize("kind", PACKERS)
def test_damaged_compressed_text(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "table.csv.packed"
    packed = PACKERS[kind](TEXT * 50)
    for data in (packed[:-9], packed[: len(packed) // 2] + b"\xff" * 20):
        path.write_bytes(data)
        with pytest.raises(InputError, match=f"the {kind} file is damaged .*: get it again"):
            read_table(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        (b"%PDF-1.7\n", "this is a PDF"),
        (b"<!DOCTYPE html>\n<html>", "this is a web page"),
        (b"\xef\xbb\xbf\n <html lang=en>", "this is a web page"),
        (b"<!-- saved -->\n<html>", "this is a web page"),
        (b'<?xml version="1.0"?>\n<Workbook xmlns="x">', "an Excel workbook as XML"),
        (b'<?xml version="1.0"?>\n<rss>', "this is XML"),
        (b"{\\rtf1 text}", "RTF"),
        (b"\x80\x04\x95", "a Python pickle"),
        (picture("PNG"), "this is an image"),
        (picture("JPEG"), "this is an image"),
        (picture("WEBP"), "this is an image"),
        (tar(), "a tar archive"),
        (gzip.compress(tar(), mtime=0), "a tar archive"),
        (gzip.compress(picture("PNG"), mtime=0), "this is an image"),
    ],
)
def test_other_files_are_named(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_table(path)


def test_a_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with sqlite3.connect(path) as database:
        database.execute("create table a (b)")
    database.close()
    with pytest.raises(InputError, match="an SQLite database"):
        read_table(path)


def test_lists_that_were_joined(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("\ufeffhttps://a.example/1\n\ufeffhttps://a.example/2\n".encode())
    assert read_table(path).frame["url"].to_list() == [
        "https://a.example/1",
        "https://a.example/2",
    ]


def test_a_sheet_of_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(TEXT)
    with pytest.raises(InputError, match="--sheet is for workbooks"):
        read_table(path, sheet="x")
