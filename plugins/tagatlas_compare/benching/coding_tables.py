"""Tables of the codes that people gave to images, in each form in which they are kept.

A row for each image, with its codes in a cell; several rows for each image; a column for each
code, with 1 or 0, yes or no; or a column for each coder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit import shown_columns
from tagatlas.toolkit.tables import Table, read_table

NONE = "none"
"""In a cell of codes: the image was coded, and has none of them; an empty list says the same."""

_IMAGES = (
    *("image", "url", "image_url", "media_url", "filename", "file_name", "file", "path"),
    *("location", "image_location", "picture", "photo", "sha256", "image_id", "id"),
)
_CODERS = ("coder", "coder_id", "annotator", "annotator_id", "rater", "rater_id", "coded_by")
_CODES = ("code", "codes", "label", "labels", "category", "categories", "class", "theme", "tags")
_VALUES = ("value", "present", "given", "applies")
_OF_CODER = re.compile(r"(coder|annotator|rater)[ _.-]?\w+", re.IGNORECASE)
_YES = frozenset({"1", "1.0", "yes", "y", "true", "x", "✓", "✔"})
_NO = frozenset({"0", "0.0", "no", "n", "false", "-"})
_BETWEEN = re.compile(r"[;|\n]")
_ROWS = pl.Schema({"image": pl.String(), "coder": pl.String(), "codes": pl.List(pl.String)})


@dataclass(frozen=True)
class CodingColumns:
    """The columns of a coding; those not given are found by their names and cells.

    Attributes:
        image: that names the image.
        codes: with the codes in cells; or a column for each code; or one for each coder.
        coder: that names who coded the row.
    """

    image: str | None = None
    codes: Sequence[str] = ()
    coder: str | None = None


@dataclass(frozen=True, eq=False)
class CodingTable:
    """What a file says, whose images are as it names them.

    Attributes:
        rows: ``image``, ``coder`` (String, empty if the file names none), ``codes`` (a list of
            String; empty where none applies). An image may have several rows.
        uncoded: names of images with a row that says nothing.
        notes: for the user, on how the file was read.
    """

    rows: pl.DataFrame
    uncoded: Sequence[str]
    notes: Sequence[str]


def read_coding_table(path: Path) -> Table:
    """A file with a coding, in any format of tables.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return read_table(path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def coding_of_table(
    table: Table, columns: CodingColumns, images: Collection[str], name: str
) -> CodingTable:
    """The coding that a table has.

    Args:
        table: as from :func:`read_coding_table`.
        columns: those that the user named.
        images: the cells of the table that name an image of the collection.
        name: of the file, for messages.

    Raises:
        InputError: a column is missing, or cannot be determined.
    """
    there = table.frame.columns
    for each in (columns.image, columns.coder, *columns.codes):
        if each is not None and each not in there:
            raise InputError(f"{name}: no column is called {each!r}: {shown_columns(there)}")
    image = columns.image or _image_column(table, images, name)
    others = [each for each in there if each != image]
    coder = columns.coder or _known(others, _CODERS)
    others = [each for each in others if each != coder]
    codes = list(columns.codes) or _code_columns(table, others, name)
    value = _value_column(table, [each for each in others if each not in codes])
    unread = [each for each in others if each not in codes and each != value]
    is_marks = all(_has_marks(table.column(each)) for each in codes) and _is_named(codes)
    rows: list[tuple[str, str, list[str]]] = []
    uncoded: list[str] = []
    named = table.column(image).str.strip_chars().to_list()
    who = [""] * len(named) if coder is None else table.column(coder).to_list()
    cells = [table.column(each).to_list() for each in codes]
    stated = ["1"] * len(named) if value is None else table.column(value).to_list()
    for picture, person, says, *own in zip(named, who, stated, *cells, strict=True):
        if not picture:
            continue
        found = list(_coded(codes, own, is_marks=is_marks, says=says))
        rows += [(picture, person.strip() or column, each) for column, each in found]
        if not found:
            uncoded.append(picture)
    form = "a column for each code" if is_marks else "codes"
    if len(codes) > 1 and not is_marks:
        form = "a column for each coder"
    said = f"{name}: read {image} as image, {', '.join(codes)} as {form}"
    said += f", {coder} as coder" if coder else ""
    notes = [*(f"{name}: {each}" for each in table.notes), said]
    if unread:
        notes.append(f"{name}: not read: {', '.join(unread)}")
    return CodingTable(pl.DataFrame(rows, schema=_ROWS, orient="row"), uncoded, notes)


def split_codes(cell: str) -> list[str]:
    """The codes in a cell: a JSON list, or text with ``;`` or ``|`` between them."""
    if cell.lstrip().startswith("["):
        try:
            listed = json.loads(cell)
        except ValueError:
            listed = None
        if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
            return [each.strip() for each in listed if each.strip()]
    return [each.strip() for each in _BETWEEN.split(cell) if each.strip()]


def _coded(
    columns: Sequence[str], cells: Sequence[str], *, is_marks: bool, says: str
) -> Iterator[tuple[str, list[str]]]:
    """What a row says: for each coder with a column (empty if there is none) the codes."""
    if is_marks:
        if any(cell.strip() for cell in cells):
            yield (
                "",
                [
                    column
                    for column, cell in zip(columns, cells, strict=True)
                    if _mark(cell) is True
                ],
            )
        return
    for column, cell in zip(columns, cells, strict=True):
        codes = split_codes(cell) if says.strip() else []
        if codes or cell.strip() == "[]":
            if [each.casefold() for each in codes] == [NONE] or _mark(says) is not True:
                codes = []
            yield (column if len(columns) > 1 else "", codes)


def _image_column(table: Table, images: Collection[str], name: str) -> str:
    """The column whose cells name most images; of several, that with the usual name."""
    there = table.frame.columns
    named = {
        each: int(table.column(each).str.strip_chars().is_in(list(images)).sum()) for each in there
    }
    most = max(named.values(), default=0)
    if not most:
        raise InputError(
            f"{name} names no image of the collection by its path, file name, URL or id; "
            f"its columns are {', '.join(map(repr, there))}"
        )
    best = [each for each in there if named[each] == most]
    return _known(best, _IMAGES) or best[0]


def _code_columns(table: Table, others: Sequence[str], name: str) -> list[str]:
    """The columns with codes."""
    marks = [each for each in others if _has_marks(table.column(each))]
    usual = _known([each for each in others if each not in marks], _CODES)
    if usual is not None:
        return [usual]
    of_coders = [each for each in others if _OF_CODER.fullmatch(each) and each not in marks]
    if of_coders or marks:
        return of_coders or marks
    usual = _known(others, _CODES)
    filled = [each for each in others if (table.column(each) != "").any()]
    if usual is None and len(filled) != 1:
        raise InputError(
            f"{name}: which column has the codes cannot be told from"
            f" {', '.join(map(repr, others)) or 'none'}: name it with --code-columns"
        )
    return filled if usual is None else [usual]


def _value_column(table: Table, others: Sequence[str]) -> str | None:
    """A column that says of each row whether its code applies."""
    return _known([each for each in others if _has_marks(table.column(each))], _VALUES)


def _is_named(codes: Sequence[str]) -> bool:
    """Whether columns are called after codes: not just ``code``."""
    return len(codes) > 1 or codes[0].lower() not in _CODES


def _has_marks(cells: pl.Series) -> bool:
    """Whether a column has nothing but yes, no and blanks, and not blanks alone."""
    marks = {_mark(cell) for cell in cells.unique()}
    return marks != {None} and all(_mark(cell) is not None or not cell.strip() for cell in cells)


def _mark(cell: str) -> bool | None:
    plain = cell.strip().casefold()
    return True if plain in _YES else False if plain in _NO else None


def _known(names: Sequence[str], usual: Sequence[str]) -> str | None:
    by_lower = {name.lower(): name for name in reversed(names)}
    return next((by_lower[name] for name in usual if name in by_lower), None)
