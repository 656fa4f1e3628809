"""Unpacks compressed files, and identifies unsupported formats."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import sys
import zlib
from typing import IO, TYPE_CHECKING, cast

from tagatlas.errors import InputError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 4 << 30
HEAD = 512
"""Number of first bytes needed to identify a file."""

_SAVE = "save it as CSV"
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(!doctype html|html|head|body)\b", re.I | re.S
)
_OTHERS = (
    (re.compile(rb"version https://git-lfs"), "a Git LFS pointer, not the file: run git lfs pull"),
    (re.compile(rb"%PDF-"), "a PDF: tables in it must be taken out of it first"),
    (_MARKUP, "a web page, not a table: download the file itself; was a login needed?"),
    (re.compile(rb"\s*<\?xml.*<Workbook", re.S), f"an Excel workbook as XML: {_SAVE} or .xlsx"),
    (re.compile(rb"\s*<(?:\?xml|svg\b)"), f"XML: {_SAVE}"),
    (re.compile(rb"SQLite format 3\0"), "an SQLite database: export the table from it as CSV"),
    (re.compile(rb"ARROW1|FEA1"), "an Arrow or Feather file: save it as Parquet or CSV"),
    (re.compile(rb"Obj\x01|ORC"), "an Avro or ORC file: save it as Parquet or CSV"),
    (re.compile(rb"RD[AX][23]\n|X\n\0\0\0"), "an R data file: save it with write.csv"),
    (re.compile(rb"\$FL[23]"), f"an SPSS file: {_SAVE}"),
    (re.compile(rb"<stata_dta>"), f"a Stata file: {_SAVE}"),
    (re.compile(rb"\{\\rtf"), "a text document (RTF): save it as plain text"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7-Zip archive: unpack it"),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive: unpack it"),
    (re.compile(rb".{257}ustar", re.S), "a tar archive: unpack it"),
    (re.compile(rb"\x89HDF"), f"an HDF5 file: {_SAVE}"),
    (re.compile(rb"\x80[\x02-\x05]"), "a Python pickle, which is code and is not opened"),
    (
        re.compile(
            rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|II\*\0|MM\0\*|BM.{4}\0{4}"
            rb"|.{4}ftyp(?:avif|hei[cfx]|mif1)",
            re.S,
        ),
        "an image, not a table of images: give the folder that it is in",
    ),
)


_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}


def refuse_others(head: bytes) -> None:
    """Refuse a file of a known format that is not a table.

    Args:
        head: its first bytes.

    Raises:
        InputError: it is such a file; the text names its format.
    """
    head = head.removeprefix(b"\xef\xbb\xbf")
    for pattern, name in _OTHERS:
        if pattern.match(head):
            raise InputError(f"this is {name}")


def read_unpacked(path: Path) -> bytes:
    """All bytes of a file, unpacked if compressed by gzip, bzip2, xz or Zstandard.

    Raises:
        InputError: it cannot be read, is damaged, or is larger than 4 GiB.
    """
    kind = ""
    try:
        with path.open("rb") as file:
            head = file.read(6)
            file.seek(0)
            kind = next((name for mark, name in _PACKED.items() if head.startswith(mark)), "")
            with _unpacked(file, kind) as unpacked:
                data = unpacked.read(_MOST_BYTES + 1)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zstd.ZstdError) as error:
        raise InputError(f"the {kind} file is damaged ({error}): get it again") from error
    except (FileNotFoundError, ValueError) as error:  # ValueError: a zero byte in the path
        raise InputError("there is no such file: check the path") from error
    except OSError as error:
        if kind and error.strerror is None:  # what bzip2 raises
            raise InputError(f"the {kind} file is damaged ({error}): get it again") from error
        raise InputError(f"the file cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise InputError("more than 4 GiB of text: split it, or save it as Parquet")
    return data


def _unpacked(file: IO[bytes], kind: str) -> IO[bytes] | zstd.ZstdFile:
    if kind == "gzip":
        return cast("IO[bytes]", gzip.open(file))
    if kind == "bzip2":
        return cast("IO[bytes]", bz2.open(file))
    if kind == "xz":
        return cast("IO[bytes]", lzma.open(file))
    return zstd.ZstdFile(file) if kind else file
