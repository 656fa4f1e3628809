"""From a path to a table: what sort of file it is, by its first bytes rather than its name."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.errors import InputError
from tagatlas.tables.delimited import read_delimited
from tagatlas.tables.encoding import decode, to_utf8
from tagatlas.tables.json_folder import read_json_folder
from tagatlas.tables.json_text import begins_like_json
from tagatlas.tables.parquet import read_arrow, read_parquet
from tagatlas.tables.structured import read_json
from tagatlas.tables.table import Table
from tagatlas.tables.urls import begins_with_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_ARROW = b"ARROW1"
_ZIP = b"PK\x03\x04"
_SOMETHING = re.compile(rb"\S")
_MOST_BYTES = 4 << 30
_ROWS_OF_CELLS = frozenset({".csv", ".tsv", ".tab"})


def read_file(path: Path, encoding: str | None) -> Table:
    """Read the file at ``path``, whatever sort of table it is; or a folder of JSON files.

    Raises:
        InputError: the file is missing, unreadable, empty, damaged, or no table at all.
    """
    if path.is_dir():
        return read_json_folder(path, lambda file: to_utf8(_read_bytes(file), encoding))
    data = _read_bytes(path)
    if data.startswith(_PARQUET):
        return read_parquet(path)
    if data.startswith(_ARROW):
        return read_arrow(path)
    if data.startswith(_ZIP):
        raise InputError("a ZIP archive or an Excel workbook: unpack it, or save it as CSV")
    data = to_utf8(data, encoding)
    if _SOMETHING.search(data) is None:
        raise InputError("the file is empty")
    if begins_like_json(data):
        return read_json(data)
    endings = {suffix.lower() for suffix in path.suffixes[-2:]}  # two, for .csv.gz
    if _ROWS_OF_CELLS.isdisjoint(endings) and _is_list_of_urls(data):
        return _read_lines(decode(data))
    return read_delimited(data)


def _read_bytes(path: Path) -> bytes:
    """The file's bytes, unpacked; of Parquet and Arrow only the first: they are read in place."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_ARROW))
            file.seek(0)
            if head.startswith((_PARQUET, _ARROW)):
                return head
            if head.startswith(_GZIP):
                with gzip.open(file) as unpacked:
                    data = unpacked.read(_MOST_BYTES + 1)
            else:
                data = file.read(_MOST_BYTES + 1)
    except (FileNotFoundError, ValueError) as error:  # ValueError: a zero byte in the path
        raise InputError("there is no such file: check the path") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"the gzip file is damaged ({error}): get it again") from error
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise InputError("more than 4 GiB of text: split it, or save it as Parquet")
    return data


def _is_list_of_urls(data: bytes) -> bool:
    beginning = data[:65_536].decode(errors="replace")
    return begins_with_url(next(_entries(beginning), ""))


def _read_lines(text: str) -> Table:
    import polars as pl

    frame = pl.DataFrame({"url": list(_entries(text))}, schema={"url": pl.String})
    return Table(frame, "list of URLs")


def _entries(text: str) -> Iterator[str]:
    """The lines that are neither blank nor comments."""
    lines = (line.strip() for line in re.split(r"\r\n|\n|\r", text))
    return (line for line in lines if line and not line.startswith("#"))
