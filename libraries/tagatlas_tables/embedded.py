"""Reads pictures inside Parquet files, as stored by Hugging Face's image feature.

A column has them as bytes, or as structs of ``bytes`` and ``path``. A picture is named by the
file's path, ``!/``, its column, its row (from 0) and its original name:
``/data/a.parquet!/image/17/1.jpg``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePosixPath
from threading import Lock
from urllib.parse import quote, unquote

import polars as pl

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_tables.archives import INSIDE

MAGIC = b"PAR1"
_ROWS = 64
"""Rows read at once: neighbours are fetched one after the other."""

_MOST_DIGITS = 12
_ONE_AT_A_TIME = Lock()
"""Lets one thread read all neighbours while the others wait."""


def holds_pictures(path: Path, column: str, dtype: pl.DataType) -> bool:
    """Whether a column of a Parquet file has pictures, by its first non-empty cell.

    Raises:
        PolarsError, OSError: the column is damaged.
    """
    cells = _bytes_of(column, dtype)
    if cells is None:
        return False
    [first] = pl.scan_parquet(path, glob=False).select(cells.drop_nulls().first()).collect()
    return bool(first.len() and first[0] and _is_picture(first[0]))


def locations_in(path: Path, column: str, dtype: pl.DataType) -> pl.Series:
    """Locations of the pictures of a column, one per row; empty for none.

    Raises:
        PolarsError, OSError: the column is damaged.
    """
    cells = _bytes_of(column, dtype)
    has_name = isinstance(dtype, pl.Struct) and "path" in {field.name for field in dtype.fields}
    names = pl.col(column).struct.field("path").cast(pl.String) if has_name else pl.lit("")
    frame = (
        pl.scan_parquet(path, glob=False)
        .select(there=cells.is_not_null() if cells is not None else False, name=names.fill_null(""))
        .collect()
    )
    start = f"{path.resolve().as_posix()}{INSIDE}{quote(column, safe='')}/"
    locations = [
        f"{start}{row}/{PurePosixPath(name).name if name.isprintable() else ''}".rstrip("/")
        if is_there
        else ""
        for row, (is_there, name) in enumerate(frame.iter_rows())
    ]
    return pl.Series(locations, dtype=pl.String)


def read_embedded(path: str, name: str, max_bytes: int) -> bytes:
    """The bytes of a picture.

    Args:
        path: of the Parquet file.
        name: of the picture in it: column, row, and an optional rest.
        max_bytes: a larger picture is refused.

    Raises:
        ImageRejected: ``missing``, ``refused`` (larger), ``unreadable`` (the file is damaged).
    """
    column, _, rest = name.partition("/")
    row = rest.partition("/")[0]
    if not (row.isascii() and row.isdigit() and len(row) <= _MOST_DIGITS):
        raise ImageRejected(ImageStatus.MISSING, "no such picture in the Parquet file")
    number = int(row)
    try:
        status = Path(path).stat()
        version = (status.st_mtime_ns, status.st_size)
        with _ONE_AT_A_TIME:
            cells = _block(path, unquote(column), number // _ROWS, version)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise ImageRejected(ImageStatus.UNREADABLE, "damaged in the Parquet file") from error
    data = cells[number % _ROWS] if number % _ROWS < len(cells) else None
    if data is None:
        raise ImageRejected(ImageStatus.MISSING, "no such picture in the Parquet file")
    if len(data) > max_bytes:
        raise ImageRejected(
            ImageStatus.REFUSED, f"larger than {max_bytes:,} bytes", setting="max_bytes"
        )
    return data


def is_parquet(path: str) -> bool:
    """Whether there is a Parquet file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=4)  # a row can only be read with the rows that are packed with it
def _block(path: str, column: str, block: int, _version: tuple[int, int]) -> list[bytes | None]:
    file = pl.scan_parquet(path, glob=False)
    dtype = file.collect_schema().get(column)
    cells = None if dtype is None else _bytes_of(column, dtype)
    if cells is None:
        return []
    rows: list[bytes | None] = (
        file.select(cells).slice(block * _ROWS, _ROWS).collect().to_series().to_list()
    )
    return rows


def _bytes_of(column: str, dtype: pl.DataType) -> pl.Expr | None:
    """The bytes in a column; None if it is of another type."""
    if isinstance(dtype, pl.Binary):
        return pl.col(column)
    if isinstance(dtype, pl.Struct) and any(
        field.name == "bytes" and isinstance(pl.Series(dtype=field.dtype).dtype, pl.Binary)
        for field in dtype.fields
    ):
        return pl.col(column).struct.field("bytes")
    return None


def _is_picture(data: bytes) -> bool:
    starts = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")
    is_bitmap = data.startswith(b"BM") and data[6:10] == bytes(4)
    is_heif = data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"heic", b"heix", b"mif1")
    return data.startswith(starts) or is_bitmap or is_heif or data[8:12] == b"WEBP"
