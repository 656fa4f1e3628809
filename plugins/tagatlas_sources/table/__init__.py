"""The source ``table``: a list of image URLs in a file.

CSV with commas, semicolons, tabs or bars, workbooks (.xlsx, .xls, .xlsb, .ods), Parquet, Arrow,
JSON Lines, JSON arrays and objects, and plain text with one URL per line; text also compressed by
gzip, bzip2, xz or Zstandard; and folders of JSON files. The exports of TCAT, 4CAT and
other tools are recognised by their headers, the captures of Zeeschuimer by their envelopes, any
other table by the names and the content of its columns. A table may also name files, in the
folder of ``--files`` or beside it.

Decisions that the formats leave open:

- Every cell is text, kept as written; a missing cell is the empty string.
- A cell may hold several URLs, in lists, formulas, HTML, Markdown or text. A URL outside quotation
  marks is split only where the next piece begins with ``http`` or ``//``, because commas and
  semicolons are legal inside a URL.
- URLs are kept as written, without the syntax around them and the escapes of HTML and JSON;
  ``//host/…`` becomes ``https://host/…`` and ``HTTP://`` becomes ``http://``. Only ``http`` and
  ``https`` count.
- A table from outside can name only pictures below its own folder, without links and ``..``, unless
  the user names a folder.
- Portraits are taken only if there is nothing else, and never from a known export of posts.
- Text is UTF-8, UTF-16 or UTF-32. Any other encoding is guessed, which is reported with a few words
  of the text; ``--encoding`` names another.
- Rows shorter than the table are filled with empty cells, surplus cells are dropped, and both are
  counted and reported. Irregular quotation marks: see :mod:`tagatlas_tables.irregular`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tagatlas import Mark, SourceSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUFFIXES = frozenset(
    {
        *(".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq", ".ndjson", ".jsonl", ".json"),
        *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    }
)


@dataclass(frozen=True)
class TableOptions:
    """Options of the source ``table``. By default everything is detected from the table."""

    url_column: Annotated[
        tuple[str, ...],
        Meta(description="Column of the image URLs; several separated by commas."),
    ] = ()
    frequency_column: Annotated[
        str | None,
        Meta(description="Column of the number of times an image was seen, in whole numbers."),
    ] = None
    columns_to_keep: Annotated[
        tuple[str, ...],
        Meta(description="Further columns to keep, separated by commas; or all, or none."),
    ] = ()
    separator: Annotated[
        str | None,
        Meta(description="Separator of several URLs in one cell, such as '; '."),
    ] = None
    base_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/\s].*)?$",
            description="Start of addresses that lack a host: https://a.example/images/.",
        ),
        Mark.AUTHORITY,
    ] = ""
    files: Annotated[
        Path | None,
        Meta(description="Folder of the picture files that the table names."),
        Mark.AUTHORITY,
    ] = None
    encoding: Annotated[
        str | None,
        Meta(description="Text encoding, such as cp1252, of a file that is not UTF-8."),
    ] = None
    sheet: Annotated[
        str | None,
        Meta(description="Sheet of a workbook. By default the first with addresses."),
    ] = None
    skip_rows: Annotated[
        int,
        Meta(
            ge=0,
            le=10**9,
            description="Lines to skip before the names of the columns. By default detected.",
        ),
    ] = 0


def is_table(location: str) -> bool:
    """Whether ``location`` is a file or a folder of JSON files, or named like a missing table.

    A ZIP archive counts if it has a table; an IIIF document does not.
    """
    from tagatlas.toolkit import archive_contents, is_iiif_document

    path = Path(location)
    try:
        if path.is_file():
            return archive_contents(location) != "pictures" and not is_iiif_document(location)
        if path.is_dir():
            return _is_json_folder(path)
    except OSError:  # such as a name too long for the file system
        return False
    endings = {suffix.lower() for suffix in path.suffixes[-2:]}  # two, for .csv.gz
    return not _SUFFIXES.isdisjoint(endings) and "://" not in location


def _is_json_folder(path: Path) -> bool:
    from tagatlas.toolkit import is_json_folder

    return is_json_folder(path)


@hookimpl
def tagatlas_sources() -> Iterable[SourceSpec]:
    """Announce the source ``table``."""
    return [
        SourceSpec(
            name="table",
            summary="A table or list of image URLs: CSV, TSV, Parquet, JSON Lines, text.",
            options=TableOptions,
            accepts=is_table,
            factory="tagatlas_sources.table.source:TableSource",
        )
    ]
